package ui

import (
	"fmt"
	"strings"

	"peel/source"
	"peel/ui/text"
	"peel/ui/theme"
)

// sourceName says where an image was read from.
func sourceName(img *source.Image) string {
	names := map[source.Kind]string{
		source.Registry: "registry", source.OCILayout: "OCI layout", source.OCIArchive: "OCI archive",
		source.DockerArchive: "docker archive", source.Docker: "docker", source.Podman: "podman", source.Storage: "podman storage", source.RootFS: "root file system", source.Sample: "sample",
	}
	name, ok := names[img.Kind]
	if !ok {
		name = string(img.Kind)
	}
	if img.Location != "" && img.Location != img.Reference {
		return strings.TrimSpace(name + " " + img.Location)
	}
	return name
}

// piece is a part of the header. The ones with the highest rank go first when
// the line is too short.
type piece struct {
	style theme.Style
	text  string
	rank  int
}

// shorten cuts a reference: of a path the end matters, of a name both ends.
func shorten(ref string, w int) string {
	if strings.HasPrefix(ref, "/") || strings.HasPrefix(ref, ".") || strings.HasPrefix(ref, text.Ellipsis) {
		return text.CutLeft(ref, w)
	}
	return text.CutMiddle(ref, w)
}

// headerView is the first line: what, how big, how bad.
func (m *Model) headerView(w int) string {
	name := shorten(m.hide().oneLine(m.opts.Reference), max(w*3/8, 20))
	pieces := []piece{{m.th.Strong, name, 0}}
	if m.clear {
		pieces = append(pieces, piece{m.th.Error, "SECRETS SHOWN", 0})
	}
	switch {
	case m.image == nil && m.phase == opening:
		pieces = append(pieces, piece{m.th.Dim, m.openingWords(), 0})
	case m.analysis != nil:
		pieces = append(pieces, m.imagePieces(w)...)
	}
	return fitPieces(pieces, w)
}

func (m *Model) imagePieces(w int) []piece {
	a, img := m.analysis, m.image
	partial := ""
	if a.Partial() {
		partial = "≥ "
	}
	p := []piece{}
	if s := shortManifest(img); s != "" {
		p = append(p, piece{m.th.Dim, s, 7})
	}
	if plat := img.Platform.String(); plat != "" {
		p = append(p, piece{m.th.Text, m.hide().oneLine(plat), 3})
	}
	p = append(p, piece{m.th.Dim, text.CutMiddle(m.hide().oneLine(sourceName(img)), max(w/5, 16)), 5})
	size := partial + text.Bytes(a.Size())
	if a.Size() == 0 && !a.Finished {
		size = m.storedSize()
	}
	p = append(p, piece{m.th.Text, size + " " + theme.Dot + " " + text.Plural(len(a.Layers), "layer"), 1})
	if a.Finished {
		p = append(p, piece{m.th.Text, text.Plural(m.fig.files, "file"), 6})
	}
	if w := a.Waste; w.Wasted > 0 {
		p = append(p, piece{m.th.Waste, "waste " + partial + text.Bytes(w.Wasted) + " " + text.Percent(w.Wasted, w.Size), 0})
	} else if !a.Partial() {
		p = append(p, piece{m.th.Good, "no waste", 0})
	}
	if a.Score != nil && a.Finished {
		atMost := ""
		if a.Partial() {
			atMost = "≤ "
		}
		p = append(p, piece{m.th.Text, fmt.Sprintf("score %s%d", atMost, a.Score.Value), 2})
	}
	if !a.Partial() {
		p = append(p, piece{m.th.Text, fmt.Sprintf("efficiency %.1f%%", 100*a.Waste.Efficiency), 4})
	}
	return p
}

func (m *Model) storedSize() string {
	if c, known := m.analysis.Compressed(); known && c > 0 {
		return text.Bytes(c) + " stored"
	}
	return "size unknown"
}

func shortManifest(img *source.Image) string {
	if img.ManifestDigest == "" {
		return ""
	}
	return "@ " + shortDigest(img.ManifestDigest)
}

// openingWords say that the image is being looked for, and how much was read
// of one that comes as a stream.
func (m *Model) openingWords() string {
	s := "opening" + text.Ellipsis
	if m.waitingWords() != "" {
		s = "waiting" + text.Ellipsis
	}
	if m.opts.OpenProgress != nil {
		if n := m.opts.OpenProgress.Stored.Load(); n > 0 {
			s = "reading" + text.Ellipsis + " " + text.Bytes(n)
		}
	}
	return s
}

// waitingWords say why nothing comes, "" if that is not known.
func (m *Model) waitingWords() string {
	if m.opts.Waiting == nil {
		return ""
	}
	return text.OneLine(m.opts.Waiting())
}

// fitPieces sets pieces apart as far as there is room, and leaves out what does
// not fit.
func fitPieces(pieces []piece, w int) string {
	const gap = 3
	width := func() int {
		n := 1
		for _, p := range pieces {
			n += text.Width(p.text) + gap
		}
		return n - gap + 1
	}
	drop := func(from int) {
		for width() > w {
			worst := 0
			for i, p := range pieces {
				if p.rank >= from && p.rank > pieces[worst].rank {
					worst = i
				}
			}
			if worst == 0 {
				return
			}
			pieces = append(pieces[:worst:worst], pieces[worst+1:]...)
		}
	}
	shrink := func(least int) {
		if over := width() - w; over > 0 {
			first := &pieces[0]
			first.text = shorten(first.text, max(text.Width(first.text)-over, min(least, text.Width(first.text))))
		}
	}
	drop(4)
	shrink(20)
	drop(2)
	shrink(12)
	drop(1)
	shrink(8)
	l := newLine(w, nil)
	for i, p := range pieces {
		l.space(1)
		if i > 0 {
			l.space(gap - 1)
		}
		l.add(p.style, p.text)
	}
	return l.String()
}

// tabsView is the second line; its parts can be clicked. Where it is too short,
// it gives up gaps, then words, then the counts of the other views.
func (m *Model) tabsView(r rect) string {
	labels := make([]string, len(m.screens))
	for i, s := range m.screens {
		labels[i] = " " + s.tab().key + " " + s.tab().name + s.badge(m) + " "
	}
	gap, help := 1, "? help "
	over := func() int {
		w := gap*len(labels) + text.Width(help) - r.w + gap
		for _, l := range labels {
			w += text.Width(l)
		}
		return w
	}
	if over() > 0 {
		gap = 0
	}
	if over() > 0 {
		help = "? "
	}
	for i := len(labels) - 1; i >= 0 && over() > 0; i-- {
		if t := m.screens[i].tab(); m.screens[i] != m.at {
			labels[i] = " " + t.key + " " + t.name + " "
		}
	}
	l := newLine(r.w, nil)
	l.space(gap)
	for i, s := range m.screens {
		x := r.w - l.left
		if s == m.at {
			l.add(m.th.Tab, "["+strings.TrimSpace(labels[i])+"]")
		} else {
			l.add(m.th.Text, labels[i])
		}
		m.zone(rect{x, r.y, text.Width(labels[i]), 1}, actionOf(i))
		l.space(gap)
	}
	l.space(l.left - len(help))
	m.zone(rect{r.w - len(help), r.y, len(help), 1}, actHelp)
	return l.add(m.th.Dim, help).String()
}

// shortCount is a number, in few columns where there is no room.
func (m *Model) shortCount(n int) string {
	if m.w < doubleWidth {
		return strings.TrimSuffix(text.Tiny(int64(n)), "B") // no bytes
	}
	return text.Count(n)
}
