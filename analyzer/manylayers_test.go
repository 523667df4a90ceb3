package analyzer_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"peel/analyzer"
	"peel/source"
	. "peel/source/sourcetest"
)

// TestManyLayers guards that memory and work grow with the layers of a hostile
// manifest, not with their square: the states of all were copied for each.
func TestManyLayers(t *testing.T) {
	const layers = 3000
	var desc Image
	for range layers {
		desc.Layers = append(desc.Layers, Layer{Files: []File{Reg("a", "x")}})
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := DockerArchive25(f, desc); err != nil {
		t.Fatal(err)
	}
	f.Close()
	for _, live := range []bool{false, true} {
		img, err := source.Open(context.Background(), path, source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		a, err := analyzer.Start(context.Background(), img, analyzer.Options{Live: live}).Wait()
		runtime.ReadMemStats(&after)
		img.Close()
		if err != nil || len(a.Layers) != layers || a.Layers[layers-1].State != analyzer.Read {
			t.Fatalf("%d layers with %v", len(a.Layers), err)
		}
		if n := (after.TotalAlloc - before.TotalAlloc) / layers; n > 200_000 {
			t.Errorf("live %v: %d bytes were allocated for each layer", live, n)
		}
	}
}
