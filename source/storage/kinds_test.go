package storage

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"peel/source/layer"
	"peel/source/oci"
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

// contents puts a table of contents in the place of a layer's list of files.
func (s *testStore) contents(id, table string) {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.root, s.driver+"-layers", id+".tar-split.gz")); err != nil {
		s.t.Fatal(err)
	}
	s.write(s.driver+"-layers/"+id+"/="+base64.StdEncoding.EncodeToString([]byte(contentsKey)), []byte(table))
}

// TestTableOfContents reads a layer that podman 4 has pulled in part: what it
// keeps of it is no tar-split list, but the table of contents.
func TestTableOfContents(t *testing.T) {
	one := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte("one")))
	file := `{"type":"reg","name":"dir/a","size":3,"mode":33188,"uid":7,"modtime":"2026-01-02T03:04:05.5Z","digest":"` + one + `","xattrs":{"user.x":"eQ=="}},` +
		`{"type":"chunk","name":"dir/a","chunkSize":1,"chunkOffset":2}`
	rest := `{"type":"dir","name":"dir/","mode":16877},` + file + `,{"type":"reg","name":".no.prefetch.landmark","size":1},{"type":"reg","name":"dir/.wh.gone"},` +
		`{"type":"hardlink","name":"b","linkName":"dir/a","size":3},{"type":"symlink","name":"l","linkName":"b"},{"type":"char","name":"null","devMajor":1,"devMinor":3}`
	for name, test := range map[string]struct {
		table string
		want  error
		say   string
	}{
		"whole":            {`{"version":1,"entries":[` + rest + `],"tarSplitDigest":"x"}`, nil, ""},
		"cut off":          {`{"version":1,"entries":[` + file, ErrDamaged, "unexpected EOF"},
		"no table":         {`{"version":1}`, ErrDamaged, "no entries"},
		"no object":        {`[]`, ErrDamaged, "should be"},
		"unknown type":     {`{"entries":[{"type":"door","name":"x"}]}`, ErrDamaged, "door"},
		"no digest":        {`{"entries":[{"type":"reg","name":"dir/a","size":3}]}`, ErrDamaged, "no digest"},
		"another content":  {`{"entries":[` + strings.Replace(file, one, "sha256:"+strings.Repeat("0", 64), 1) + `]}`, ErrDamaged, "not what"},
		"missing content":  {`{"entries":[` + strings.Replace(file, "dir/a", "dir/c", 1) + `]}`, oci.ErrMissing, "dir/c"},
		"attribute":        {`{"entries":[{"type":"dir","name":"d","xattrs":{"user.x":"?"}}]}`, ErrDamaged, "user.x"},
		"impossible names": {`{"entries":[{"type":"dir","name":"d\u0000e"}]}`, ErrDamaged, "entry"},
		"negative size":    {`{"entries":[{"type":"reg","name":"d","size":-1}]}`, ErrDamaged, "entry"},
	} {
		s := newStore(t)
		id := s.layer("", "dir/a", "one")
		s.image([]string{"localhost/app:latest"}, id)
		s.contents(id, test.table)
		img, _, err := Open(context.Background(), "app", s.done())
		if err != nil {
			t.Fatal(err)
		}
		blobs, err := img.Blobs()
		if err != nil {
			t.Fatal(err)
		}
		idx, err := scan(blobs[0])
		img.Close()
		if !errors.Is(err, test.want) || err != nil && !strings.Contains(err.Error(), test.say) {
			t.Errorf("%s: %v", name, err)
		}
		if test.want != nil {
			continue
		}
		if idx.DiffID != blobs[0].DiffID || len(idx.Problems) != 1 || idx.Problems[0].What != layer.ProblemRemade || len(idx.Entries) != 6 {
			t.Fatalf("%s: %+v", name, idx)
		}
		if e := idx.Entries[1]; e.Path != "dir/a" || e.Size != 3 || e.UID != 7 || e.Time().Nanosecond() != 5e8 || len(e.Xattr) != 1 || e.Digest != sha256.Sum256([]byte("one")) {
			t.Errorf("%s: %+v", name, e)
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
