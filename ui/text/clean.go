// Package text lays out what a terminal shows: sizes in few columns, lines cut,
// padded and wrapped. What comes from an image goes through Clean first.
package text

import "peel/analyzer/text"

// Clean makes any string safe to print on one line; see peel/analyzer/text.
func Clean(s string) string { return text.Clean(s) }

// OneLine is Clean after all white space, line ends too, has become single spaces.
func OneLine(s string) string { return text.OneLine(s) }

// plain reports whether s is printable ASCII only: as wide as long.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}
