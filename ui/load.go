package ui

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/source"
	"peel/source/layer"
	"peel/ui/text"
	"peel/ui/theme"
)

// tickEvery is how often the progress of a reading is looked at.
const tickEvery = 75 * time.Millisecond

type openedMsg struct {
	generation int
	image      *source.Image
	err        error
}

type tickMsg struct{ generation int }

// aloneMsg brings the tree of a layer that is read but not merged.
type aloneMsg struct {
	generation, layer int
	tree              *filetree.Tree
}

func (m *Model) openImage() tea.Cmd {
	m.phase, m.err = opening, nil
	m.generation++
	if m.giveUp != nil {
		m.giveUp()
	}
	ctx, giveUp := context.WithCancel(m.ctx)
	m.giveUp = giveUp
	gen, open := m.generation, m.opts.Open
	return func() tea.Msg {
		img, err := open(ctx)
		return openedMsg{gen, img, err}
	}
}

func (m *Model) tick() tea.Cmd {
	gen := m.generation
	return tea.Tick(tickEvery, func(time.Time) tea.Msg { return tickMsg{gen} })
}

// opened shows the image, or why there is none.
func (m *Model) opened(msg openedMsg) tea.Cmd {
	if msg.generation != m.generation {
		if msg.image != nil {
			_ = msg.image.Close() // nobody waits for it any more
		}
		return nil
	}
	if msg.err != nil {
		m.phase, m.err = failed, msg.err
		m.failure = scroller{rows: 1}
		return nil
	}
	m.phase, m.image = ready, msg.image
	m.from, m.asking, m.clear = nil, false, false
	ctx, stop := context.WithCancel(m.ctx)
	m.stop = stop
	m.session = m.opts.Analyze(ctx, m.image)
	for _, s := range m.screens {
		s.opened(m)
	}
	m.rate = rateMeter{start: m.now()}
	return m.refresh()
}

// ticked looks at the reading; the last tick is the one that sees its end.
func (m *Model) ticked(msg tickMsg) tea.Cmd {
	switch {
	case msg.generation != m.generation || m.phase == failed:
		return nil
	case m.phase == opening:
		return m.tick()
	}
	cmd := m.refresh()
	if m.analysis.Finished {
		return cmd
	}
	return tea.Batch(cmd, m.tick())
}

// refresh takes in what the session knows by now.
func (m *Model) refresh() tea.Cmd {
	a := m.session.Latest()
	if a != m.analysis {
		m.analysis = a
		m.fig.update(a)
		for _, s := range m.screens {
			s.shown(m)
		}
		_ = m.found.bind(a) // of the state before, it may match nothing now
		if m.found != nil {
			_ = m.found.bindEntries(a, m.pkgs().x)
		}
	}
	if !a.Finished {
		m.rate.add(m.now(), m.readBytes())
	}
	if m.target != "" {
		m.goTarget()
	}
	return tea.Batch(m.retarget(), m.prefetch(), m.awaitedPackages())
}

// readBytes is what was read of the stored layers so far.
func (m *Model) readBytes() int64 {
	var n int64
	for i := range m.analysis.Layers {
		l := &m.analysis.Layers[i]
		switch l.State {
		case analyzer.Read:
			n += l.Compressed
		default:
			n += m.session.Progress(i).Stored.Load()
		}
	}
	return n
}

// stopReading ends the reading and keeps what is complete.
func (m *Model) stopReading() bool {
	if m.analysis == nil || m.analysis.Finished || m.stopped {
		return false
	}
	m.stopped = true
	m.stop()
	m.notice = "stopped reading; what is here stays"
	return true
}

// retarget points the tree at what is selected among the layers.
func (m *Model) retarget() tea.Cmd {
	if m.analysis == nil {
		return nil
	}
	a, at := m.analysis, m.explore().layers.Selected()
	merged := a.Tree.Top()
	switch at.kind {
	case imageRow:
		title := "/ " + theme.Dot + " whole image"
		if !a.Finished || a.Partial() {
			title = "/ " + theme.Dot + " " + mergedWords(merged+1, len(a.Layers))
		}
		if merged < 0 {
			m.explore().tree.Show(treeSource{}, title, m.nothingYet())
			return nil
		}
		m.explore().tree.Show(treeSource{tree: a.Tree, layer: merged, whole: true}, title, []string{"This image has no files."})
		return nil
	case stepRow:
		return m.targetStep(at)
	case baseRow:
		m.targetBase(at.layer)
		return nil
	}
	return m.targetLayer(at.layer)
}

// mergedWords say how many layers, from the lowest, an incomplete tree is of.
func mergedWords(n, of int) string {
	switch n {
	case 0:
		return fmt.Sprintf("none of %s", text.Plural(of, "layer"))
	case 1:
		return fmt.Sprintf("layer 1 of %d", of)
	}
	return fmt.Sprintf("layers 1–%d of %d", n, of)
}

func (m *Model) targetStep(at layerLine) tea.Cmd {
	a := m.analysis
	title := "/ " + theme.Dot + " no layer"
	none := []string{"This step only sets " + keyword(instruction(a.Steps[at.step].CreatedBy)) + ": it has no files.",
		"", "c shows the files of all layers below it."}
	if m.explore().onlyOne || at.layer == filetree.None || !a.Tree.Layers[at.layer].Merged {
		if !m.explore().onlyOne {
			none = none[:1]
		}
		m.explore().tree.Show(treeSource{}, title, none)
		return nil
	}
	m.explore().tree.Show(treeSource{tree: a.Tree, layer: at.layer}, fmt.Sprintf("/ %s up to layer %d", theme.Dot, at.layer+1), none)
	return nil
}

func (m *Model) targetLayer(n int) tea.Cmd {
	a := m.analysis
	l := &a.Layers[n]
	if a.Tree.Layers[n].Merged {
		title := fmt.Sprintf("/ %s up to layer %d", theme.Dot, n+1)
		if m.explore().onlyOne {
			title = fmt.Sprintf("/ %s layer %d only", theme.Dot, n+1)
		}
		m.explore().tree.Show(treeSource{tree: a.Tree, layer: n, alone: m.explore().onlyOne}, title, m.emptyLayer(l))
		return nil
	}
	title := fmt.Sprintf("/ %s layer %d only", theme.Dot, n+1)
	if t := m.explore().alone[n]; t != nil {
		m.explore().tree.Show(treeSource{tree: t, alone: true}, title, m.emptyLayer(l))
		return nil
	}
	m.explore().tree.Show(treeSource{}, title, m.notRead(l))
	if l.Index == nil || m.explore().building[n] {
		return nil
	}
	m.explore().building[n] = true
	return m.buildAlone(n, l.Index)
}

// buildAlone makes the tree of one layer, without those below it.
func (m *Model) buildAlone(n int, idx *layer.Index) tea.Cmd {
	gen := m.generation
	return func() tea.Msg {
		b := filetree.NewBuilder(1)
		_ = b.Add(0, idx) // only too many paths: the tree then holds the first of them
		return aloneMsg{gen, n, b.Tree()}
	}
}

func (m *Model) builtAlone(msg aloneMsg) tea.Cmd {
	if msg.generation != m.generation || m.analysis == nil {
		return nil
	}
	delete(m.explore().building, msg.layer)
	if !m.analysis.Tree.Layers[msg.layer].Merged {
		m.explore().alone[msg.layer] = msg.tree
	}
	return m.retarget()
}
