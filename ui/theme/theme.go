// Package theme holds everything of the screens that is colour or glyph.
//
// A Theme is a table of Styles by meaning. Colour never stands alone: whatever
// a colour says, a glyph or a word says too.
package theme

import (
	"image/color"

	"github.com/charmbracelet/x/ansi"
)

// Style is how a piece of text looks.
type Style struct {
	open string
	fg   color.Color
	bg   color.Color
}

// Render gives text the style; the text is one line without styles of its own.
func (s Style) Render(text string) string {
	if s.open == "" || text == "" {
		return text
	}
	return s.open + text + ansi.ResetStyle
}

// Names are the themes there are; the first is the default.
var Names = []string{"ansi", "dark", "light", "mono", "cvd"}

// Theme is the look of the program.
type Theme struct {
	Name string

	Text     Style
	Dim      Style // what matters less: rules, explanations, empty steps
	Strong   Style
	Title    Style // of panes
	Focus    Style // frame and title of the pane that has the keys
	Frame    Style
	Selected Style // row of the cursor in the focused pane
	Resting  Style // row of the cursor in another pane
	Tab      Style // the view on screen
	Key      Style // a key in the footer
	Match    Style // a found name

	Dir      Style
	Link     Style
	Bar      Style
	Added    Style
	Modified Style
	Removed  Style
	Waste    Style
	Good     Style
	Error    Style
}

// New returns the theme of that name, the default one if there is none. dark
// says that the terminal's background is; only themes with colours of their own
// that were made for both ask.
func New(name string, dark bool) *Theme {
	p, ok := palettes[name]
	if name == "cvd" && !dark {
		p, ok = cvdLight, true
	}
	if !ok {
		name, p = Names[0], palettes[Names[0]]
	}
	t := p.theme()
	t.Name = name
	return t
}

// palette is what themes differ in. A nil colour is the terminal's own.
type palette struct {
	accent, added, modified, removed, waste, good, link, bar color.Color
	dim                                                      color.Color // nil: faint
	selectedText, selectedBack                               color.Color // nil: reverse
}

func (p palette) theme() *Theme {
	selected := newStyle(nil, nil, reverse)
	if p.selectedBack != nil {
		selected = newStyle(p.selectedText, p.selectedBack, bold)
	}
	dim := newStyle(p.dim, nil, 0)
	if p.dim == nil {
		dim = newStyle(nil, nil, faint)
	}
	return &Theme{
		Dim:      dim,
		Strong:   newStyle(nil, nil, bold),
		Title:    newStyle(nil, nil, bold),
		Focus:    newStyle(p.accent, nil, bold),
		Frame:    dim,
		Selected: selected,
		Resting:  newStyle(nil, nil, bold),
		Tab:      newStyle(nil, nil, bold|reverse),
		Key:      newStyle(p.accent, nil, bold),
		Match:    newStyle(nil, nil, bold|underline),
		Dir:      newStyle(nil, nil, bold),
		Link:     newStyle(p.link, nil, 0),
		Bar:      newStyle(p.bar, nil, 0),
		Added:    newStyle(p.added, nil, 0),
		Modified: newStyle(p.modified, nil, 0),
		Removed:  newStyle(p.removed, nil, 0),
		Waste:    newStyle(p.waste, nil, bold),
		Good:     newStyle(p.good, nil, 0),
		Error:    newStyle(p.removed, nil, bold),
	}
}

type attrs uint8

const (
	bold attrs = 1 << iota
	faint
	underline
	reverse
)

func newStyle(fg, bg color.Color, a attrs) Style {
	st := ansi.NewStyle()
	if a&bold != 0 {
		st = st.Bold()
	}
	if a&faint != 0 {
		st = st.Faint()
	}
	if a&underline != 0 {
		st = st.Underline(true)
	}
	if a&reverse != 0 {
		st = st.Reverse(true)
	}
	if fg != nil {
		st = st.ForegroundColor(fg)
	}
	if bg != nil {
		st = st.BackgroundColor(bg)
	}
	if len(st) == 0 {
		return Style{}
	}
	return Style{open: st.String(), fg: fg, bg: bg}
}
