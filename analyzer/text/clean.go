package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks one character may carry; Vietnamese
// needs two.
const maxMarks = 2

// Clean makes any string safe to print on one line: control and escape
// characters, bidirectional overrides, invisible characters and invalid UTF-8
// become visible, written as Go writes them: \x1b, \u202e, \xff. What is left
// has the same width in every terminal. Backslashes stay as they are, so Clean
// is for eyes: two different names can, on purpose, be made to give the same
// result.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	marks := maxMarks // none at the beginning: it would join what stands before
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
			marks = 0
		case unicode.In(r, unicode.Mn, unicode.Me) && !deceptive(r):
			if marks++; marks > maxMarks {
				escape(&b, r)
			} else {
				b.WriteRune(r)
			}
		case unicode.IsPrint(r) && !deceptive(r):
			b.WriteRune(r)
			marks = 0
		default:
			escape(&b, r)
			marks = 0
		}
		i += n
	}
	return b.String()
}

// plain reports whether s is printable ASCII only: safe, and as wide as long.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

func escape(b *strings.Builder, r rune) {
	switch {
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r < 0x80:
		fmt.Fprintf(b, `\x%02x`, r)
	case r > 0xffff:
		fmt.Fprintf(b, `\U%08x`, r)
	default:
		fmt.Fprintf(b, `\u%04x`, r)
	}
}

// deceptive tells the characters that Unicode calls printable and that are
// blank, or whose width terminals do not agree upon.
func deceptive(r rune) bool {
	switch {
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x2800, r == 0x3164, r == 0xffa0:
		return true // fillers
	case r >= 0x180b && r <= 0x180f, r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef:
		return true // variation selectors
	case r >= 0x1f3fb && r <= 0x1f3ff, r >= 0x1f1e6 && r <= 0x1f1ff:
		return true // skin tones and flags, which join
	}
	return false
}

// OneLine is Clean after all white space, line ends too, has become single spaces.
func OneLine(s string) string {
	if plain(s) && !strings.Contains(s, "  ") {
		return strings.TrimSpace(s)
	}
	return Clean(strings.Join(strings.Fields(s), " "))
}
