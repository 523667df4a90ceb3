package analyzer_test

import (
	"context"
	"os"
	"testing"

	"peel/analyzer"
	"peel/source"
)

// BenchmarkImage opens and analyzes the image named by PEEL_BENCH_IMAGE; with
// -cpuprofile it shows where the time of a whole run goes. Without the variable
// it takes the sample image.
func BenchmarkImage(b *testing.B) {
	reference := os.Getenv("PEEL_BENCH_IMAGE")
	if reference == "" {
		reference = "sample:"
	}
	b.ReportAllocs()
	for b.Loop() {
		img, err := source.Open(context.Background(), reference, source.Options{})
		if err != nil {
			b.Fatal(err)
		}
		a, err := analyzer.Start(context.Background(), img, analyzer.Options{}).Wait()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(a.Size())
		img.Close()
	}
}
