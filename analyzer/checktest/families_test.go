package checktest_test

import (
	"debug/elf"
	"fmt"
	"path"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/bloat"
	"peel/analyzer/check"
	"peel/analyzer/checktest"
	"peel/analyzer/evidence"
	"peel/analyzer/filetree"
	"peel/analyzer/harden"
	"peel/analyzer/waste"
	"peel/source/layer"
)

// endings are those of the names that manyFiles gives: ordinary ones, and some of
// each kind that a check looks for.
var endings = []string{
	".js", ".json", ".py", ".pyc", ".so.6", ".h", ".md", "", ".map", ".spdx.json", ".txt", ".a", ".log", ".key",
	".ts", ".c", ".html", ".css", ".rb", ".go",
}

// manyFiles are the parts of an image of two layers with n files of all kinds of
// names, owners and modes. The upper layer writes a tenth of them again.
func manyFiles(n int) evidence.Parts {
	var layers [2]layer.Index
	var collected [2]layer.LayerInspector
	for i := range layers {
		layers[i].Complete = true
		collected[i] = evidence.Collector{}.Begin()
	}
	add := func(n int, e layer.Entry, content string) {
		i := len(layers[n].Entries)
		layers[n].Entries = append(layers[n].Entries, e)
		if e.Type == layer.Regular && collected[n].Open(i, &e) {
			collected[n].Write([]byte(content))
			collected[n].Close(i, &e)
		}
	}
	program := checktest.ELF(elf.EM_X86_64, "/lib64/ld-linux-x86-64.so.2")
	dir := ""
	for i := range n {
		if i%50 == 0 {
			dir = fmt.Sprintf("usr/lib/node_modules/p%d/lib%d/src", i/500, i/50%10)
			add(0, layer.Entry{Path: dir, Type: layer.Directory, Mode: 0o755}, "")
		}
		e := layer.Entry{
			Path: fmt.Sprintf("%s/file%d%s", dir, i, endings[i%len(endings)]), Type: layer.Regular, Mode: 0o644, UID: uint32(i % 3 * 500),
			Size: int64(i % 4096), ModTime: int64(i), Digest: layer.Digest{byte(i), byte(i >> 8), byte(i >> 16), 1},
		}
		if path.Ext(e.Path) == "" {
			e.Mode, e.Kind = 0o755, layer.KindELF
		}
		add(0, e, program)
		if i%10 == 0 {
			e.Mode |= 0o022
			add(1, e, program)
		}
	}
	p := evidence.Parts{
		Layers: []*layer.Index{&layers[0], &layers[1]}, MediaTypes: []string{"", ""}, StepLayer: []int{0, 1},
		Config: &v1.ConfigFile{OS: "linux", Architecture: "amd64",
			Config:  v1.Config{User: "1000", Env: []string{"PATH=/usr/bin:/usr/local/bin"}, Cmd: []string{"/bin/sh"}},
			History: []v1.History{{CreatedBy: "COPY . /"}, {CreatedBy: "RUN chmod -R 666 /usr"}}},
	}
	for i := range layers {
		layers[i].SetFacts(evidence.FactsName, collected[i].Facts())
	}
	p.Tree = treeOf(p.Layers)
	p.Waste = waste.Summarize(p.Tree)
	return p
}

func treeOf(layers []*layer.Index) *filetree.Tree {
	b := filetree.NewBuilder(len(layers))
	for i := range layers {
		if err := b.Add(i, layers[i]); err != nil {
			panic(err)
		}
	}
	return b.Tree()
}

// step is work that an image's files are put to.
type step struct {
	name string
	run  func(evidence.Parts)
	// most is what it may cost, as a share of the building of the tree, which is
	// itself a third of the reading of an image of small files.
	most float64
}

// steps are the families, each of their checks by itself, and what else looks at
// every file. Each begins with an Image that nothing was asked of before.
func steps() []step {
	list := []step{
		{"waste", func(p evidence.Parts) { waste.Summarize(p.Tree) }, 1},
		{"dockerignore", func(p evidence.Parts) { bloat.IgnoreOf(evidence.New(p), 0) }, 1},
		{"harden", func(p evidence.Parts) { harden.Of(evidence.New(p), harden.Options{}) }, 0.25},
	}
	for _, f := range checktest.Families() {
		list = append(list, step{f.Name, func(p evidence.Parts) { check.Run([]check.Family{f}, evidence.New(p)) }, 0.5})
		for i := range f.Checks {
			one := check.Family{Name: f.Name, Checks: f.Checks[i : i+1]}
			list = append(list, step{f.Checks[i].ID, func(p evidence.Parts) { check.Run([]check.Family{one}, evidence.New(p)) }, 0.25})
		}
	}
	return list
}

// BenchmarkFamilies puts an image of a million files to each step, and builds its
// tree for comparison.
func BenchmarkFamilies(b *testing.B) {
	p := manyFiles(1_000_000)
	b.Run("tree", func(b *testing.B) {
		for b.Loop() {
			treeOf(p.Layers)
		}
	})
	for _, s := range steps() {
		b.Run(s.name, func(b *testing.B) {
			for b.Loop() {
				s.run(p)
			}
		})
	}
}

// TestFamiliesAreLinear guards against checks that hold each path against a list
// of patterns, or paths against each other. The machine is shared, so the best of
// some tries counts.
func TestFamiliesAreLinear(t *testing.T) {
	p := manyFiles(200_000)
	tree := best(4, 0, func() { treeOf(p.Layers) })
	for _, s := range steps() {
		most := time.Duration(s.most * float64(tree))
		took := best(8, most, func() { s.run(p) })
		t.Logf("%-12s %.3f of the tree", s.name, took.Seconds()/tree.Seconds())
		if took > most {
			t.Errorf("%s costs %.2f of what building the tree does, more than %.2f", s.name, took.Seconds()/tree.Seconds(), s.most)
		}
	}
}

// best is the shortest that f takes in some tries; one below enough will do.
func best(tries int, enough time.Duration, f func()) time.Duration {
	shortest := time.Duration(1<<63 - 1)
	for range tries {
		began := time.Now()
		f()
		if shortest = min(shortest, time.Since(began)); shortest < enough {
			break
		}
	}
	return shortest
}
