package sourcetest_test

import (
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	. "peel/source/sourcetest"
)

// app has a layer of every compression, one of them twice, and an empty step.
func app() Image {
	again := Layer{CreatedBy: "COPY a /a", Files: []File{Reg("a", "again")}}
	return Image{
		Names: []string{"example/app:1"},
		Layers: []Layer{
			{CreatedBy: "ADD rootfs /", Files: []File{
				Dir("etc", 0o755),
				Reg("etc/passwd", "root:x:0:0::/:/bin/sh\n").Owner(0, 42),
				Zeros("big", 100_000),
				Symlink("lib", "usr/lib"),
			}},
			Step("ENV A=1"),
			{CreatedBy: "RUN a", Compression: Gzip, Files: []File{Random("bin/x", 4000, 1), Hardlink("bin/y", "bin/x")}},
			{CreatedBy: "RUN b", Compression: GzipMulti, Files: []File{Random("bin/z", 9000, 2)}},
			again,
			{CreatedBy: "RUN c", Compression: Zstd, Files: []File{Whiteout("etc/passwd"), Opaque("data")}},
			{CreatedBy: "RUN d", Compression: ZstdMulti, Files: []File{Random("bin/w", 9000, 3)}},
			again,
		},
	}
}

// with is img with every layer compressed by c.
func with(img Image, c Compression) Image {
	img.Layers = slices.Clone(img.Layers)
	for i := range img.Layers {
		img.Layers[i].Compression = c
	}
	return img
}

// checkLayers is validate.Image for what that cannot read: zstd.
func checkLayers(t *testing.T, img v1.Image) {
	t.Helper()
	cfg, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.RootFS.DiffIDs) != 7 || len(cfg.History) != 8 {
		t.Errorf("%d diffIDs, %d history entries; want 7, 8", len(cfg.RootFS.DiffIDs), len(cfg.History))
	}
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range layers {
		rc, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := v1.SHA256(rc)
		if err != nil {
			t.Errorf("layer %d: %v", i, err)
		}
		if got != cfg.RootFS.DiffIDs[i] {
			t.Errorf("layer %d has diffID %s, want %s", i, got, cfg.RootFS.DiffIDs[i])
		}
	}
}
