package analyzer_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"peel/analyzer"
	"peel/source"
	"peel/source/layer"
	. "peel/source/sourcetest"
)

// breaks is an inspector with a defect that one file brings out.
type breaks struct{}

func (breaks) Begin() layer.LayerInspector { return breaks{} }
func (breaks) Open(_ int, e *layer.Entry) bool {
	if e.Path == "bad" {
		panic("boom")
	}
	return false
}
func (breaks) Write([]byte)            {}
func (breaks) Close(int, *layer.Entry) {}
func (breaks) Facts() any              { return nil }
func (breaks) Name() string            { return "breaks" }

// TestCrashCostsOneLayer guards that a defect that a layer brings out is an error
// of this layer, and that the others are read.
func TestCrashCostsOneLayer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "image.tar")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	err = OCIArchive(f, Image{Layers: []Layer{{Files: []File{Reg("bad", "12345678")}}, {Files: []File{Reg("good", "12345678")}}}})
	if f.Close(); err != nil {
		t.Fatal(err)
	}
	img, err := source.Open(context.Background(), path, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	a, err := analyzer.Start(context.Background(), img, analyzer.Options{Scan: layer.Options{Inspectors: []layer.Inspector{breaks{}}}}).Wait()
	if err == nil || !strings.Contains(err.Error(), "layer 1 ") || !strings.Contains(err.Error(), "boom") || !strings.Contains(err.Error(), "crash_test.go") || strings.Contains(err.Error(), "layer 2") {
		t.Errorf("%v", err)
	}
	if a.Layers[0].State != analyzer.Failed || a.Layers[1].State != analyzer.Read || !a.Partial() {
		t.Errorf("%v %v", a.Layers[0].State, a.Layers[1].State)
	}
}
