package ui

import (
	"context"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
)

// stage is how far the search for packages is.
type stage uint8

const (
	unasked  stage = iota
	awaiting       // the image is still being read
	running
	halting // the user stopped it, and it has not ended yet
	halted
	broken
	complete
)

// stocktaking is the search for packages: it takes seconds, and goes on in the
// background while other views are looked at.
type stocktaking struct {
	stage stage
	run   int // answers to earlier ones are dropped
	stop  context.CancelFunc
	err   error
	doing *atomic.Pointer[string]
	ended chan struct{} // closed when it has left nothing behind
}

// listedMsg brings the packages, or why there are none.
type listedMsg struct {
	generation, run int
	x               *packageIndex
	err             error
}

// listingMsg is a tick while packages are looked for.
type listingMsg struct{ generation, run int }

// askPackages begins to list the packages if nobody has, as soon as the image is
// read.
func (m *Model) askPackages() tea.Cmd {
	l := &m.pkgs().stock
	switch {
	case m.opts.Packages == nil || l.stage != unasked && l.stage != awaiting && l.stage != halted:
		return nil
	case !m.analysis.Finished:
		l.stage = awaiting
		return nil
	}
	return m.listPackages()
}

// awaitedPackages begins what was asked for while the image was read.
func (m *Model) awaitedPackages() tea.Cmd {
	l := &m.pkgs().stock
	if !m.analysis.Finished || l.stage != awaiting && (l.stage != unasked || !m.opts.PackagesAsked) {
		return nil
	}
	return m.askPackages()
}

func (m *Model) listPackages() tea.Cmd {
	l := &m.pkgs().stock
	ctx, stop := context.WithCancel(m.ctx)
	*l = stocktaking{stage: running, run: l.run + 1, stop: stop, doing: new(atomic.Pointer[string]), ended: make(chan struct{})}
	gen, run, doing, ended := m.generation, l.run, l.doing, l.ended
	a, list := m.analysis, m.opts.Packages
	return tea.Batch(m.listingTick(), func() tea.Msg {
		defer close(ended)
		defer stop()
		inv, err := list(ctx, a, func(s string) { doing.Store(&s) })
		if err != nil {
			return listedMsg{generation: gen, run: run, err: err}
		}
		return listedMsg{generation: gen, run: run, x: indexPackages(inv, a.Tree)}
	})
}

func (m *Model) listingTick() tea.Cmd {
	msg := listingMsg{m.generation, m.pkgs().stock.run}
	return tea.Tick(tickEvery, func(time.Time) tea.Msg { return msg })
}

// stillListing draws the screen anew, for the words of what is being done.
func (m *Model) stillListing(msg listingMsg) tea.Cmd {
	l := &m.pkgs().stock
	if msg.generation != m.generation || msg.run != l.run || l.stage != running {
		return nil
	}
	return m.listingTick()
}

// listed takes the packages. Those that come in spite of having been stopped are
// as good as any.
func (m *Model) listed(msg listedMsg) {
	l := &m.pkgs().stock
	if msg.generation != m.generation || msg.run != l.run {
		return
	}
	switch {
	case msg.err == nil:
		l.stage = complete
		m.pkgs().take(msg.x)
	case l.stage == halting:
		l.stage = halted
	default:
		l.stage, l.err = broken, msg.err
	}
}

// halt stops the listing, if it runs.
func (l *stocktaking) halt() bool {
	if l.stage != running {
		return false
	}
	l.stage = halting
	l.stop()
	return true
}

// partingTime is how long the end of the program waits for a listing that was
// stopped: for its temporary files, which go in a few milliseconds.
const partingTime = 300 * time.Millisecond

// part waits for what was stopped.
func (l *stocktaking) part() {
	if l.ended == nil {
		return
	}
	l.halt()
	select {
	case <-l.ended:
	case <-time.After(partingTime):
	}
}

func (p *packagesPane) act(m *Model, a action) tea.Cmd {
	switch {
	case a == actRetry:
		if p.stock.stage == halted || p.stock.stage == broken {
			return m.listPackages()
		}
	case p.x == nil:
	case a == actEnter:
		return m.visitPackage()
	case m.search(a):
	default:
		p.Key(a)
	}
	return nil
}

// undo undoes one thing: what the list has of them, the listing itself.
func (p *packagesPane) undo(m *Model) bool {
	if p.back() {
		return true
	}
	if !p.stock.halt() {
		return false
	}
	m.notice = "stopped looking for packages"
	return true
}

// visitPackage goes to a file of the selected package.
func (m *Model) visitPackage() tea.Cmd {
	p := m.pkgs()
	n := int32(p.Selected())
	if n < 0 || n == p.x.remarks() {
		return nil
	}
	layer, node, ok := p.mainFile()
	if !ok {
		m.notice = "no file of this package is known"
		return nil
	}
	m.leave()
	return m.visitFile(layer, node)
}
