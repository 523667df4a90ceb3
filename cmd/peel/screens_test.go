package main

import (
	"context"
	"errors"
	"slices"
	"testing"

	"peel/analyzer/inventory"
	"peel/analyzer/packages"
)

// screensOf are the screens with some scanners, "" for those that run unasked.
func screensOf(scanner string) *screens {
	o := &rootOptions{tlsVerify: true, maxSize: 1 << 30, maxEnts: 1 << 20, recent: recentOptions{off: true}}
	o.streams.env = func(string) string { return "" }
	o.scan.scanners = defaultScanners()
	if scanner != "" {
		o.scan.scanners, o.scan.chosen = []string{scanner}, true
	}
	return &screens{rootOptions: o}
}

// The screens list the packages of each image from what its own reading kept, and
// once.
func TestScreensListPackages(t *testing.T) {
	ctx := context.Background()
	s := screensOf("")
	for range 2 {
		open, _ := s.opener("sample:")
		img, err := open(ctx)
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.analyze(ctx, img).Wait()
		if err != nil {
			t.Fatal(err)
		}
		inv, err := s.packages()(ctx, a, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		if len(inv.Packages) != 14 || !slices.ContainsFunc(inv.Packages, func(p inventory.Package) bool { return p.Name == "widgets" }) {
			t.Errorf("%d packages", len(inv.Packages))
		}
		if _, err := s.packages()(ctx, a, func(string) {}); !errors.Is(err, packages.ErrNotKept) {
			t.Errorf("error %v of what was let go", err)
		}
	}
}

// Who chooses other scanners does not pay for what packages need.
func TestScreensWithoutPackages(t *testing.T) {
	s := screensOf("waste")
	if s.packages() != nil {
		t.Error("packages can be asked for")
	}
	o, err := s.forImage()
	if err != nil || o.keeper != nil {
		t.Errorf("a keeper %v, %v", o.keeper, err)
	}
	if screensOf("packages").packages() == nil {
		t.Error("packages were chosen, and cannot be asked for")
	}
}
