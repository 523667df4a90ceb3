package ui

import (
	"peel/ui/text"
	"peel/ui/theme"
)

// doc is text for a details pane: styled lines of at most w columns. Secrets are
// masked in all of it but what comes through raw.
type doc struct {
	th    *theme.Theme
	hide  hider
	w     int
	lines []string
}

func newDoc(th *theme.Theme, w int) *doc { return &doc{th: th, w: max(w, 8)} }

// newDoc is a doc that masks the secrets of the image.
func (m *Model) newDoc(w int) *doc {
	d := newDoc(m.th, w)
	d.hide = m.hide()
	return d
}

// raw adds a line as it is.
func (d *doc) raw(st theme.Style, s string) {
	d.lines = append(d.lines, " "+st.Render(text.Cut(s, d.w-2)))
}

// para adds wrapped text; one blank at the left keeps it off the frame.
func (d *doc) para(st theme.Style, s string) {
	for _, l := range text.Wrap(d.hide.r.String(s), d.w-2, "") {
		d.lines = append(d.lines, " "+st.Render(l))
	}
}

// line adds one line that is cut, not wrapped.
func (d *doc) line(st theme.Style, s string) {
	d.raw(st, d.hide.r.String(s))
}

// list adds wrapped lines behind a mark.
func (d *doc) list(mark string, markStyle, st theme.Style, s string) {
	for i, l := range text.Wrap(d.hide.r.String(s), d.w-4, "") {
		lead := "   "
		if i == 0 {
			lead = " " + markStyle.Render(mark) + " "
		}
		d.lines = append(d.lines, lead+st.Render(l))
	}
}

func (d *doc) blank() {
	if n := len(d.lines); n > 0 && d.lines[n-1] != "" {
		d.lines = append(d.lines, "")
	}
}

func (d *doc) heading(s string) {
	d.blank()
	d.line(d.th.Strong, s)
}

// fieldWidth is the column of the names in a list of fields.
const fieldWidth = 10

// field adds a name and its value; a long value goes on under itself.
func (d *doc) field(name, value string) {
	if value == "" {
		return
	}
	for i, l := range text.Wrap(d.hide.r.String(value), d.w-3-fieldWidth, "") {
		label := ""
		if i == 0 {
			label = name
		}
		d.lines = append(d.lines, " "+d.th.Dim.Render(text.Pad(label, fieldWidth))+" "+l)
	}
}

// code adds lines of a Containerfile as they are.
func (d *doc) code(lines ...string) {
	for _, s := range lines {
		d.quote(d.th.Good, s)
	}
}

// quote adds a line of a Containerfile.
func (d *doc) quote(st theme.Style, s string) {
	for _, l := range text.Wrap(d.hide.r.String(s), d.w-4, "    ") {
		d.lines = append(d.lines, "   "+st.Render(l))
	}
}
