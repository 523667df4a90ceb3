// Package text turns what comes from an image, and bytes and digests about it,
// into words that are safe to print.
//
// Clean everything that an image can name before it reaches a terminal. UTF8 is
// for formats that escape by themselves but cannot carry arbitrary bytes (JSON).
package text

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

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
