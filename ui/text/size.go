package text

import (
	"fmt"
	"strconv"
	"time"

	"peel/analyzer/text"
)

// units are those of SI, as DESIGN has them: 1 kB = 1000 B.
var units = [...]string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}

// scale gives n in the largest unit that leaves a whole digit, knowing that
// 999,950 rounds up to 1.0 MB.
func scale(n int64, whole float64) (float64, int) {
	f, u := float64(n), 0
	for (f >= whole || u == 0 && f >= 1000) && u < len(units)-1 {
		f /= 1000
		u++
	}
	return f, u
}

// Bytes is a size for prose: "143.1 MB", "812 B".
func Bytes(n int64) string {
	if n < 0 {
		return "-" + Bytes(-n)
	}
	f, u := scale(n, 999.95)
	if u == 0 {
		return strconv.FormatInt(n, 10) + " B"
	}
	return strconv.FormatFloat(f, 'f', 1, 64) + " " + units[u]
}

// ShortWidth is the most columns that Short needs.
const ShortWidth = 6

// Short is a size for a column: "143.1M", "812B".
func Short(n int64) string {
	f, u := scale(n, 999.95)
	if u == 0 {
		return strconv.FormatInt(n, 10) + "B"
	}
	return strconv.FormatFloat(f, 'f', 1, 64) + letter(u)
}

// TinyWidth is the most columns that Tiny needs.
const TinyWidth = 4

// Tiny is a size for a narrow column: "143M", "1.1K".
func Tiny(n int64) string {
	f, u := scale(n, 999.5)
	switch {
	case u == 0:
		return strconv.FormatInt(n, 10) + "B"
	case f < 9.95:
		return strconv.FormatFloat(f, 'f', 1, 64) + letter(u)
	}
	return strconv.FormatFloat(f, 'f', 0, 64) + letter(u)
}

func letter(u int) string {
	if u == 1 {
		return "K"
	}
	return units[u][:1]
}

// Count is a number with its thousands apart: "34,916".
func Count[T int | int32 | int64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Plural is a count with its noun: "1 file", "12 files".
func Plural[T int | int32 | int64](n T, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + one + "s"
}

// Percent is part of whole, "26%"; it says 0% and 100% only if that is exact.
func Percent(part, whole int64) string {
	if whole <= 0 {
		return "0%"
	}
	p := 100 * float64(part) / float64(whole)
	switch {
	case part > 0 && p < 1:
		return "<1%"
	case part < whole && p > 99:
		return ">99%"
	}
	return fmt.Sprintf("%.0f%%", p)
}

// Age is a duration for an estimate: "9 s", "2 min".
func Age(d time.Duration) string {
	switch s := int64(d.Round(time.Second) / time.Second); {
	case s < 90:
		return fmt.Sprintf("%d s", max(s, 1))
	case s < 90*60:
		return fmt.Sprintf("%d min", (s+30)/60)
	default:
		return fmt.Sprintf("%d h", (s+1800)/3600)
	}
}

// Mode is permission bits as ls(1) prints them, after the letter of a type.
func Mode(letter byte, mode uint16) string {
	b := []byte{letter, '-', '-', '-', '-', '-', '-', '-', '-', '-'}
	for i := range 9 {
		if mode&(1<<(8-i)) != 0 {
			b[i+1] = "rwx"[i%3]
		}
	}
	for i, special := range []byte{'s', 's', 't'} {
		if mode&(0o4000>>i) == 0 {
			continue
		}
		if at := 3 * (i + 1); b[at] == 'x' {
			b[at] = special
		} else {
			b[at] = special - 'a' + 'A'
		}
	}
	return string(b)
}

// SinceWidth is the most columns that Since needs.
const SinceWidth = text.AgeWidth

// Since says how long ago something was: "5 min", "3 wk"; see peel/analyzer/text.
func Since(d time.Duration) string { return text.Age(d) }
