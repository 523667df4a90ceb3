package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"peel/source"
	"peel/ui/text"
	"peel/ui/theme"
)

// The smallest screen that the list of images fits in: a name, and a few rows.
const (
	minPickerWidth  = 40
	minPickerHeight = 10
)

// pickerPlaces say where the parts of the list of images are.
type pickerPlaces struct{ head, line, list, about, footer rect }

// Heights of what is below the list: what is known of the selected image, and
// of the sources that gave nothing.
const (
	aboutHeight     = 5 // frame and three lines
	aboutHeightTall = 8
	aboutFrom       = 17 // rows of the screen
	aboutTallFrom   = 30
)

// pickerLayout divides a screen; it depends on nothing else.
func pickerLayout(w, h int) pickerPlaces {
	p := pickerPlaces{head: rect{0, 0, w, 1}, line: rect{0, 1, w, 1}, footer: rect{0, h - 1, w, 1}}
	about := 0
	switch {
	case h >= aboutTallFrom:
		about = aboutHeightTall
	case h >= aboutFrom:
		about = aboutHeight
	}
	p.list = rect{0, 2, w, h - 3 - about}
	p.about = rect{0, p.list.y + p.list.h, w, about}
	return p
}

// SetSize gives the pane the screen.
func (p *pickerPane) SetSize(w, h int) {
	l := pickerLayout(w, h)
	p.area = rect{1, l.list.y + 2, w - 2, l.list.h - 3}
	p.scroll.clamp(len(p.rows), max(p.area.h, 1))
}

// View draws the list over the whole screen.
func (p *pickerPane) View(m *Model) []string {
	if m.w < minPickerWidth || m.h < minPickerHeight {
		return p.small(m)
	}
	l := pickerLayout(m.w, m.h)
	out := []string{p.headView(m, l.head), " " + p.query.view(p.th, l.line.w-1)}
	out = append(out, p.listView(m, l.list)...)
	if !l.about.empty() {
		out = append(out, p.aboutView(m, l.about)...)
	}
	return append(out, p.footView(m, l.footer))
}

func (p *pickerPane) headView(m *Model, r rect) string {
	const help = "? help "
	l := newLine(r.w, nil).space(1)
	l.add(p.th.Strong, "Open an image").space(3)
	words := "type to filter, or a name: debian:12"
	switch {
	case p.tags.asking:
		words = "asking for the tags of " + text.CutMiddle(text.OneLine(p.tags.repo), max(r.w/2, 12)) + text.Ellipsis
	case p.asking:
		words = "asking engines and stores" + text.Ellipsis
	}
	l.add(p.th.Dim, text.Cut(words, l.left-len(help)-1)).space(l.left - len(help))
	m.zone(rect{r.w - len(help), r.y, len(help), 1}, actHelp)
	return l.add(p.th.Dim, help).String()
}

// imageColumn is one fact of the list.
type imageColumn struct {
	name  string
	width int
	right bool // numbers stand on the right
	stays int  // those with the lowest go first where it is narrow
	text  func(e *source.Entry, now time.Time) string
}

// imageColumns are what stands beside a name.
var imageColumns = []imageColumn{
	{"Size", text.ShortWidth, true, 4, func(e *source.Entry, _ time.Time) string {
		if e.Size <= 0 {
			return ""
		}
		return text.Short(e.Size)
	}},
	{"Age", text.SinceWidth, true, 2, func(e *source.Entry, now time.Time) string {
		if e.Created.Unix() <= 0 { // not known, or of a reproducible build
			return ""
		}
		return text.Since(now.Sub(e.Created))
	}},
	{"Platform", 12, false, 1, func(e *source.Entry, _ time.Time) string { return text.OneLine(platformLabel(e)) }},
	{"Source", 10, false, 3, func(e *source.Entry, _ time.Time) string { return text.OneLine(sourceLabel(e.Kind)) }},
}

const (
	columnGap = 2  // sets columns apart
	leadWidth = 3  // of the cursor and the mark of what was opened before
	leastName = 24 // columns go before a name becomes narrower
)

// shownColumns are those there is room for beside the names, and how wide these
// may be.
func shownColumns(w int) (shown []imageColumn, name int) {
	shown = slices.Clone(imageColumns)
	for {
		name = w - leadWidth
		last := 0
		for i, c := range shown {
			name -= c.width + columnGap
			if c.stays < shown[last].stays {
				last = i
			}
		}
		if name >= leastName || len(shown) == 0 {
			return shown, max(name, 1)
		}
		shown = slices.Delete(shown, last, last+1)
	}
}

func (p *pickerPane) listView(m *Model, r rect) []string {
	cols, wide := shownColumns(r.w - 2)
	head := newLine(r.w-2, nil).space(leadWidth).add(p.th.Dim, text.Pad("Image", wide))
	for _, c := range cols {
		head.space(columnGap).add(p.th.Dim, c.fit(c.name))
	}
	lines := []string{head.String()}
	for i := p.scroll.top; i < len(p.rows) && len(lines) <= p.scroll.rows; i++ {
		lines = append(lines, p.row(m, i, r.w-2, cols, wide))
	}
	if len(p.rows) == 0 {
		lines = append(lines, p.nothing(r.w-2)...)
	}
	return frame(p.th, r, p.title(), p.scroll.position(), true, lines)
}

func (c *imageColumn) fit(s string) string {
	if c.right {
		return text.PadLeft(s, c.width)
	}
	return text.Pad(s, c.width)
}

// title counts what is shown; tags and what was typed are no images of this
// machine.
func (p *pickerPane) title() string {
	shown := 0
	for i := range p.rows {
		if r := &p.rows[i]; !r.typed {
			shown++
		}
	}
	all := len(p.listing.Entries)
	title := "Images " + theme.Dot + " " + text.Count(all)
	if tags := len(p.tags.entries); tags > 0 {
		return title + " here, " + text.Plural(tags, "tag") + " in the registry"
	}
	if shown != all {
		title = fmt.Sprintf("Images %s %s of %s", theme.Dot, text.Count(shown), text.Count(all))
	}
	return title
}

// nothing is said in place of rows.
func (p *pickerPane) nothing(w int) []string {
	say := "Nothing here has that name, and it can be no reference. Esc clears the line."
	if p.query.String() == "" {
		say = "Looking for images" + text.Ellipsis
	}
	out := []string{""}
	for _, l := range text.Wrap(say, w-4, "") {
		out = append(out, "  "+p.th.Dim.Render(l))
	}
	return out
}

func (p *pickerPane) row(m *Model, i, w int, cols []imageColumn, wide int) string {
	r := &p.rows[i]
	var force *theme.Style
	lead := " "
	if i == p.scroll.cursor {
		force, lead = &p.th.Selected, theme.Cursor
	}
	l := newLine(w, force).add(p.th.Text, lead)
	if r.typed {
		return l.space(leadWidth-1).add(p.th.Key, "open ").add(p.th.Strong, text.CutMiddle(text.OneLine(r.entry.Name), l.left)).String()
	}
	mark := " "
	if !r.entry.Opened.IsZero() {
		mark = theme.Fine
	}
	l.add(p.th.Good, mark).space(leadWidth - 2)
	p.name(l, r, wide)
	for _, c := range cols {
		l.space(columnGap).add(p.th.Text, c.fit(c.text(r.entry, m.now())))
	}
	return l.String()
}

// name writes an image's name, with what matches marked if the name stands as
// it is.
func (p *pickerPane) name(l *line, r *pick, wide int) {
	shown := text.OneLine(r.entry.Name)
	if shown != r.entry.Name || text.Width(shown) > wide || l.force != nil {
		l.add(p.th.Text, text.Pad(text.CutMiddle(shown, wide), wide))
		return
	}
	from := 0
	for from < len(shown) {
		hit := slices.Contains(r.matched, from)
		to := from + 1
		for to < len(shown) && (!utf8.RuneStart(shown[to]) || slices.Contains(r.matched, to) == hit) {
			to++
		}
		st := p.th.Text
		if hit {
			st = p.th.Match
		}
		l.add(st, shown[from:to])
		from = to
	}
	l.space(wide - text.Width(shown))
}

// aboutView tells more of the selected image, and which sources gave nothing.
func (p *pickerPane) aboutView(m *Model, r rect) []string {
	title, d := "Nothing selected", newDoc(p.th, r.w-2)
	if at := p.selected(); at != nil {
		title = "Enter opens " + text.CutMiddle(text.OneLine(at.entry.Reference), max(r.w-24, 12))
		p.facts(m, d, at)
	}
	room := r.h - 2
	troubles := p.troubles()
	for i, s := range troubles {
		if rest := len(troubles) - 1 - i; rest > 0 && len(d.lines) == room-1 {
			more := fmt.Sprintf(" (and %d more)", rest)
			d.line(p.th.Dim, text.Cut(s, d.w-2-len(more))+more)
			break
		}
		d.line(p.th.Dim, s)
	}
	return frame(p.th, r, title, "", false, d.lines)
}

func (p *pickerPane) facts(m *Model, d *doc, at *pick) {
	e := at.entry
	if at.typed {
		d.line(p.th.Text, "what you typed: a path, or a name that a registry may have")
		return
	}
	var facts []string
	add := func(format string, args ...any) { facts = append(facts, fmt.Sprintf(format, args...)) }
	if !e.Opened.IsZero() {
		add("opened %s", strings.Replace(text.Since(m.now().Sub(e.Opened))+" ago", "now ago", "just now", 1))
	}
	if id := cmp.Or(e.ID, e.Digest); id != "" {
		add("%s", shortDigest(text.OneLine(id)))
	}
	if e.Size > 0 {
		add("%s", text.Plural(e.Size, "byte"))
	}
	if e.Created.Unix() > 0 {
		add("made %s", e.Created.UTC().Format(time.DateOnly))
	}
	if len(facts) == 0 {
		add("%s", sourceLabel(e.Kind))
	}
	d.line(p.th.Text, strings.Join(facts, "  "+theme.Dot+"  "))
	switch {
	case e.Kind == source.Sample:
		d.line(p.th.Text, text.OneLine(e.Location))
	case e.Location != "" && e.Location != e.Reference:
		d.line(p.th.Text, "in "+text.OneLine(e.Location))
	}
}

// troubles are why some sources gave nothing, the gravest first.
func (p *pickerPane) troubles() []string {
	var failed, absent []string
	if p.tags.err != nil {
		failed = append(failed, "no tags: "+text.OneLine(p.tags.err.Error()))
	}
	for i := range p.listing.Answers {
		a := &p.listing.Answers[i]
		if a.Err == nil {
			continue
		}
		s := sourceLabel(a.Kind) + ": " + text.OneLine(a.Err.Error())
		if a.Failed() {
			failed = append(failed, s)
		} else {
			absent = append(absent, s)
		}
	}
	return append(failed, absent...)
}

func (p *pickerPane) footView(m *Model, r rect) string {
	l := newLine(r.w, nil).space(1)
	const leave = "Esc"
	words := " quit "
	switch {
	case p.query.String() != "":
		words = " clear "
	case m.phase != unopened:
		words = " back "
	}
	wide := len(leave) + len(words)
	if m.notice != "" {
		l.add(p.th.Focus, text.Cut(text.OneLine(m.notice), l.left-wide-1))
	} else {
		m.hintLine(l, r, r.y, pickerHints[0], wide+1)
	}
	l.space(l.left - wide)
	m.zone(rect{r.w - wide, r.y, wide, 1}, actBack)
	return l.add(p.th.Key, leave).add(p.th.Dim, words).String()
}

// small is the card for a screen that the list does not fit in.
func (p *pickerPane) small(m *Model) []string {
	lines := []string{fmt.Sprintf("%dx%d: too small", m.w, m.h), fmt.Sprintf("needs %dx%d", minPickerWidth, minPickerHeight), "or: peel images", "Esc quits"}
	return m.bare(lines)
}
