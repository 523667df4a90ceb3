package storage

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDrivers reads the stores of all drivers that keep files as files, and
// names the others, whose images still have a manifest, a config and a size.
func TestDrivers(t *testing.T) {
	for driver, readable := range map[string]bool{
		"overlay": true, "overlay2": true, "vfs": true, "btrfs": true,
		"zfs": false, "aufs": false, "devicemapper": false, "of-tomorrow": false,
	} {
		s := newStore(t)
		s.driver = driver
		base := s.layer("", "a", "one")
		s.image([]string{"localhost/app:latest"}, s.layer(base, "b", "two"))
		opts := s.done()
		err := read(opts)
		if readable && err != nil || !readable && (!errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "driver "+driver)) {
			t.Errorf("%s: %v", driver, err)
		}
		img, _, err := Open(context.Background(), "app", opts)
		if err != nil {
			t.Errorf("%s: %v", driver, err)
			continue
		}
		if cfg, err := img.ConfigFile(); err != nil || len(cfg.RootFS.DiffIDs) != 2 {
			t.Errorf("%s: %+v with %v", driver, cfg, err)
		}
		if (img.Unreadable == nil) != readable {
			t.Errorf("%s: %v", driver, img.Unreadable)
		}
		img.Close()
		if listed, _, err := List(context.Background(), opts); err != nil || len(listed) != 1 || listed[0].Size != 2 {
			t.Errorf("%s: %+v with %v", driver, listed, err)
		}
	}
}

// TestComposefs names a layer whose files are kept under their digests, and
// reads those that lie beside it.
func TestComposefs(t *testing.T) {
	s := newStore(t)
	base := s.layer("", "a", "one")
	top := s.layer(base, "b", "two")
	s.image([]string{"localhost/app:latest"}, top)
	s.write("overlay/"+top+"/composefs-data/composefs.blob", []byte("erofs"))
	img, _, err := Open(context.Background(), "app", s.done())
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if !errors.Is(img.Unreadable, ErrUnsupported) {
		t.Errorf("%v", img.Unreadable)
	}
	blobs, err := img.Blobs()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := scan(blobs[0]); err != nil {
		t.Error(err)
	}
	if _, err := scan(blobs[1]); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "composefs") || !strings.Contains(err.Error(), "podman save") {
		t.Errorf("%v", err)
	}
}

// TestPartialPull reads layers as podman 5 stores them after it has fetched
// only the files of a zstd:chunked layer that it did not have: by the digest of
// their table of contents, without that of the compressed layer, and perhaps
// without that of the tar.
func TestPartialPull(t *testing.T) {
	for name, edit := range map[string]func(l map[string]any){
		"with the digest of the tar": func(map[string]any) {},
		"without it":                 func(l map[string]any) { delete(l, "diff-digest"); delete(l, "diff-size") },
	} {
		s := newStore(t)
		base := s.layer("", "a", "one", "b", "two")
		s.image([]string{"localhost/app:latest"}, base)
		s.layers[0]["toc-digest"] = "sha256:" + strings.Repeat("7", 64)
		edit(s.layers[0])
		opts := s.done()
		if err := read(opts); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if listed, _, err := List(context.Background(), opts); err != nil || len(listed) != 1 {
			t.Errorf("%s: %+v with %v", name, listed, err)
		}
	}
}

// TestContainersAreNoImages reads a store with containers and steps of a build:
// layers that no image has, and images without a name.
func TestContainersAreNoImages(t *testing.T) {
	s := newStore(t)
	base := s.layer("", "a", "one")
	step := s.image(nil, base)
	s.image([]string{"localhost/app:latest"}, s.layer(base, "b", "two"))
	container := strings.Repeat("c", 64) // its layer has no digest and no list of files
	s.layers = append(s.layers, map[string]any{"id": container, "names": []string{"app-container"}, "parent": base, "mountlabel": "x"})
	opts := s.done()
	volatile, _ := json.Marshal([]map[string]any{{"id": strings.Repeat("d", 64), "parent": base}})
	s.write("overlay-layers/volatile-layers.json", volatile)
	s.write("overlay-containers/containers.json", []byte(`[{"id":"`+container+`","image":"`+step+`","layer":"`+container+`"}]`))
	os.MkdirAll(filepath.Join(s.root, "overlay", container, "merged"), 0o755)
	if err := read(opts); err != nil {
		t.Error(err)
	}
	listed, _, err := List(context.Background(), opts)
	if err != nil || len(listed) != 1 || listed[0].Names[0] != "localhost/app:latest" {
		t.Errorf("%+v with %v", listed, err)
	}
	for _, name := range []string{"app-container", container, container[:12]} {
		if _, _, err := Open(context.Background(), name, opts); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	img, _, err := Open(context.Background(), step[:12], opts) // by its id a step can be looked at
	if err != nil {
		t.Fatal(err)
	}
	img.Close()
}
