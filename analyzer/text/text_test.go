package text_test

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"peel/analyzer/text"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"/usr/lib/x.so", "/usr/lib/x.so"},
		{"/café/日本語/🎉", "/café/日本語/🎉"},
		{"a\x1b[31mred\x1b[0m", `a\x1b[31mred\x1b[0m`},
		{"a\nb\tc\rd\x00\x7f", `a\nb\tc\rd\x00\x7f`},
		{"c1\u009b31m", `c1\u009b31m`},
		{"evil\u202egnp.exe", `evil\u202egnp.exe`},
		{"iso\u2066late\u2069", `iso\u2066late\u2069`},
		{"zero\u200bwidth\ufeff", `zero\u200bwidth\ufeff`},
		{"tag\U000e0041", `tag\U000e0041`},
		{"line\u2028sep", `line\u2028sep`},
		{"nbsp\u00a0", `nbsp\u00a0`},
		{"filler\u3164", `filler\u3164`},
		{"bad\xff\xc3", `bad\xff\xc3`},
		{"a real \ufffd", "a real \ufffd"},
		{`dev\x2ddisk`, `dev\x2ddisk`},
	} {
		if got := text.Clean(c.in); got != c.want {
			t.Errorf("Clean(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestUTF8(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"/plain", "/plain"},
		{"/caf\xe9", `/caf\xe9`},
		{`/caf\xe9`, `/caf\x5cxe9`},
		{`C:\temp`, `C:\temp`},
		{`\xZZ`, `\xZZ`},
		{"\\\xff", `\\xff`},
		{"\x1b[0m", "\x1b[0m"},
	} {
		if got := text.UTF8(c.in); got != c.want {
			t.Errorf("UTF8(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestBytes(t *testing.T) {
	for _, c := range []struct {
		in   int64
		want string
	}{
		{0, "0 B"}, {1, "1 B"}, {812, "812 B"}, {999, "999 B"}, {1000, "1.0 kB"}, {1049, "1.0 kB"}, {1050, "1.1 kB"},
		{999_949, "999.9 kB"}, {999_950, "1.0 MB"}, {161_234_567, "161.2 MB"}, {1_500_000_000, "1.5 GB"},
		{999_999_999_999, "1.0 TB"}, {math.MaxInt64, "9.2 EB"}, {-1500, "-1.5 kB"}, {math.MinInt64, "-9.2 EB"},
	} {
		if got := text.Bytes(c.in); got != c.want {
			t.Errorf("Bytes(%d) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestInstruction(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"/bin/sh -c #(nop)  CMD [\"sh\"]", `CMD ["sh"]`},
		{"/bin/sh -c apt-get update \t&&  apt-get upgrade", "RUN apt-get update && apt-get upgrade"},
		{"RUN /bin/sh -c make # buildkit", "RUN make"},
		{"COPY . /app # buildkit", "COPY . /app"},
		{"RUN |1 A=b /bin/sh -c make # buildkit", "RUN make"},
		{"bazel build ...", "bazel build ..."},
		{"", ""},
	} {
		if got := text.Instruction(c.in); got != c.want {
			t.Errorf("Instruction(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b]0;x\a\u202e\xff\u009b")
	f.Fuzz(func(t *testing.T, s string) {
		got := text.Clean(s)
		if !utf8.ValidString(got) {
			t.Fatalf("%q is not UTF-8", got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Fatalf("%q holds %U", got, r)
			}
		}
		if again := text.Clean(got); again != got {
			t.Fatalf("%q is cleaned again to %q", got, again)
		}
	})
}

// Guards against two paths becoming one in a report.
func FuzzUTF8(f *testing.F) {
	f.Add("\xff\\x5c\\xff\\\xe9")
	f.Fuzz(func(t *testing.T, s string) {
		got := text.UTF8(s)
		if !utf8.ValidString(got) {
			t.Fatalf("%q is not UTF-8", got)
		}
		if back := unescape(got); back != s {
			t.Fatalf("%q came back as %q through %q", s, back, got)
		}
	})
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if strings.HasPrefix(s[i:], `\x`) && len(s) >= i+4 && strings.ToLower(s[i+2:i+4]) == s[i+2:i+4] {
			if v, err := strconv.ParseUint(s[i+2:i+4], 16, 8); err == nil {
				b.WriteByte(byte(v))
				i += 4
				continue
			}
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}
