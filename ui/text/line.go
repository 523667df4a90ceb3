package text

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Ellipsis stands for what was cut off.
const Ellipsis = "…"

// Width is the columns that s takes; styled strings may be measured too.
func Width(s string) int {
	if plain(s) {
		return len(s)
	}
	return ansi.StringWidthWc(s)
}

// Cut shortens s to w columns; an ellipsis tells that something is missing.
func Cut(s string, w int) string {
	if w <= 0 {
		return ""
	}
	if len(s) <= w && plain(s) || Width(s) <= w {
		return s
	}
	return ansi.TruncateWc(s, w, Ellipsis)
}

// CutLeft keeps the end of s, where the name of a long path is.
func CutLeft(s string, w int) string {
	have := Width(s)
	if w <= 0 || have <= w {
		return Cut(s, w)
	}
	return ansi.TruncateLeftWc(s, have-w+1, Ellipsis)
}

// CutMiddle keeps both ends of s: a file's name, and its extension.
func CutMiddle(s string, w int) string {
	have := Width(s)
	if w < 8 || have <= w {
		return Cut(s, w)
	}
	right := (w - 1) / 3
	left := ansi.TruncateWc(s, w-1-right, "")
	tail := ansi.TruncateLeftWc(s, have-right, "")
	return left + Ellipsis + tail
}

// Pad makes s exactly w columns wide, on the left of them.
func Pad(s string, w int) string {
	s = Cut(s, w)
	return s + strings.Repeat(" ", max(w-Width(s), 0))
}

// PadLeft makes s exactly w columns wide, on the right of them.
func PadLeft(s string, w int) string {
	s = Cut(s, w)
	return strings.Repeat(" ", max(w-Width(s), 0)) + s
}

// Wrap breaks s into lines of at most w columns, at spaces if it can. The lines
// after the first begin with indent.
func Wrap(s string, w int, indent string) []string {
	if w < 1 {
		return nil
	}
	var lines []string
	for word := range strings.FieldsSeq(s) {
		for word != "" {
			if n := len(lines) - 1; n >= 0 {
				sep := " "
				if strings.TrimSpace(lines[n]) == "" {
					sep = ""
				}
				if Width(lines[n])+len(sep)+Width(word) <= w {
					lines[n] += sep + word
					break
				}
			}
			lead := ""
			if len(lines) > 0 && len(indent) < w/2 {
				lead = indent
			}
			room := w - len(lead)
			if Width(word) <= room {
				lines = append(lines, lead+word)
				break
			}
			head := ansi.TruncateWc(word, room, "")
			if head == "" {
				break // one character wider than the line
			}
			lines = append(lines, lead+head)
			word = word[len(head):]
		}
	}
	if len(lines) == 0 {
		return []string{""}
	}
	return lines
}

// eighths are the parts of a cell that a bar can fill.
var eighths = []rune("▏▎▍▌▋▊▉█")

// Bar draws part of whole in w columns; a part that is not zero always shows.
func Bar(part, whole int64, w int) string {
	if whole <= 0 || part <= 0 || w <= 0 {
		return strings.Repeat(" ", max(w, 0))
	}
	n := int(float64(part) / float64(whole) * float64(w*8))
	n = min(max(n, 1), w*8)
	s := strings.Repeat("█", n/8)
	if n%8 > 0 {
		s += string(eighths[n%8-1])
	}
	return s + strings.Repeat(" ", w-(n+7)/8)
}

// Gauge draws a progress bar of w columns.
func Gauge(part, whole int64, w int) string {
	n := 0
	if whole > 0 {
		n = min(max(int(float64(part)/float64(whole)*float64(w)), 0), w)
	}
	return strings.Repeat("█", n) + strings.Repeat("░", max(w-n, 0))
}
