package ui

import (
	"fmt"
	"strings"

	"peel/ui/text"
	"peel/ui/theme"
)

// pane is a part of the Explore screen that can have the keys.
type pane uint8

const (
	paneLayers pane = iota
	paneTree
	paneDetails
	panes
)

func (p pane) String() string { return [...]string{"Layers", "Tree", "Details"}[p] }

// frame draws a box around lines; what does not fit is left out. foot stands in
// the lower right corner.
func frame(th *theme.Theme, r rect, title, foot string, focused bool, lines []string) []string {
	if r.w < 2 || r.h < 2 {
		return blank(r.w, r.h)
	}
	f, st, ts := theme.Light, th.Frame, th.Title
	if focused {
		f, st, ts = theme.Heavy, th.Focus, th.Focus
	}
	inner := r.w - 2
	out := make([]string, 0, r.h)
	out = append(out, st.Render(f.TopLeft)+rule(f, st, ts, title, inner, false)+st.Render(f.TopRight))
	side := st.Render(f.Vertical)
	for i := range r.h - 2 {
		line := ""
		if i < len(lines) {
			line = lines[i]
		}
		out = append(out, side+fit(line, inner)+side)
	}
	return append(out, st.Render(f.BottomLeft)+rule(f, st, th.Dim, foot, inner, true)+st.Render(f.BottomRight))
}

// rule is a horizontal line of a frame with words in it.
func rule(f theme.Frame, st, words theme.Style, s string, w int, right bool) string {
	if s == "" || w < 6 {
		return st.Render(strings.Repeat(f.Horizontal, w))
	}
	s = " " + text.Cut(s, w-4) + " "
	rest := w - text.Width(s) - 1
	if right {
		return st.Render(strings.Repeat(f.Horizontal, rest)) + words.Render(s) + st.Render(f.Horizontal)
	}
	return st.Render(f.Horizontal) + words.Render(s) + st.Render(strings.Repeat(f.Horizontal, rest))
}

// fit makes a styled line exactly w columns wide.
func fit(line string, w int) string {
	have := text.Width(line)
	switch {
	case have == w:
		return line
	case have > w:
		return text.Cut(line, w)
	}
	return line + strings.Repeat(" ", w-have)
}

func blank(w, h int) []string {
	out := make([]string, max(h, 0))
	for i := range out {
		out[i] = strings.Repeat(" ", max(w, 0))
	}
	return out
}

// beside puts blocks of lines of the same height side by side.
func beside(blocks ...[]string) []string {
	var out []string
	for _, b := range blocks {
		if len(b) == 0 {
			continue
		}
		if out == nil {
			out = append(out, b...)
			continue
		}
		for i := range min(len(out), len(b)) {
			out[i] += b[i]
		}
	}
	return out
}

// line builds one line of styled pieces that is exactly w columns wide.
type line struct {
	b     strings.Builder
	left  int          // columns still free
	force *theme.Style // takes the place of all styles: the line is selected
}

func newLine(w int, force *theme.Style) *line { return &line{left: w, force: force} }

func (l *line) add(st theme.Style, s string) *line {
	if l.left <= 0 || s == "" {
		return l
	}
	s = text.Cut(s, l.left)
	l.left -= text.Width(s)
	if l.force != nil {
		st = *l.force
	}
	l.b.WriteString(st.Render(s))
	return l
}

func (l *line) space(n int) *line {
	return l.add(theme.Style{}, strings.Repeat(" ", max(n, 0)))
}

func (l *line) String() string {
	l.space(l.left)
	return l.b.String()
}

// scroller is the cursor and the window of a list.
type scroller struct {
	cursor, top int
	count, rows int // lines there are, lines that can be seen
}

// clamp keeps the cursor on the list and the window on the cursor.
func (s *scroller) clamp(count, rows int) {
	s.count, s.rows = count, max(rows, 1)
	s.cursor = min(max(s.cursor, 0), max(count-1, 0))
	if s.cursor < s.top {
		s.top = s.cursor
	}
	if s.cursor >= s.top+s.rows {
		s.top = s.cursor - s.rows + 1
	}
	s.top = min(max(s.top, 0), max(count-s.rows, 0))
}

// scroll moves the window; the cursor goes along where it must.
func (s *scroller) scroll(n int) {
	s.top = min(max(s.top+n, 0), max(s.count-s.rows, 0))
	s.cursor = min(max(s.cursor, s.top), max(min(s.top+s.rows, s.count)-1, 0))
}

// move does what a key of moving asks for.
func (s *scroller) move(a action) bool {
	switch a {
	case actUp:
		s.cursor--
	case actDown:
		s.cursor++
	case actPageUp:
		s.cursor -= s.rows
		s.top -= s.rows
	case actPageDown:
		s.cursor += s.rows
		s.top += s.rows
	case actHalfUp:
		s.cursor -= max(s.rows/2, 1)
	case actHalfDown:
		s.cursor += max(s.rows/2, 1)
	case actTop:
		s.cursor = 0
	case actBottom:
		s.cursor = s.count - 1
	default:
		return false
	}
	s.clamp(s.count, s.rows)
	return true
}

// position says where the cursor is, if not everything can be seen.
func (s *scroller) position() string {
	if s.count <= s.rows {
		return ""
	}
	return fmt.Sprintf("%s of %s", text.Count(s.cursor+1), text.Count(s.count))
}
