package ui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"peel/source"
	"peel/source/layer"
	"peel/ui/text"
	"peel/ui/theme"
)

// Picker is how the program finds other images than the one it was started with.
type Picker struct {
	// List asks all sources at once and gives their answers one after the other.
	List func(ctx context.Context, found func(source.Answer))
	// Tags lists the tags that a registry has of an image.
	Tags func(ctx context.Context, image string) ([]string, error)
	// Open gives what Options.Open and Options.OpenProgress are for a reference.
	Open func(reference string) (func(context.Context) (*source.Image, error), *layer.Progress)
}

// pickerPane lists what there is to open, over all other screens. What is typed
// filters the list.
type pickerPane struct {
	th         *theme.Theme
	open       bool
	generation int // of the listing; answers to earlier ones are dropped
	asking     bool
	listing    source.Listing
	stop       context.CancelFunc // ends the listing
	query      input
	rows       []pick
	scroll     scroller
	tags       tagSearch
	area       rect // of the rows, for the mouse
}

// answeredMsg brings one source's answer; more is closed after the last.
type answeredMsg struct {
	generation int
	answer     source.Answer
	more       <-chan source.Answer
	done       bool
}

// openPicker shows the list and asks for it anew.
func (m *Model) openPicker() tea.Cmd {
	if m.opts.Picker == nil {
		m.notice = "there is no list of images here"
		return nil
	}
	p := &m.picker
	p.closeList()
	p.open, p.asking, p.generation = true, true, p.generation+1
	p.listing, p.query = source.Listing{}, input{prompt: "> "}
	p.scroll = scroller{rows: 1}
	p.match()
	ctx, stop := context.WithCancel(m.ctx)
	p.stop = stop
	gen, list := p.generation, m.opts.Picker.List
	return func() tea.Msg {
		more := make(chan source.Answer)
		go func() {
			defer close(more)
			list(ctx, func(a source.Answer) {
				select {
				case more <- a:
				case <-ctx.Done():
				}
			})
		}()
		return nextAnswer(gen, more)
	}
}

func nextAnswer(gen int, more <-chan source.Answer) tea.Msg {
	a, ok := <-more
	return answeredMsg{gen, a, more, !ok}
}

// answered takes one source's images in; the cursor stays on its image.
func (m *Model) answered(msg answeredMsg) tea.Cmd {
	p := &m.picker
	if msg.generation != p.generation || !p.open {
		return nil
	}
	if msg.done {
		p.asking = false
		return m.searchTags()
	}
	at := p.selected()
	p.listing.Add(msg.answer)
	p.match()
	if at != nil && p.scroll.cursor > 0 {
		p.choose(at.entry.Reference)
	}
	return func() tea.Msg { return nextAnswer(msg.generation, msg.more) }
}

// closeList ends what the list still waits for.
func (p *pickerPane) closeList() {
	p.open = false
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
	p.tags.cancel()
}

// pickerKey gives a key to the list, or to the line above it.
func (m *Model) pickerKey(k tea.KeyPressMsg) tea.Cmd {
	if a := keys[inPicker][k.String()]; a != actNone {
		return m.pickerDo(a)
	}
	before := m.picker.query.String()
	if m.picker.query.Key(k) && m.picker.query.String() != before {
		return m.pickerTyped()
	}
	return nil
}

func (m *Model) pickerDo(a action) tea.Cmd {
	p := &m.picker
	switch a {
	case actBack:
		if p.query.String() != "" {
			p.query.Set("")
			return m.pickerTyped()
		}
		return m.leavePicker()
	case actEnter:
		return m.pick(p.selected())
	case actNextPane:
		if at := p.selected(); at != nil {
			p.query.Set(at.entry.Reference)
			return m.pickerTyped()
		}
	case actMouse:
		m.toggleMouse()
	case actHelp, actSuspend, actRedraw, actQuit:
		return m.do(a)
	default:
		p.scroll.move(a)
	}
	return nil
}

// pickerTyped shows what matches the line; the best match is selected.
func (m *Model) pickerTyped() tea.Cmd {
	m.picker.scroll.cursor, m.picker.scroll.top = 0, 0
	m.picker.match()
	return m.searchTags()
}

// leavePicker goes back to the image that was open, or ends the program.
func (m *Model) leavePicker() tea.Cmd {
	m.picker.closeList()
	if m.phase == unopened {
		return tea.Quit
	}
	return nil
}

// pick opens an image in place of the one that is open.
func (m *Model) pick(at *pick) tea.Cmd {
	if at == nil {
		if s := strings.TrimSpace(m.picker.query.String()); s != "" {
			m.notice = "no image, and no reference to one: " + text.OneLine(s)
		}
		return nil
	}
	m.picker.closeList()
	m.abandon()
	m.close()
	o := m.opts
	o.Reference = at.entry.Reference
	o.Open, o.OpenProgress = o.Picker.Open(o.Reference)
	fresh := newModel(m.ctx, o)
	fresh.w, fresh.h, fresh.mouse, fresh.th = m.w, m.h, m.mouse, m.th
	fresh.generation, fresh.picker = m.generation, m.picker
	fresh.picked = true
	fresh.useTheme()
	*m = *fresh
	return tea.Batch(m.openImage(), m.tick())
}

// abandon ends the opening and the reading of the image.
func (m *Model) abandon() {
	if m.stop != nil {
		m.stop()
	}
	if m.giveUp != nil {
		m.giveUp()
	}
	m.pkgs().stock.halt()
	m.generation++
}

// backToPicker leaves an image that is being opened, or cannot be, for the list
// that it was picked from.
func (m *Model) backToPicker() tea.Cmd {
	m.abandon()
	m.phase, m.err, m.opts.Reference = unopened, nil, ""
	return m.openPicker()
}

// pickerClick selects a line; a click on the selected one opens it.
func (m *Model) pickerClick(at tea.Mouse) tea.Cmd {
	for _, z := range m.zones {
		if z.contains(at.X, at.Y) {
			return m.pickerDo(z.act)
		}
	}
	p := &m.picker
	i := p.scroll.top + at.Y - p.area.y
	switch {
	case !p.area.contains(at.X, at.Y) || i >= len(p.rows):
		return nil
	case i == p.scroll.cursor:
		return m.pick(p.selected())
	}
	p.scroll.cursor = i
	return nil
}
