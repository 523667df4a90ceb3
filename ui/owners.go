package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/ui/text"
)

// ownerKey is a file as a layer leaves it.
type ownerKey struct{ node, layer int }

// ownerCache keeps the packages of the files that were looked at. They are looked
// for when a file is selected, one at a time, for each takes some milliseconds.
type ownerCache struct {
	tree   *filetree.Tree
	known  map[ownerKey][]analyzer.Owner
	asking bool
}

// maxOwners is how many files' packages are kept.
const maxOwners = 1000

// ownersMsg brings the packages of a file.
type ownersMsg struct {
	tree *filetree.Tree
	key  ownerKey
	list []analyzer.Owner
}

// askOwners looks for the packages of the selected file, if nobody did.
func (m *Model) askOwners() tea.Cmd {
	c := &m.explore().owners
	if c.asking || m.analysis == nil || !m.analysis.Finished || !m.on(m.explore()) || m.places.details.empty() {
		return nil
	}
	o, ok := m.object()
	if !ok || o.view.Tree != m.analysis.Tree {
		return nil
	}
	if c.tree != o.view.Tree || len(c.known) > maxOwners {
		c.tree, c.known = o.view.Tree, map[ownerKey][]analyzer.Owner{}
	}
	key := ownerKey{o.node, o.view.Layer}
	if _, ok := c.known[key]; ok {
		return nil
	}
	if isDir(o.view, o.node) {
		c.known[key] = nil
		return nil
	}
	c.asking = true
	a := m.analysis
	return func() tea.Msg { return ownersMsg{a.Tree, key, a.Owners(key.node, key.layer)} }
}

// ownersCame keeps what was found.
func (m *Model) ownersCame(msg ownersMsg) {
	m.explore().owners.asking = false
	if msg.tree == m.explore().owners.tree {
		m.explore().owners.known[msg.key] = msg.list
	}
}

// packages tells which packages list a file, and whether it is as they brought it.
func (in *inspector) packages(d *doc, o object) {
	if in.owners == nil || o.view.Tree != in.owners.tree {
		return
	}
	for _, p := range in.owners.known[ownerKey{o.node, o.view.Layer}] {
		s := text.OneLine(p.Package)
		if p.Version != "" {
			s += " " + text.OneLine(p.Version)
		}
		if p.Manager != "" {
			s += " (" + p.Manager + ")"
		}
		switch {
		case p.Compared && p.Unmodified:
			s += ", unmodified"
		case p.Compared:
			s += ", modified"
		case p.ChangedBy != filetree.None:
			s += fmt.Sprintf(", changed by layer %d", p.ChangedBy+1)
		}
		d.field("Package", s)
	}
}
