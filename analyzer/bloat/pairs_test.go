package bloat_test

import (
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"peel/analyzer/bloat"
	"peel/analyzer/checktest"
	"peel/analyzer/finding"
	. "peel/source/sourcetest"
)

// mega is a file large enough to be told of.
func mega(name string, seed uint64) File { return Random(name, 1<<20, seed) }

// built is an image of a layer for each of the lists of files.
func built(layers ...[]File) (img Image) {
	for _, files := range layers {
		img.Layers = append(img.Layers, Layer{CreatedBy: "RUN make", Files: files})
	}
	return img
}

func files(list ...File) []File { return list }

// named gives an image the name of a registry's.
const named = "example.org/app:1"

func layerPairs() []checktest.Pair {
	plain := built(files(mega("a", 1)))
	plain.Layers[0].MediaType = types.OCIUncompressedLayer
	packed := built(files(mega("a", 1)))
	packed.Layers[0].Compression, packed.Layers[0].MediaType = Gzip, types.OCILayer
	once := built(files(mega("a", 1), mega("b", 2)))
	return []checktest.Pair{
		{ID: "W001", Bad: built(files(mega("a", 1)), files(mega("a", 2))), Good: once},
		{ID: "W002", Bad: built(files(mega("a", 1), mega("b", 2)), files(Whiteout("a"))), Good: once},
		{ID: "W002", Bad: built(files(mega("d/a", 1), mega("b", 2)), files(Opaque("d"))), Good: once},
		{ID: "W003", Bad: built(files(mega("a", 1)), files(mega("a", 1).Mode(0o755))), Good: once},
		{ID: "W004", Bad: built(files(mega("a", 1)), files(mega("a", 1))), Good: once},
		{ID: "W005", Bad: built(files(mega("a", 1), mega("b", 1))), Good: built(files(mega("a", 1), Hardlink("b", "a")))},
		{ID: "W017", Bad: built(files(mega("a", 1)), nil), Good: once},
		{ID: "W017", Bad: built(files(mega("a", 1)), files(mega("a", 1))), Good: built(files(mega("a", 1)), files(Dir("b", 0o755)))},
		{ID: "W018", Bad: built(files(mega("a", 1)), files(mega("a", 2))), Good: built(files(mega("a", 1)), files(mega("b", 2)))},
		{ID: "W019", Bad: plain, BadName: named, Good: packed, GoodName: named},
		{ID: "W019", Bad: plain, Good: packed, Severity: finding.Info, AnySeverity: true},
	}
}

func TestChecks(t *testing.T) {
	checktest.Walk(t, bloat.Family, layerPairs())
}
