package filetree_test

import (
	"fmt"
	"testing"

	"peel/analyzer/filetree"
	"peel/source/layer"
)

// base is a layer of n files, 50 to a directory, in a tree three deep.
func base(n int) *layer.Index {
	idx := &layer.Index{Complete: true}
	for i := range n {
		d := i / 50
		if i%50 == 0 {
			idx.Entries = append(idx.Entries, layer.Entry{Path: dirName(d), Type: layer.Directory, Mode: 0o755})
		}
		idx.Entries = append(idx.Entries, layer.Entry{
			Path: fmt.Sprintf("%s/file%02d", dirName(d), i%50), Type: layer.Regular, Mode: 0o644,
			Size: int64(i%977) + 1, Digest: layer.Digest{byte(i), byte(i >> 8), byte(i >> 16)},
		})
	}
	return idx
}

func dirName(d int) string { return fmt.Sprintf("usr/lib/pkg%02d/mod%03d", d/40, d%40) }

// whiteouts deletes the first n files of base.
func whiteouts(n int) *layer.Index {
	idx := &layer.Index{Complete: true}
	for i := range n {
		idx.Entries = append(idx.Entries, layer.Entry{
			Path: fmt.Sprintf("%s/file%02d", dirName(i/50), i%50), Type: layer.Whiteout,
		})
	}
	return idx
}

// BenchmarkWhiteouts shows that a deletion costs the same however many there
// are and however much lies below: compare ns/whiteout between the rows.
func BenchmarkWhiteouts(b *testing.B) {
	for _, n := range []int{200, 2_000, 20_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			below, above := base(98_000), whiteouts(n)
			b.ResetTimer()
			for range b.N {
				b.StopTimer()
				t := filetree.NewBuilder(2)
				if err := t.Add(0, below); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if err := t.Add(1, above); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/whiteout")
		})
	}
}

// BenchmarkMerge is the merging of one layer of 98,000 files into nothing.
func BenchmarkMerge(b *testing.B) {
	idx := base(98_000)
	b.ReportAllocs()
	for b.Loop() {
		t := filetree.NewBuilder(1)
		if err := t.Add(0, idx); err != nil {
			b.Fatal(err)
		}
		t.Tree()
	}
}

// BenchmarkView is what a change of layer costs the screens.
func BenchmarkView(b *testing.B) {
	t := filetree.NewBuilder(2)
	for n, idx := range []*layer.Index{base(98_000), whiteouts(4_000)} {
		if err := t.Add(n, idx); err != nil {
			b.Fatal(err)
		}
	}
	tree := t.Tree()
	for b.Loop() {
		tree.View(1, false)
	}
}
