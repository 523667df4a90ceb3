package redact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	. "peel/analyzer/redact"
)

const pem = "-----BEGIN RSA PRIVATE KEY-----\n" +
	"MIIEpAIBAAKCAQEA7yn3bRHQ5FHMQ6s8d1k2n4m6p8q0r2s4t6u8v0w2x4y6z8A0\n" +
	"B2C4D6E8F0G2H4I6J8K0L2M4N6O8P0Q2R4S6T8U0V2W4X6Y8Z0a2b4c6d8e0f2g4\n" +
	"h6i8j0k2l4m6n8o0p2q4r6s8t0u2v4w6\n-----END RSA PRIVATE KEY-----"

func TestMask(t *testing.T) {
	for value, want := range map[string]string{
		"":                      "…",
		"abc":                   "…",
		"abcd":                  "a…",
		"hunter":                "hu…",
		"0123456789ab":          "0123…",
		"0123456789abcdefgh":    "0123…gh",
		"ghp_0123456789abcdefg": "ghp_…fg",
		"äöüäöüäöü":             "äöü…",
		pem:                     "-----BEGIN RSA PRIVATE KEY-----…",
		"first\nsecond\nthird":  "firs…rd",
		`a"bcdefghijklmnop`:     "a…p",
	} {
		if got := Mask(value); got != want {
			t.Errorf("Mask(%q) = %q, want %q", value, got, want)
		}
	}
}

func TestMaskNeverShowsMoreThanAThird(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		v := word(rnd, 1+rnd.IntN(60))
		m := Mask(v)
		seen := utf8.RuneCountInString(m) - 1
		if n := utf8.RuneCountInString(v); seen > n/3 || seen > 0 && n-seen < 3 || seen > 6 {
			t.Fatalf("Mask(%q) = %q", v, m)
		}
	}
}

func TestEveryFormIsMasked(t *testing.T) {
	const v = `p"a'ss/w+r$d &<ü>%\end`
	r := New([]string{v, pem})
	q, _ := json.Marshal(v)
	qp, _ := json.Marshal(pem)
	texts := []string{
		v, string(q), url.QueryEscape(v), url.PathEscape(v), strings.ToLower(url.QueryEscape(v)), html.EscapeString(v),
		"'" + strings.ReplaceAll(v, `'`, `'\''`) + "'",
		base64.StdEncoding.EncodeToString([]byte(v)),
		base64.URLEncoding.EncodeToString([]byte("user:" + v)),
		base64.StdEncoding.EncodeToString([]byte("me:" + v + "\n")),
		base64.RawURLEncoding.EncodeToString([]byte("user1:" + v)),
		pem, string(qp), strings.ReplaceAll(pem, "\n", "\r\n"), strings.ReplaceAll(pem, "\n", " "),
		base64.StdEncoding.EncodeToString([]byte(pem + "\n")),
		strings.Split(pem, "\n")[1], strings.Split(pem, "\n")[2], pem[:200],
	}
	for _, s := range texts {
		got := r.String("before " + s + " after")
		if !strings.Contains(got, "…") || !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") || len(got) > 70 {
			t.Errorf("%q -> %q", s, got)
		}
	}
}

func TestShortValuesAreWholeTokens(t *testing.T) {
	r := New([]string{"ab1", "x", "root", "q7-z"})
	for in, want := range map[string]string{
		"ab1 cab1 ab12 ab1":   "… cab1 ab12 …",
		"PW=ab1;":             "PW=…;",
		"ab1":                 "…",
		"ab1_ab1":             "ab1_ab1",
		"x root x":            "x root x",
		"say q7-z, q7-zz":     "say q…, q7-zz",
		"ü-ab1-üab1":          "ü-…-üab1",
		"nothing of the sort": "nothing of the sort",
	} {
		if got := r.String(in); got != want {
			t.Errorf("%q -> %q, want %q", in, got, want)
		}
	}
}

// TestWordsAreMaskedInURLs guards that words of sentences stay there, and are
// masked where they are passwords.
func TestWordsAreMaskedInURLs(t *testing.T) {
	r := New([]string{"kX9-qTz-4vLm"}, "are", "xyzzy", "none")
	for in, want := range map[string]string{
		"these are kX9-qTz-4vLm": "these are kX9-…",
		"ftp://me:are@host/are":  "ftp://me:…@host/are",
		"are xyzzy; u:xyzzy@h":   "are xyzzy; u:…@h",
		"u:none@h":               "u:none@h", // as everybody knows
	} {
		if got := r.String(in); got != want {
			t.Errorf("%q -> %q, want %q", in, got, want)
		}
		if got := asJSON(t, r, `"`+in+`"`, 3); got != `"`+want+`"` {
			t.Errorf("%q -> %s as JSON, want %q", in, got, want)
		}
	}
}

func TestNilAndEmpty(t *testing.T) {
	for _, r := range []*Redactor{nil, New(nil), New([]string{"", "password", "x"})} {
		var b strings.Builder
		w := r.Writer(&b)
		io.WriteString(w, "as it is")
		if err := w.Close(); err != nil || b.String() != "as it is" || r.String("s") != "s" || string(r.Bytes([]byte("b"))) != "b" {
			t.Errorf("%v changes text: %q, %v", r, b.String(), err)
		}
	}
}

func TestJSONStaysValid(t *testing.T) {
	r := New([]string{"829456713", "82945", "nabcdefg", `tr"icky\value`, "u00e9xyz", "stringstring"})
	in, _ := json.Marshal(map[string]any{
		"n": 829456713, "m": 82945, "s": "pw 829456713", "nl": "\nabcdefg", "t": `tr"icky\value`, "l": []any{82945, "82945"},
		"e": "stringstring", "f": "\u0001nabcdefg",
	})
	var out bytes.Buffer
	w := r.JSON(&out)
	for i := range in {
		w.Write(in[i : i+1])
	}
	w.Close()
	var back map[string]any
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		t.Fatalf("%v\n%s", err, out.Bytes())
	}
	want := map[string]any{
		"n": 829456713.0, "m": 82945.0, "s": "pw 829…", "nl": "\nabcdefg", "t": "tr…", "l": []any{82945.0, "8…"},
		"e": "stri…", "f": "\u0001na…",
	}
	if fmt.Sprint(back) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", back, want)
	}
}

func TestProperties(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		var values []string
		for range 1 + rnd.IntN(6) {
			values = append(values, word(rnd, 1+rnd.IntN(20)), word(rnd, 60+rnd.IntN(140)))
		}
		var text strings.Builder
		for range rnd.IntN(12) {
			text.WriteString(word(rnd, rnd.IntN(5)))
			v := values[rnd.IntN(len(values))]
			text.WriteString(v[rnd.IntN(len(v))/4:])
		}
		check(t, values, text.String(), rnd)
	}
}

// check holds the laws: nothing planted survives, redacting again changes
// nothing, and all ways to redact agree.
func check(t *testing.T, values []string, text string, rnd *rand.Rand) {
	t.Helper()
	r := New(values)
	out := r.String(text)
	for _, v := range values {
		v = strings.TrimSpace(v)
		if len(v) >= 6 && !Common(v) && strings.Contains(out, v) {
			t.Fatalf("%q survives in %q, of %q; values %q", v, out, text, values)
		}
	}
	if again := r.String(out); again != out {
		t.Fatalf("not idempotent: %q, then %q; values %q", out, again, values)
	}
	if b := r.Bytes([]byte(text)); string(b) != out {
		t.Fatalf("Bytes %q, String %q", b, out)
	}
	var b strings.Builder
	w := r.Writer(&b)
	for rest := text; rest != ""; {
		n := 1 + rnd.IntN(min(len(rest), 90))
		io.WriteString(w, rest[:n])
		rest = rest[n:]
	}
	if err := w.Close(); err != nil || b.String() != out {
		t.Fatalf("Writer %q, String %q, %v; values %q", b.String(), out, err, values)
	}
	var j strings.Builder
	q, _ := json.Marshal(map[string]string{"k": text})
	jw := r.JSON(&j)
	jw.Write(q)
	jw.Close()
	if !json.Valid([]byte(j.String())) {
		t.Fatalf("invalid JSON %q of %q", j.String(), q)
	}
	if len(r.String("")) != 0 {
		t.Fatal("something of nothing")
	}
}

// word is of few letters, so that words overlap and hold one another.
func word(rnd *rand.Rand, n int) string {
	const letters = "abAB1_-\"\\…ü\n"
	runes := []rune(letters)
	var b strings.Builder
	for range n {
		b.WriteRune(runes[rnd.IntN(len(runes))])
	}
	return b.String()
}

func TestOtherTextIsUnchanged(t *testing.T) {
	r := New([]string{"correct horse battery", "k3y-0f-th1s", pem})
	s := strings.Repeat("A plain text with \"quotes\", ümlauts, MIIEp and -----BEGIN RSA PRIVATE KEY----- in it.\n", 50)
	if got := r.String(s); got != s {
		t.Error(got)
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("secret-1\x00other", "text secret-1 othother", uint64(1))
	f.Add(pem, "x"+pem+"y", uint64(2))
	f.Fuzz(func(t *testing.T, values, text string, seed uint64) {
		check(t, strings.Split(values, "\x00"), text, rand.New(rand.NewPCG(seed, 1)))
	})
}

func BenchmarkString(b *testing.B) {
	for _, n := range []int{10, 5000} {
		rnd := rand.New(rand.NewPCG(5, 6))
		var values []string
		for range n {
			values = append(values, fmt.Sprintf("%x%x", rnd.Uint64(), rnd.Uint64()))
		}
		values = append(values, pem)
		r := New(values)
		text := strings.Repeat("the quick brown fox 0123456789 jumps over the lazy dog; ", 20000)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				r.String(text)
			}
		})
	}
}
