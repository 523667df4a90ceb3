package redact_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	. "peel/analyzer/redact"
)

// asJSON masks JSON text that comes in pieces of some bytes.
func asJSON(t testing.TB, r *Redactor, in string, size int) string {
	t.Helper()
	var b strings.Builder
	w := r.JSON(&b)
	for rest := in; rest != ""; {
		n := min(max(size, 1), len(rest))
		if _, err := w.Write([]byte(rest[:n])); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestJSONSeesThroughEscapes guards that a value is masked in a string of JSON
// text whichever of its characters are escaped, and that all else stays byte for
// byte.
func TestJSONSeesThroughEscapes(t *testing.T) {
	r := New([]string{"hunter2-and-more", "a/b&c<d>e", "line one\nline two\ttwo", "s\U0001F600cret-x", "ab1", pem, "\xffnot-utf-8\xfe!"})
	q, _ := json.Marshal(pem)
	for in, want := range map[string]string{
		`{"a":"hunter2\u002dand-more"}`:                           `{"a":"hunt…e"}`,
		`{"a":"\u0068\u0075nter2-and-\u006dor\u0065."}`:           `{"a":"\u0068\u0075nt…\u0065."}`,
		`["a\/b\u0026c\u003cd>e"]`:                                `["a\/b…"]`,
		`["line one\nline two\ttwo","x"]`:                         `["line…wo","x"]`,
		`["line one\u000Aline two\u0009two"]`:                     `["line…wo"]`,
		`["s\ud83d\ude00cret-x"]`:                                 `["…"]`,
		`["s\uD83D\u002d","\ud83d","\ud83d\n","\ude00"]`:          `["s\uD83D\u002d","\ud83d","\ud83d\n","\ude00"]`,
		`["\u0061b1","xab1","\u0078ab1","ab1\u0078","ab1\u002d"]`: `["…","xab1","\u0078ab1","ab1\u0078","…\u002d"]`,
		`["hunter2","-and-more"] "hunter2-and-more" 1`:            `["hunter2","-and-more"] "hunt…e" 1`,
		`["` + "hunter2-and-more" + `\"hunter2-and-more\""]`:      `["hunt…e\"hunt…e\""]`,
		string(q): `"-----BEGIN RSA PRIVATE KEY-----…"`,
		`"` + strings.ReplaceAll(pem, "\n", `\u000a`) + `"`: `"-----BEGIN RSA PRIVATE KEY-----…"`,
		`["\ufffdnot-utf-8\ufffd!"]`:                        `["…"]`,
		`{"keep":"\u00e9\/\u0041\\" , "n": 1.50e1}`:         `{"keep":"\u00e9\/\u0041\\" , "n": 1.50e1}`,
		`{"hunter2\u002dand-more":1}`:                       `{"hunt…e":1}`,
		// What is no JSON is not worse off.
		`"bad \q \u12 hunter2\u002dand-more \ud83d\uzz`: `"bad \q \u12 hunt…e \ud83d\uzz`,
		`"hunter2\u002dand-more`:                        `"hunt…e`,
		`"x\ud83d\u00`:                                  `"x\ud83d\u00`,
	} {
		for size := range 15 {
			if got := asJSON(t, r, in, size); got != want {
				t.Errorf("in pieces of %d: %s\n got %s\nwant %s", size, in, got, want)
				break
			}
		}
	}
}

// TestLongJSONStrings guards that a string that is longer than what is held stays
// whole, and is masked where it is cut.
func TestLongJSONStrings(t *testing.T) {
	r := New([]string{"hunter2-and-more", pem})
	var in, want strings.Builder
	in.WriteByte('"')
	want.WriteByte('"')
	for range 20000 {
		in.WriteString(`\\ éé hunter2\u002d, hunter2\u002d, hunter2-and-more `)
		want.WriteString(`\\ éé hunter2\u002d, hunter2\u002d, hunt…e `)
	}
	in.WriteByte('"')
	want.WriteByte('"')
	for _, size := range []int{1000, 1 << 30} {
		if got := asJSON(t, r, in.String(), size); got != want.String() {
			t.Errorf("in pieces of %d: %d bytes, want %d", size, len(got), want.Len())
		}
	}
}

// quoteOddly is a JSON string that escapes what it need not, at random.
func quoteOddly(s string, rnd *rand.Rand) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		q, _ := json.Marshal(string(r))
		plain := string(q[1 : len(q)-1])
		switch n := rnd.IntN(4); {
		case n == 0 && r >= 0x10000:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04X`, 0xD800+r>>10, 0xDC00+r&0x3ff)
		case n == 0:
			fmt.Fprintf(&b, `\u%04x`, r)
		case n == 1 && r == '/':
			b.WriteString(`\/`)
		default:
			b.WriteString(plain)
		}
	}
	return b.String() + `"`
}

// FuzzJSON: whatever is escaped, no value is left in any string that the text
// decodes to, and JSON stays JSON, of the same shape.
func FuzzJSON(f *testing.F) {
	f.Add("hunter2-and-more\x00a/b&c\n<d>", "x hunter2-and-more a/b&c\n<d>", `{"a":"hunter2\u002dand-more"}`, uint64(1))
	f.Add(pem, "x"+pem+"y", `["-----BEGIN\u0020"]`, uint64(2))
	f.Fuzz(func(t *testing.T, list, text, document string, seed uint64) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		values := strings.Split(list, "\x00")
		r := New(values)
		for _, in := range []string{document, "[" + quoteOddly(text, rnd) + "," + quoteOddly(list, rnd) + ",12]"} {
			out := asJSON(t, r, in, int(seed%70))
			if !json.Valid([]byte(in)) {
				continue
			}
			if !json.Valid([]byte(out)) {
				t.Fatalf("%q of %q is no JSON; values %q", out, in, values)
			}
			for _, s := range stringsOf(out) {
				for _, v := range values {
					v = strings.TrimSpace(v)
					if len(v) >= 6 && !Common(v) && strings.Contains(s, string([]rune(v))) {
						t.Fatalf("%q survives in %q, of %q", v, out, in)
					}
				}
			}
			if r == nil && out != in {
				t.Fatalf("%q changes to %q", in, out)
			}
		}
	})
}

// stringsOf are the strings of JSON text, keys too.
func stringsOf(text string) (list []string) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	for {
		tok, err := d.Token()
		if err != nil {
			return list
		}
		if s, ok := tok.(string); ok {
			list = append(list, s)
		}
	}
}
