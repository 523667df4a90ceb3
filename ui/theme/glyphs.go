package theme

import "strings"

// The glyphs of the screens. Each is one column wide; ASCII has a stand-in for
// every one of them.
const (
	Cursor    = "▸"
	Closed    = "▸"
	Open      = "▾"
	Gone      = "✖"
	Wasted    = "▲"
	Dot       = "·"
	Added     = "+"
	Modified  = "~"
	Removed   = "-"
	Unchanged = "="
	Several   = "×"
	Up        = "↑"
	Down      = "↓"
	Arrow     = "→"
	Fine      = "●"
	Critical  = "✖"
	High      = "▲"
	Medium    = "●"
	Low       = "○"
	Info      = "·"
)

// Frame is the lines that a box is drawn of.
type Frame struct {
	Horizontal, Vertical                       string
	TopLeft, TopRight, BottomLeft, BottomRight string
}

// The frames of panes: heavy for the one that has the keys.
var (
	Light = Frame{"─", "│", "┌", "┐", "└", "┘"}
	Heavy = Frame{"━", "┃", "┏", "┓", "┗", "┛"}
)

var ascii = strings.NewReplacer(
	"─", "-", "│", "|", "┌", "+", "┐", "+", "└", "+", "┘", "+",
	"━", "=", "┃", "#", "┏", "#", "┓", "#", "┗", "#", "┛", "#",
	"▸", ">", "▾", "v", "✖", "x", "▲", "^", "●", "*", "○", "o", "·", ".", "…", "~",
	"↑", "^", "↓", "v", "→", ">", "←", "<", "⇄", "%", "█", "#", "░", ".",
	"▏", "#", "▎", "#", "▍", "#", "▌", "#", "▋", "#", "▊", "#", "▉", "#", "‹", "<", "›", ">", "–", "-", "×", "x", "Δ", "D", "≥", ">",
)

// ASCII replaces the glyphs of a screen by ASCII ones of the same width.
func ASCII(screen string) string { return ascii.Replace(screen) }
