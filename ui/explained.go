package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"peel/ui/text"
	"peel/ui/theme"
)

// explainedList is a list beside the explanation of its selected line: what the
// views of findings and of packages have in common.
type explainedList struct {
	th   *theme.Theme
	hide hider
	w    int // of the list, inside its frame

	reverse bool
	filter  *filter
	rows    []int32 // what stands in each line, by the number that the view gives it
	searching

	scroll    scroller
	from      int      // where the cursor was before a search
	text      scroller // of the explanation
	lines     []string // of it
	explained bool     // the explanation has the keys
	alone     bool     // and the screen
	visited   bool     // somebody looked at the line of the cursor

	listAt, textAt rect // on the screen; empty if not shown
}

func newExplainedList(th *theme.Theme) explainedList {
	return explainedList{th: th, scroll: scroller{rows: 1}}
}

// fill makes the lines of all there is, in order, and of what of it is kept.
func (p *explainedList) fill(all []int32, keep func(n int32) bool) {
	p.rows = p.rows[:0]
	for _, n := range all {
		if keep(n) {
			p.rows = append(p.rows, n)
		}
	}
	if p.reverse {
		slices.Reverse(p.rows)
	}
	p.scroll.clamp(len(p.rows), p.scroll.rows)
}

// keepLine makes the lines anew, with the cursor on what it is on.
func (p *explainedList) keepLine(list func()) {
	at, down := p.Selected(), p.scroll.cursor-p.scroll.top
	list()
	if i := slices.Index(p.rows, int32(at)); i >= 0 {
		p.scroll.cursor, p.scroll.top = i, i-down
		p.scroll.clamp(len(p.rows), p.scroll.rows)
	}
}

// Selected is the number of what is at the cursor; -1 if there is nothing.
func (p *explainedList) Selected() int {
	if p.scroll.cursor >= len(p.rows) {
		return -1
	}
	return int(p.rows[p.scroll.cursor])
}

// goTo puts the cursor on a line.
func (p *explainedList) goTo(i int) {
	if i != p.scroll.cursor {
		p.text.top = 0
	}
	p.scroll.cursor, p.visited = i, true
	p.scroll.clamp(len(p.rows), p.scroll.rows)
}

// unfind undoes what a search moved.
func (p *explainedList) unfind() { p.goTo(p.from) }

// beginSearch remembers what unfind goes back to.
func (p *explainedList) beginSearch() { p.from = p.scroll.cursor }

func (p *explainedList) filterNow() *filter { return p.filter }

func (p *explainedList) hidden() string {
	if p.filter == nil {
		return ""
	}
	return " among what the filter shows"
}

func (p *explainedList) move(a action) bool {
	if !p.scroll.move(a) {
		return false
	}
	p.visited, p.text.top = true, 0
	return true
}

// Key does what an action asks of the list, or of the explanation if that has
// the keys; false if it is the view's affair.
func (p *explainedList) Key(a action) bool {
	if p.explained && p.text.roll(a) || p.move(a) {
		return true
	}
	switch a {
	case actNextPane, actPrevPane:
		p.explained, p.alone = !p.explained, false
	case actOpen:
		p.explained = true
	case actClose:
		p.explained, p.alone = false, false
	case actExplain:
		p.alone = !p.alone
		p.explained = p.alone
	default:
		return false
	}
	return true
}

// leave gives up the explanation's zoom, or its focus.
func (p *explainedList) leave() bool {
	had := p.alone || p.explained
	p.alone, p.explained = false, false
	return had
}

// next puts the cursor on the next line that matches, as that of the tree does.
func (p *explainedList) next(step int, here bool, matches func(n int32) bool) (at, of int) {
	next, first, final, before := -1, -1, -1, 0
	for i, n := range p.rows {
		if !matches(n) {
			continue
		}
		of++
		final = i
		if first < 0 {
			first = i
		}
		switch {
		case step > 0 && next < 0 && (i > p.scroll.cursor || here && i == p.scroll.cursor):
			next, at = i, of
		case step < 0 && i < p.scroll.cursor:
			next, before = i, of
		}
	}
	switch {
	case of == 0:
		return 0, 0
	case step < 0 && next >= 0:
		at = before
	case step < 0:
		next, at = final, of
	case next < 0:
		next, at = first, 1
	}
	p.goTo(next)
	return at, of
}

// click selects a line, or gives the explanation the keys; again is true if the
// line was selected before.
func (p *explainedList) click(at tea.Mouse) (again bool) {
	switch {
	case p.textAt.contains(at.X, at.Y):
		p.explained = true
	case p.listAt.contains(at.X, at.Y):
		y := at.Y - p.listAt.y - 2
		i := p.scroll.top + y
		if y < 0 || y >= p.scroll.rows || i >= len(p.rows) {
			return false
		}
		again = i == p.scroll.cursor && !p.explained
		p.explained = false
		p.goTo(i)
	}
	return again
}

// wheel scrolls what is under the pointer.
func (p *explainedList) wheel(at tea.Mouse, n int) {
	if p.textAt.contains(at.X, at.Y) {
		s := &p.text
		s.top = min(max(s.top+n, 0), max(s.count-s.rows, 0))
		return
	}
	before := p.scroll.cursor
	if p.scroll.scroll(n); p.scroll.cursor != before {
		p.visited, p.text.top = true, 0
	}
}

// listPlaces divides the screen between a list and the explanation.
func listPlaces(body rect, explained, alone, zoomed bool) (list, explanation rect) {
	switch {
	case explained && (alone || zoomed || body.w < doubleWidth):
		return rect{}, body
	case zoomed:
		return body, rect{}
	case body.w >= doubleWidth:
		left := min(max(body.w*54/100, 43), 110)
		return rect{body.x, body.y, left, body.h}, rect{body.x + left, body.y, body.w - left, body.h}
	case body.h >= 2*explanationStrip:
		return rect{body.x, body.y, body.w, body.h - explanationStrip}, rect{body.x, body.y + body.h - explanationStrip, body.w, explanationStrip}
	}
	return body, rect{}
}

// explanationStrip is the height of the explanation below a list.
const explanationStrip = 7

// arrange gives the list and the explanation their room.
func (p *explainedList) arrange(body rect, zoomed bool) {
	p.listAt, p.textAt = listPlaces(body, p.explained, p.alone, zoomed)
	p.lines = nil
	if !p.listAt.empty() {
		p.w = p.listAt.w - 2
		p.scroll.clamp(len(p.rows), p.listAt.h-3)
	}
}

// tell takes what there is to say of the selected line.
func (p *explainedList) tell(d *doc) {
	p.lines = d.lines
	s := &p.text
	s.count, s.rows = len(d.lines), max(p.textAt.h-2, 1)
	s.top = min(max(s.top, 0), max(s.count-s.rows, 0))
}

// draw draws the list beside the explanation, or above it. Which line it is, as
// "finding 1 of 5", is for the explanation that stands alone.
func (p *explainedList) draw(title, which, head string, row func(n int32, force *theme.Style) string) []string {
	var blocks [][]string
	if !p.listAt.empty() {
		blocks = append(blocks, frame(p.th, p.listAt, title, p.scroll.position(), !p.explained, p.visible(head, row)))
	}
	if !p.textAt.empty() {
		foot := ""
		if rest := p.text.count - p.text.top - p.text.rows; rest > 0 {
			foot = text.Plural(rest, "line") + " more " + theme.Down
		}
		title := "Explanation"
		if p.listAt.empty() {
			title = "Explanation " + theme.Dot + " " + which
		}
		blocks = append(blocks, frame(p.th, p.textAt, title, foot, p.explained, p.lines[min(p.text.top, len(p.lines)):]))
	}
	if len(blocks) == 2 && p.listAt.x == p.textAt.x {
		return append(blocks[0], blocks[1]...)
	}
	return beside(blocks...)
}

// visible draws the lines that can be seen.
func (p *explainedList) visible(head string, row func(n int32, force *theme.Style) string) []string {
	out := []string{head}
	for i := p.scroll.top; i < len(p.rows) && len(out) <= p.scroll.rows; i++ {
		var force *theme.Style
		if i == p.scroll.cursor {
			force = &p.th.Resting
			if !p.explained {
				force = &p.th.Selected
			}
		}
		out = append(out, row(p.rows[i], force))
	}
	return out
}
