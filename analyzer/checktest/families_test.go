package checktest_test

import (
	"fmt"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/check"
	"peel/analyzer/checktest"
	"peel/analyzer/evidence"
	"peel/analyzer/filetree"
	"peel/analyzer/waste"
	"peel/source/layer"
)

// manyFiles is an image of two layers with n entries: small files of all kinds of
// names, a tenth of them written again.
func manyFiles(n int) (*evidence.Image, time.Duration) {
	exts := []string{".js", ".json", ".py", ".pyc", ".so.6", ".h", ".md", "", ".map", ".spdx.json", ".txt", ".a", ".log"}
	var layers [2]layer.Index
	dir := ""
	for i := range n {
		if i%50 == 0 {
			dir = fmt.Sprintf("usr/lib/node_modules/p%d/lib%d/src", i/500, i/50%10)
			layers[0].Entries = append(layers[0].Entries, layer.Entry{Path: dir, Type: layer.Directory, Mode: 0o755})
		}
		e := layer.Entry{
			Path: fmt.Sprintf("%s/file%d%s", dir, i, exts[i%len(exts)]), Type: layer.Regular, Mode: 0o644,
			Size: int64(i % 4096), ModTime: int64(i), Digest: layer.Digest{byte(i), byte(i >> 8), byte(i >> 16), 1},
		}
		layers[0].Entries = append(layers[0].Entries, e)
		if i%10 == 0 {
			e.Mode = 0o666
			layers[1].Entries = append(layers[1].Entries, e)
		}
	}
	began := time.Now()
	b := filetree.NewBuilder(2)
	for i := range layers {
		layers[i].Complete = true
		if err := b.Add(i, &layers[i]); err != nil {
			panic(err)
		}
	}
	tree := b.Tree()
	took := time.Since(began)
	return evidence.New(evidence.Parts{
		Tree: tree, Layers: []*layer.Index{&layers[0], &layers[1]}, MediaTypes: []string{"", ""}, Waste: waste.Summarize(tree),
		Config:    &v1.ConfigFile{OS: "linux", Architecture: "amd64", Config: v1.Config{User: "1000", Env: []string{"PATH=/usr/bin:/usr/local/bin"}, Cmd: []string{"/bin/sh"}}, History: []v1.History{{CreatedBy: "COPY . /"}, {CreatedBy: "RUN chmod -R 666 /usr"}}},
		StepLayer: []int{0, 1},
	}), took
}

// BenchmarkFamilies puts an image of a million entries to each family.
func BenchmarkFamilies(b *testing.B) {
	img, _ := manyFiles(1_000_000)
	for _, f := range checktest.Families() {
		b.Run(f.Name, func(b *testing.B) {
			for b.Loop() {
				check.Run([]check.Family{f}, img)
			}
		})
	}
}

// TestFamiliesAreLinear guards against checks that hold each path against a list
// of patterns, or against each other: none may cost more than the building of the
// tree itself, of which the best of some tries is taken for the machine is shared.
func TestFamiliesAreLinear(t *testing.T) {
	img, tree := manyFiles(200_000)
	if _, again := manyFiles(200_000); again < tree {
		tree = again
	}
	for _, f := range checktest.Families() {
		for i := range f.Checks {
			one := check.Family{Name: f.Name, Checks: f.Checks[i : i+1]}
			best := time.Hour
			for range 3 {
				began := time.Now()
				check.Run([]check.Family{one}, img)
				best = min(best, time.Since(began))
				if best < tree/4 {
					break
				}
			}
			t.Logf("%s: %.3f of the tree", f.Checks[i].ID, best.Seconds()/tree.Seconds())
			if best > tree {
				t.Errorf("%s costs %.1f times what building the tree does", f.Checks[i].ID, best.Seconds()/tree.Seconds())
			}
		}
	}
}
