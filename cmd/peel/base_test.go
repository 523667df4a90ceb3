package main

import (
	"path/filepath"
	"testing"

	"peel/source"
)

// --root once held for the image alone: its base was looked for in the
// configured store, where there is none, or another one of that name.
func TestBaseInTheStoreOfRoot(t *testing.T) {
	t.Chdir(t.TempDir())
	root, err := filepath.Abs("store")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		source, base string
		kind         source.Kind
		in           string
	}{
		{"", "debian:12", source.Storage, root},
		{"containers-storage", "debian:12", source.Storage, root},
		{"containerd", "debian:12", source.Containerd, root},
		{"", "podman:debian:12", "", root},
		{"", "containers-storage:debian:12", "", root},
		{"", "containers-storage:[/other]debian:12", "", ""},
		{"", "containerd:debian:12", "", ""},
		{"containerd", "containerd:debian:12", "", root},
		{"containerd", "podman:debian:12", "", ""},
		{"", "registry:debian:12", "", ""},
		{"", "./base.tar", "", ""},
		{"", "-", "", ""},
	} {
		var opts source.Options
		o := rootOptions{root: "store", source: c.source, base: c.base}
		if o.sameStore(&opts); opts.Source != c.kind || opts.Root != c.in {
			t.Errorf("--source %q --base %s: asked %q in %q, want %q in %q", c.source, c.base, opts.Source, opts.Root, c.kind, c.in)
		}
	}
	var opts source.Options
	if (&rootOptions{base: "debian:12"}).sameStore(&opts); opts.Source != "" || opts.Root != "" {
		t.Errorf("without --root: %+v", opts)
	}
}
