package analyzer_test

import (
	"context"
	"os"
	"slices"
	"testing"

	"peel/analyzer"
	"peel/analyzer/check"
	"peel/analyzer/metadata"
	"peel/analyzer/secrets"
	"peel/source"
)

// BenchmarkImage opens and analyzes the image named by PEEL_BENCH_IMAGE, or the
// sample image: its layers and waste alone, with the checks, and with secrets.
// What a family costs is the difference; -cpuprofile shows where it goes.
func BenchmarkImage(b *testing.B) {
	scanner, err := secrets.New(secrets.Options{})
	if err != nil {
		b.Fatal(err)
	}
	families := slices.DeleteFunc(check.Families(), func(f check.Family) bool { return f.Name == secrets.Family.Name })
	for _, run := range []struct {
		name string
		opts analyzer.Options
	}{
		{"waste", analyzer.Options{}},
		{"checks", analyzer.Options{Checks: families, RequiredLabels: metadata.DefaultRequired}},
		{"secrets", analyzer.Options{Secrets: scanner}},
		{"all", analyzer.Options{Secrets: scanner, Checks: families, RequiredLabels: metadata.DefaultRequired}},
	} {
		b.Run(run.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				analyse(b, run.opts)
			}
		})
	}
}

func analyse(b *testing.B, opts analyzer.Options) *analyzer.Analysis {
	reference := os.Getenv("PEEL_BENCH_IMAGE")
	if reference == "" {
		reference = "sample:"
	}
	var from source.Options
	from.Scan.Inspectors = opts.Inspectors()
	img, err := source.Open(context.Background(), reference, from)
	if err != nil {
		b.Fatal(err)
	}
	defer img.Close()
	a, err := analyzer.Start(context.Background(), img, opts).Wait()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(a.Size())
	return a
}

// BenchmarkOwners asks whose the files of PEEL_BENCH_IMAGE are, one after the
// other, as somebody does who walks through them.
func BenchmarkOwners(b *testing.B) {
	scanner, err := secrets.New(secrets.Options{})
	if err != nil {
		b.Fatal(err)
	}
	a := analyse(b, analyzer.Options{Secrets: scanner})
	n := 0
	b.SetBytes(0)
	for b.Loop() {
		n = (n + 7919) % len(a.Tree.Nodes)
		a.Owners(n, a.Tree.Top())
	}
}
