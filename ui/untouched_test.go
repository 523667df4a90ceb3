package ui

import (
	"testing"

	"peel/analyzer/filetree"
	"peel/source/layer"
)

// While layers are read, the first line is the largest directory: the cursor does
// not wander off with the one that was so before, unless somebody put it there.
func TestCursorWhileReading(t *testing.T) {
	tree := func(a, b int64) treeSource {
		build := filetree.NewBuilder(1)
		_ = build.Add(0, &layer.Index{Complete: true, Entries: []layer.Entry{
			{Path: "a", Type: layer.Directory}, {Path: "a/x", Type: layer.Regular, Size: a},
			{Path: "b", Type: layer.Directory}, {Path: "b/x", Type: layer.Regular, Size: b},
		}})
		return treeSource{tree: build.Tree()}
	}
	m := opened(t, searchedDemo(t, image(t, demo(), nil)), 80, 24)
	p := &treePane{th: m.th}
	p.SetSize(40, 10)
	for _, step := range []struct {
		a, b int64
		key  action
		want string
	}{{2, 1, actNone, "/a"}, {1, 2, actNone, "/b"}, {2, 1, actDown, "/b"}, {1, 2, actNone, "/b"}, {2, 1, actNone, "/b"}} {
		p.Show(tree(step.a, step.b), "", nil)
		if step.key != actNone {
			p.Key(step.key)
		}
		if got := p.Path(); got != step.want {
			t.Errorf("the cursor is on %q, want %q, with %d and %d bytes", got, step.want, step.a, step.b)
		}
	}
}
