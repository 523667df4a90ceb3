package analyzer

import (
	"testing"

	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/source/layer"
)

func TestPlaces(t *testing.T) {
	file := func(path string) layer.Entry { return layer.Entry{Path: path, Type: layer.Regular, Size: 1} }
	b := filetree.NewBuilder(3)
	for n, idx := range []*layer.Index{
		{Entries: []layer.Entry{file("a/key"), file("a/app.jar"), file("a!/x")}},
		{Entries: []layer.Entry{{Path: "a/key", Type: layer.Whiteout}, file("b/c/later")}},
		{Entries: []layer.Entry{file("clean")}},
	} {
		if err := b.Add(n, idx); err != nil {
			t.Fatal(err)
		}
	}
	tree := b.Tree()
	at := func(n int) *int { return &n }
	list := []finding.Finding{
		{ID: "S001", Severity: finding.Critical, Path: "a/key", Layer: at(0), DeletedIn: at(1)},
		{ID: "S010", Severity: finding.High, Path: "a/app.jar!/lib/in.zip!/f", Layer: at(0), LastLayer: at(2)},
		{ID: "S012", Severity: finding.Medium, Path: "b/c/later", Layer: at(1)},
		{ID: "S033", Severity: finding.Low, Path: "a!/x", Layer: at(0)},
		{ID: "S042", Severity: finding.High, Where: "history[2].created_by", Layer: at(1)},
		{ID: "S040", Severity: finding.High, Where: "config.Env[2]"},
		{ID: "S012", Severity: finding.Info, Path: "nowhere"},
	}
	p := locate(list, tree, 3)
	path := func(i int) string {
		if p.Node[i] == filetree.None {
			return ""
		}
		return tree.Path(int(p.Node[i]))
	}
	for i, want := range []string{"/a/key", "/a/app.jar", "/b/c/later", "/a!/x", "", "", ""} {
		if got := path(i); got != want {
			t.Errorf("finding %d is at %q, want %q", i, got, want)
		}
	}
	if l := p.Layer(0); len(l) != 3 || l[0] != 0 {
		t.Errorf("layer 0 has %v", l)
	}
	if l := p.Layer(2); len(l) != 1 || l[0] != 1 {
		t.Errorf("layer 2 has %v", l)
	}
	if l := p.Step(2, filetree.None); len(l) != 1 || l[0] != 4 {
		t.Errorf("step 2 has %v", l)
	}

	marks := func(layer int, alone bool) map[string]finding.Severity {
		m := p.Marks(tree.View(layer, alone))
		out := map[string]finding.Severity{}
		for i := range tree.Nodes {
			if s, ok := m.At(i); ok {
				out[tree.Path(i)] = s
			}
		}
		return out
	}
	for _, c := range []struct {
		layer int
		alone bool
		want  map[string]finding.Severity
	}{
		{0, false, map[string]finding.Severity{"/": finding.Critical, "/a": finding.Critical, "/a/key": finding.Critical, "/a/app.jar": finding.High, "/a!": finding.Low, "/a!/x": finding.Low}},
		{1, true, map[string]finding.Severity{"/": finding.Medium, "/b": finding.Medium, "/b/c": finding.Medium, "/b/c/later": finding.Medium}},
		{2, true, map[string]finding.Severity{}},
	} {
		got := marks(c.layer, c.alone)
		if len(got) != len(c.want) {
			t.Errorf("layer %d: %v, want %v", c.layer, got, c.want)
		}
		for k, v := range c.want {
			if got[k] != v {
				t.Errorf("layer %d: %s is %v, want %v", c.layer, k, got[k], v)
			}
		}
	}
}

func TestStepOf(t *testing.T) {
	for where, want := range map[string]int{"history[4].created_by": 4, "history[0].comment": 0, "config.Env[2]": -1, "history[x]": -1, "history[-1]": -1, "": -1} {
		got, ok := StepOf(where)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q is step %d, want %d", where, got, want)
		}
	}
}
