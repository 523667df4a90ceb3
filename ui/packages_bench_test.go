package ui

import (
	"fmt"
	"strings"
	"testing"

	"peel/analyzer"
	"peel/analyzer/inventory"
)

// manyPackages is an inventory of n packages, some of which say far too much.
func manyPackages(a *analyzer.Analysis, n int) *inventory.Inventory {
	long := strings.Repeat("1.2.3-\x1b[31m", 1_000) // 10 kB
	inv := &inventory.Inventory{Unowned: inventory.Unowned{Files: 1, Bytes: 1}}
	for i := range n {
		p := inventory.Package{
			Name: fmt.Sprintf("pkg-%d-\x1b]0;x\a%d", i%7919, i), Version: fmt.Sprintf("1.%d.%d", i%97, i), Type: fmt.Sprintf("type-%d", i%13),
			Licenses: []string{"MIT", "Apache-2.0"}, PURL: fmt.Sprintf("pkg:npm/pkg-%d@1.%d", i, i), State: inventory.Installed,
			Layer: i % 5, Files: 2, Bytes: int64(i * 37 % 100_003), Nodes: []int32{int32(i % len(a.Tree.Nodes))},
			Locations: []inventory.Location{{Path: fmt.Sprintf("/usr/lib/node%d/package.json", i), Layer: i % 5}},
		}
		switch i % 10 {
		case 0:
			p.Version, p.PURL, p.Licenses = long, long, []string{long, long}
		case 1:
			p.State, p.RemovedBy, p.ReplacedBy, p.Dead = inventory.Overwritten, i%4+1, long, int64(i)
		case 2:
			p.Name = "the same" // ten thousand of one name
		}
		inv.Packages = append(inv.Packages, p)
	}
	return inv
}

func packagesModel(b *testing.B, n int) *Model {
	b.Helper()
	o := stockedOptions(b)
	o.Packages = lists(func(a *analyzer.Analysis) (*inventory.Inventory, error) { return manyPackages(a, n), nil })
	m := pressed(b, o, 140, 50)
	if m.pkgs().x == nil || len(m.pkgs().rows) != n+1 {
		b.Fatalf("%d lines", len(m.pkgs().rows))
	}
	m.View()
	b.ResetTimer()
	return m
}

// BenchmarkPackages tells how long a key takes on a list of 100,000 packages,
// until the screen is drawn.
func BenchmarkPackages(b *testing.B) {
	for _, c := range []struct {
		name string
		keys []string
	}{
		{"cursor", []string{"down", "down", "pgdown", "up"}},
		{"sort", []string{"s"}},
		{"reverse", []string{"S"}},
		{"filter", []string{"f", "p", "k", "g", "-", "9", "esc"}},
		{"find", []string{"/", "p", "k", "g", "-", "9", "esc"}},
		{"visit", []string{"enter", "esc", "down"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			m := packagesModel(b, 100_000)
			for i := range b.N {
				m.Update(press(c.keys[i%len(c.keys)]))
				m.View()
			}
		})
	}
}

// BenchmarkPackagesFirstSort sorts what was not sorted yet.
func BenchmarkPackagesFirstSort(b *testing.B) {
	m := packagesModel(b, 100_000)
	for range b.N {
		m.pkgs().sorted = [packageOrders][]int32{}
		m.Update(press("s"))
		m.View()
	}
}

// BenchmarkPackagesIndexed is what happens in the background.
func BenchmarkPackagesIndexed(b *testing.B) {
	m := packagesModel(b, 1)
	inv := manyPackages(m.analysis, 100_000)
	b.ResetTimer()
	for range b.N {
		indexPackages(inv, m.analysis.Tree)
	}
}
