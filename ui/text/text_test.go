package text

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain.txt":            "plain.txt",
		"grün 日本":              "grün 日本",
		"a\x1b[31mb":           `a\x1b[31mb`,
		"a\nb\tc\rd":           `a\nb\tc\rd`,
		"\u202egpj.exe":        `\u202egpj.exe`,
		"\u2066x\u2069":        `\u2066x\u2069`,
		"a\u200bb\ufeff":       `a\u200bb\ufeff`,
		"\xff\xfe":             `\xff\xfe`,
		"\u009b31m":            `\u009b31m`,
		"\x7f\x00":             `\x7f\x00`,
		"non\u00a0break":       `non\u00a0break`,
		"\u0301x":              `\u0301x`,
		"e\u0301":              "e\u0301",
		"\u3164":               `\u3164`,
		"\U000e0041tag":        `\U000e0041tag`,
		"❤\ufe0f":              `❤\ufe0f`,
		"👩\u200d🚀":             `👩\u200d🚀`,
		"line\u2028sep":        `line\u2028sep`,
		"\U0001f1e9\U0001f1ea": `\U0001f1e9\U0001f1ea`,
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b[31m\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) {
			t.Errorf("%q is not UTF-8", got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
				t.Errorf("%q holds %U", got, r)
			}
		}
		for _, w := range []int{0, 1, 7, 40} {
			for _, cut := range []string{Pad(got, w), PadLeft(got, w)} {
				if Width(cut) != w {
					t.Errorf("%q is %d columns wide, want %d", cut, Width(cut), w)
				}
			}
			for _, cut := range []string{Cut(got, w), CutLeft(got, w), CutMiddle(got, w)} {
				if Width(cut) > w {
					t.Errorf("%q is %d columns wide, at most %d", cut, Width(cut), w)
				}
			}
			if w > 1 {
				for _, l := range Wrap(got, w, "  ") {
					if Width(l) > w {
						t.Errorf("line %q is %d columns wide, at most %d", l, Width(l), w)
					}
				}
			}
		}
	})
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		n                  int64
		bytes, short, tiny string
	}{
		{0, "0 B", "0B", "0B"}, {999, "999 B", "999B", "999B"}, {1000, "1.0 kB", "1.0K", "1.0K"},
		{1049, "1.0 kB", "1.0K", "1.0K"}, {9_960, "10.0 kB", "10.0K", "10K"}, {143_100_000, "143.1 MB", "143.1M", "143M"},
		{999_949, "999.9 kB", "999.9K", "1.0M"}, {999_950, "1.0 MB", "1.0M", "1.0M"}, {999_999_999, "1.0 GB", "1.0G", "1.0G"},
		{1 << 62, "4.6 EB", "4.6E", "4.6E"},
	} {
		if Bytes(c.n) != c.bytes || Short(c.n) != c.short || Tiny(c.n) != c.tiny {
			t.Errorf("%d: %q %q %q, want %q %q %q", c.n, Bytes(c.n), Short(c.n), Tiny(c.n), c.bytes, c.short, c.tiny)
		}
		if len(Short(c.n)) > ShortWidth || len(Tiny(c.n)) > TinyWidth {
			t.Errorf("%d does not fit its column", c.n)
		}
	}
}

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		Count(34916): "34,916", Count(-1234567): "-1,234,567", Count(12): "12",
		Plural(1, "file"): "1 file", Plural(0, "file"): "0 files",
		Percent(0, 0): "0%", Percent(1, 1000): "<1%", Percent(999, 1000): ">99%", Percent(1, 4): "25%",
		Age(9 * time.Second): "9 s", Age(150 * time.Second): "3 min", Age(3 * time.Hour): "3 h",
		Mode('-', 0o755): "-rwxr-xr-x", Mode('d', 0o1777): "drwxrwxrwt", Mode('-', 0o4755): "-rwsr-xr-x", Mode('-', 0o2644): "-rw-r-Sr--",
		OneLine("a\n\t b  c "):   "a b c",
		CutLeft("/usr/lib/x", 6): "…lib/x",
		Cut("abcdef", 4):         "abc…",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := Bar(1, 1000, 4); got != "▏   " {
		t.Errorf("a small part shows as %q", got)
	}
	if got := strings.Join(Wrap("one two three", 7, ""), "|"); got != "one two|three" {
		t.Errorf("wrapped %q", got)
	}
}
