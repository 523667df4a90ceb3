package ui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"peel/source"
)

const (
	// tagsAfter is how long the line must rest before a registry is asked.
	tagsAfter = 300 * time.Millisecond
	// tagsTime is how long it may take.
	tagsTime = 20 * time.Second
)

// tagSearch is what a registry is asked for, and what it has answered.
type tagSearch struct {
	repo       string // as it was typed; "" if nothing is asked
	partial    string // what was typed of the tag
	generation int
	asking     bool
	stop       context.CancelFunc
	entries    []source.Entry
	err        error
	known      map[string][]source.Entry // of repositories that were asked before
}

// cancel gives up what is being asked.
func (t *tagSearch) cancel() {
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
	t.repo, t.partial, t.entries, t.err, t.asking = "", "", nil, nil, false
	t.generation++
}

// restedMsg says that nothing was typed for a while.
type restedMsg struct{ generation int }

// tagsMsg brings a registry's answer.
type tagsMsg struct {
	generation int
	tags       []string
	err        error
}

// searchTags asks for tags if a name and a colon were typed, and the name is
// none that is here. It waits until the typing rests.
func (m *Model) searchTags() tea.Cmd {
	p := &m.picker
	t := &p.tags
	line := strings.TrimSpace(p.query.String())
	repo, ok := source.TagQuery(line, p.listing.Entries)
	if !ok || p.asking { // not before it is known what is here
		t.cancel()
		p.match()
		return nil
	}
	partial := line[len(repo)+1:]
	if repo == t.repo {
		t.partial = partial
		p.match()
		return nil
	}
	t.cancel()
	t.repo, t.partial = repo, partial
	if t.entries, ok = t.known[repo]; ok {
		p.match()
		return nil
	}
	p.match()
	t.asking = true
	gen := t.generation
	return tea.Tick(tagsAfter, func(time.Time) tea.Msg { return restedMsg{gen} })
}

// rested asks the registry.
func (m *Model) rested(msg restedMsg) tea.Cmd {
	t := &m.picker.tags
	if msg.generation != t.generation || !m.picker.open {
		return nil
	}
	ctx, stop := context.WithTimeout(m.ctx, tagsTime)
	t.stop = stop
	gen, repo, ask := t.generation, t.repo, m.opts.Picker.Tags
	return func() tea.Msg {
		tags, err := ask(ctx, repo)
		return tagsMsg{gen, tags, err}
	}
}

// tagged takes the tags in.
func (m *Model) tagged(msg tagsMsg) tea.Cmd {
	p := &m.picker
	t := &p.tags
	if msg.generation != t.generation || !p.open {
		return nil
	}
	t.stop()
	t.stop, t.asking, t.err = nil, false, msg.err
	if msg.err != nil {
		return nil
	}
	bare := source.Bare(t.repo)
	for _, tag := range msg.tags {
		n := bare + ":" + tag
		t.entries = append(t.entries, source.Entry{Reference: source.Prefixed(source.Registry, n), Name: n, Kind: source.Registry})
	}
	if t.known == nil {
		t.known = map[string][]source.Entry{}
	}
	t.known[t.repo] = t.entries
	at := p.selected()
	p.match()
	if at != nil && p.scroll.cursor > 0 {
		p.choose(at.entry.Reference)
	}
	return nil
}

// match lists the tag that was typed and those that begin with it, in the order
// that they came in, then those that have it elsewhere.
func (t *tagSearch) match() []pick {
	begin := source.Bare(t.repo) + ":"
	var exact, first, rest []pick
	for i := range t.entries {
		e := &t.entries[i]
		at := strings.Index(strings.TrimPrefix(e.Name, begin), t.partial)
		if at < 0 {
			continue
		}
		row := pick{entry: e}
		for j := range len(t.partial) {
			row.matched = append(row.matched, len(begin)+at+j)
		}
		switch {
		case len(e.Name) == len(begin)+len(t.partial):
			exact = append(exact, row)
		case at == 0:
			first = append(first, row)
		default:
			rest = append(rest, row)
		}
	}
	return slices.Concat(exact, first, rest)
}
