package redact_test

import (
	"encoding/json"
	"strings"
	"testing"

	. "peel/analyzer/redact"
)

func TestStrings(t *testing.T) {
	mask := func(s string) string { return strings.ReplaceAll(s, `p"w`, "…") }
	for in, want := range map[string]string{
		`{"a":"x p\"w y","p\"w":[1,"\\","p\"w"],"n":12.50}`: `{"a":"x … y","…":[1,"\\","…"],"n":12.50}`,
		`{"same": "\u00e9\/<" , "e":""}`:                    `{"same": "\u00e9\/<" , "e":""}`,
		`"p\u0022w"`:                                        `"…"`,
		`{"cut":"p\"w`:                                      `{"cut":"p\"w`, // is no JSON
		``:                                                  ``,
	} {
		for size := 1; size <= 5; size++ {
			var b strings.Builder
			w := Strings(&b, mask)
			for rest := in; rest != ""; rest = rest[min(size, len(rest)):] {
				if _, err := w.Write([]byte(rest[:min(size, len(rest))])); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil || b.String() != want {
				t.Errorf("%s in pieces of %d: %s, want %s; %v", in, size, b.String(), want, err)
			}
		}
	}
}

func FuzzStrings(f *testing.F) {
	f.Add(`{"a":"secret","b":["se\u0063ret",1]}`, uint8(3))
	f.Fuzz(func(t *testing.T, in string, size uint8) {
		var b strings.Builder
		w := Strings(&b, func(s string) string { return strings.ReplaceAll(s, "secret", "…") })
		for rest := in; rest != ""; {
			n := min(int(size)+1, len(rest))
			w.Write([]byte(rest[:n]))
			rest = rest[n:]
		}
		w.Close()
		var v any
		if json.Unmarshal([]byte(in), &v) != nil {
			return
		}
		var back any
		if err := json.Unmarshal([]byte(b.String()), &back); err != nil {
			t.Fatalf("%q becomes %q: %v", in, b.String(), err)
		}
		if again, _ := json.Marshal(back); strings.Contains(string(again), "secret") {
			t.Errorf("%q becomes %q", in, b.String())
		}
	})
}
