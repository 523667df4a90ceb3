package secrets_test

import (
	"context"
	"os"
	"testing"

	"peel/analyzer"
	"peel/analyzer/secrets"
	"peel/source"
)

// BenchmarkImage analyses the image named by PEEL_BENCH_IMAGE, or the sample
// image, without the scanner and with it: what it costs is the difference.
func BenchmarkImage(b *testing.B) {
	reference := os.Getenv("PEEL_BENCH_IMAGE")
	if reference == "" {
		reference = "sample:"
	}
	for _, scan := range []bool{false, true} {
		name := "plain"
		if scan {
			name = "secrets"
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var opts analyzer.Options
				if scan {
					s, err := secrets.New(secrets.Options{})
					if err != nil {
						b.Fatal(err)
					}
					opts.Secrets = s
				}
				img, err := source.Open(context.Background(), reference, source.Options{})
				if err != nil {
					b.Fatal(err)
				}
				a, err := analyzer.Start(context.Background(), img, opts).Wait()
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(a.Size())
				img.Close()
			}
		})
	}
}
