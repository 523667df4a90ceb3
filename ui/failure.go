package ui

import (
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"peel/source"
	"peel/ui/text"
	"peel/ui/theme"
)

// exitSource is the exit code that the program has after this screen.
const exitSource = 3

// failureDoc is what the error screen says.
func (m *Model) failureDoc(w int) *doc {
	d := m.newDoc(w)
	d.blank()
	d.lines = append(d.lines, "")
	d.para(m.th.Strong, "Could not open "+text.OneLine(m.opts.Reference))
	var oe *source.OpenError
	if !errors.As(m.err, &oe) {
		d.blank()
		d.para(m.th.Error, text.OneLine(m.err.Error()))
		return d
	}
	if len(oe.Attempts) > 0 {
		d.blank()
		d.para(m.th.Text, "Tried, in this order:")
		for _, a := range oe.Attempts {
			m.attempt(d, a)
		}
	} else {
		d.blank()
		d.para(m.th.Error, text.OneLine(m.err.Error()))
	}
	if len(oe.Hints) > 0 {
		d.heading("What to do")
		for i, h := range oe.Hints {
			d.list(fmt.Sprint(i+1), m.th.Key, m.th.Text, text.OneLine(h))
		}
	}
	return d
}

func (m *Model) attempt(d *doc, a source.Attempt) {
	what := string(a.Kind)
	if a.What != "" {
		what += " " + text.OneLine(a.What)
	}
	if a.Err == nil {
		d.list(theme.Fine, m.th.Good, m.th.Text, what)
		return
	}
	d.list(theme.Gone, m.th.Error, m.th.Strong, what)
	for _, l := range text.Wrap(d.hide.oneLine(a.Err.Error()), d.w-6, "") {
		d.lines = append(d.lines, "     "+m.th.Text.Render(l))
	}
}

func (m *Model) failureView() []string {
	r := rect{0, 0, m.w, m.h - footerHeight}
	d := m.failureDoc(r.w - 2)
	s := &m.failure
	s.count, s.rows = len(d.lines), max(r.h-2, 1)
	s.top = min(max(s.top, 0), max(s.count-s.rows, 0))
	out := frame(m.th, r, "Error", "", true, d.lines[s.top:])
	foot := m.footerView(rect{0, r.h, m.w, footerHeight})
	if m.notice == "" {
		l := newLine(m.w, nil).space(1)
		l.add(m.th.Dim, fmt.Sprintf("exit code on quit: %d (the image could not be read)", exitSource))
		l.space(l.left-len("q quit ")).add(m.th.Key, "q").add(m.th.Dim, " quit ")
		foot[1] = l.String()
	}
	return append(out, foot...)
}

// failureKey does what can be done about an image that cannot be opened.
func (m *Model) failureKey(a action) tea.Cmd {
	switch a {
	case actRetry:
		return tea.Batch(m.openImage(), m.tick())
	case actCopy:
		s := m.hide().r.String(m.failureText())
		m.notice = fmt.Sprintf("copied the message, %s, by OSC 52", text.Plural(len(s), "byte"))
		return tea.SetClipboard(s)
	default:
		m.failure.roll(a)
	}
	return nil
}

// failureText is the message without styles.
func (m *Model) failureText() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Could not open %s\n", text.OneLine(m.opts.Reference))
	var oe *source.OpenError
	if !errors.As(m.err, &oe) {
		fmt.Fprintf(&b, "%s\n", text.OneLine(m.err.Error()))
		return b.String()
	}
	for _, a := range oe.Attempts {
		answer := "opened"
		if a.Err != nil {
			answer = text.OneLine(a.Err.Error())
		}
		fmt.Fprintf(&b, "%s %s: %s\n", a.Kind, text.OneLine(a.What), answer)
	}
	for _, h := range oe.Hints {
		fmt.Fprintf(&b, "%s\n", text.OneLine(h))
	}
	return b.String()
}
