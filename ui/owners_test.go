package ui

import (
	"testing"

	"peel/analyzer"
	"peel/analyzer/filetree"
)

// The details of a file name its package.
func TestOwnerPackage(t *testing.T) {
	each(t, [][2]int{{80, 40}, {140, 40}}, func(t *testing.T, w, h int) {
		x := start(t, searchedDemo(t, onBase(t, true)), w, h)
		x.until("waste")
		x.keys("/")
		x.lit("libssl")
		x.keys("enter", "tab")
		golden(t, x.until("changed by layer 4"))
		x.keys("tab", "/")
		x.lit("libc.so")
		x.keys("enter", "tab")
		x.until("libc6 2.36-9 (dpkg)")
	})
}

// What comes for a file of another image, or of an earlier state, is dropped.
func TestStaleOwners(t *testing.T) {
	m := opened(t, searchedDemo(t, onBase(t, true)), 140, 40)
	m.explore().owners = ownerCache{}
	m.visitFile(0, nodeAt(t, m, "usr/libssl.so.3"))
	cmd := m.askOwners()
	if cmd == nil || m.askOwners() != nil {
		t.Fatal("not asked once")
	}
	msg := cmd().(ownersMsg)
	if len(msg.list) != 1 {
		t.Fatalf("owners %v", msg.list)
	}
	now := m.analysis.Tree
	for tree, want := range map[*filetree.Tree]int{now: 1, filetree.NewBuilder(0).Tree(): 0} {
		m.explore().owners = ownerCache{tree: tree, known: map[ownerKey][]analyzer.Owner{}, asking: true}
		if m.ownersCame(msg); len(m.explore().owners.known) != want || m.explore().owners.asking {
			t.Errorf("%d answers are kept, want %d", len(m.explore().owners.known), want)
		}
	}
}

func nodeAt(t *testing.T, m *Model, path string) int {
	t.Helper()
	n, ok := m.analysis.Tree.Lookup(path)
	if !ok {
		t.Fatal("no " + path)
	}
	return n
}
