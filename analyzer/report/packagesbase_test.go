package report

import (
	"bytes"
	"strings"
	"testing"

	"peel/analyzer"
	"peel/analyzer/inventory"
)

// TestPackagesFromBase guards that packages are told apart by the base image, if
// one is known.
func TestPackagesFromBase(t *testing.T) {
	inv := &inventory.Inventory{Packages: []inventory.Package{
		{Name: "apt", State: inventory.Installed, Layer: 0, Files: 1, Bytes: 10},
		{Name: "curl", State: inventory.Installed, Layer: 1, Files: 1, Bytes: 20},
		{Name: "nowhere", State: inventory.Installed, Layer: -1},
		{Name: "gone", State: inventory.Removed, Layer: 0, RemovedBy: 1},
	}}
	for _, c := range []struct {
		base  int
		want  string // of each: base, own or not known
		words []string
	}{
		{-1, "????", nil},
		{1, "bo?b", []string{"1 base ", "1 package of 10 B come with the base image, 1 package of 20 B are the image's own"}},
		{2, "bb?b", []string{"2 base ", "2 packages of 30 B come with the base image, 0 packages of 0 B"}},
	} {
		list := packagesOf(&analyzer.Analysis{Base: &analyzer.BaseImage{Layers: c.base}}, inv)
		var got strings.Builder
		for _, p := range list {
			switch {
			case p.FromBase == nil:
				got.WriteByte('?')
			case *p.FromBase:
				got.WriteByte('b')
			default:
				got.WriteByte('o')
			}
		}
		if got.String() != c.want {
			t.Errorf("%d layers: %s", c.base, &got)
		}
		var b bytes.Buffer
		if err := WritePackages(&b, &Packages{Packages: list}); err != nil {
			t.Fatal(err)
		}
		for _, w := range c.words {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%d layers: no %q in\n%s", c.base, w, &b)
			}
		}
		if c.words == nil && strings.Contains(b.String(), "base") {
			t.Errorf("a base in\n%s", &b)
		}
	}
}
