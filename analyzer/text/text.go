// Package text turns what comes from an image, and bytes and digests about it,
// into words that are safe to print.
//
// Clean everything that an image can name before it reaches a terminal. UTF8 is
// for formats that escape by themselves but cannot carry arbitrary bytes (JSON).
package text

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// blanks are letters and symbols to Unicode, but nothing to the eye: with them
// two names can look alike.
const blanks = "\u115f\u1160\u2800\u3164\uffa0"

// printable is true for what may reach a terminal as it is: no control
// character, no bidi control or other invisible format character, no space but
// the plain one, nothing unassigned.
func printable(r rune) bool {
	return strconv.IsPrint(r) && !(r > utf8.RuneSelf && strings.ContainsRune(blanks, r))
}

// Clean makes control characters, escape sequences, bidi controls, invisible
// characters and invalid UTF-8 visible, written as Go writes them: \n, \x1b,
// \u202e. Backslashes stay as they are, so Clean is for eyes: two different
// names can, on purpose, be made to give the same result.
func Clean(s string) string {
	i := dirty(s)
	if i < 0 {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	b = append(b, s[:i]...)
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = fmt.Appendf(b, `\x%02x`, s[i])
		case printable(r):
			b = append(b, s[i:i+n]...)
		default:
			b = appendEscape(b, r)
		}
		i += n
	}
	return string(b)
}

// dirty is where the first character is that Clean must escape, or -1.
func dirty(s string) int {
	for i := 0; i < len(s); {
		if c := s[i]; c >= ' ' && c < 0x7f {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || !printable(r) {
			return i
		}
		i += n
	}
	return -1
}

func appendEscape(b []byte, r rune) []byte {
	switch {
	case r == '\n':
		return append(b, `\n`...)
	case r == '\r':
		return append(b, `\r`...)
	case r == '\t':
		return append(b, `\t`...)
	case r < utf8.RuneSelf:
		return fmt.Appendf(b, `\x%02x`, r)
	case r <= 0xffff:
		return fmt.Appendf(b, `\u%04x`, r)
	}
	return fmt.Appendf(b, `\U%08x`, r)
}

// UTF8 writes each byte that is no part of valid UTF-8 as \xNN, two lower-case
// hex digits. A backslash that would read as the beginning of such an escape is
// itself written \x5c, so that different strings stay different and the
// original can be had back. Valid UTF-8 is otherwise left as it is, control
// characters included.
func UTF8(s string) string {
	if utf8.ValidString(s) && !strings.Contains(s, `\x`) {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || isEscape(s[i:]) {
			b = fmt.Appendf(b, `\x%02x`, s[i])
		} else {
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return string(b)
}

func isEscape(s string) bool {
	return len(s) >= 4 && s[0] == '\\' && s[1] == 'x' && isHex(s[2]) && isHex(s[3])
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' }

var units = []struct {
	name  string
	bytes uint64
}{{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"PB", 1e15}, {"EB", 1e18}}

// Bytes gives a number of bytes in SI units with one decimal, exact below 1000:
// "812 B", "161.2 MB".
func Bytes(n int64) string {
	sign, u := "", uint64(n)
	if n < 0 {
		sign, u = "-", -u
	}
	if u < 1000 {
		return fmt.Sprintf("%s%d B", sign, u)
	}
	for i, unit := range units {
		tenths := u/unit.bytes*10 + (u%unit.bytes*10+unit.bytes/2)/unit.bytes
		// 999,950 bytes are 1.0 MB, not 1000.0 kB.
		if tenths < 10_000 || i == len(units)-1 {
			return fmt.Sprintf("%s%d.%d %s", sign, tenths/10, tenths%10, unit.name)
		}
	}
	return "" // not reached: the last unit takes all
}

// Instruction gives the Containerfile instruction that a history's created_by
// stands for, on one line: builders wrap it in the shell they ran. Clean it
// before printing.
func Instruction(createdBy string) string {
	s := strings.Join(strings.Fields(createdBy), " ")
	s = strings.TrimSuffix(s, " # buildkit")
	const shell = "/bin/sh -c "
	switch {
	case strings.HasPrefix(s, shell+"#(nop) "):
		return strings.TrimPrefix(s, shell+"#(nop) ")
	case strings.HasPrefix(s, shell):
		return "RUN " + strings.TrimPrefix(s, shell)
	case strings.HasPrefix(s, "RUN "+shell):
		return "RUN " + strings.TrimPrefix(s, "RUN "+shell)
	}
	return s
}
