package storage

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/vbatts/tar-split/tar/asm"
	tarsplit "github.com/vbatts/tar-split/tar/storage"

	"peel/source/layer"
	"peel/source/oci"
	"peel/source/place"
)

// testStore writes a store as podman does.
type testStore struct {
	t      testing.TB
	root   string
	driver string
	images []map[string]any
	layers []map[string]any
}

func newStore(t testing.TB) *testStore {
	return &testStore{t: t, root: t.TempDir(), driver: "overlay"}
}

func (s *testStore) write(name string, content []byte) string {
	s.t.Helper()
	path := filepath.Join(s.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// layer adds a layer of files, names and contents, and returns its id.
func (s *testStore) layer(parent string, files ...string) string {
	s.t.Helper()
	var packed bytes.Buffer
	w := tar.NewWriter(&packed)
	for i := 0; i < len(files); i += 2 {
		w.WriteHeader(&tar.Header{Name: files[i], Size: int64(len(files[i+1])), Mode: 0o644, Typeflag: tar.TypeReg})
		io.WriteString(w, files[i+1])
	}
	w.Close()
	diffID := fmt.Sprintf("%x", sha256.Sum256(packed.Bytes()))
	id := diffID
	if parent != "" {
		id = fmt.Sprintf("%x", sha256.Sum256([]byte(parent+"+"+diffID)))
	}
	var list bytes.Buffer
	z := gzip.NewWriter(&list)
	stream, done, err := asm.NewInputTarStreamWithDone(&packed, tarsplit.NewJSONPacker(z), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for t := tar.NewReader(stream); ; {
		h, err := t.Next()
		if err != nil {
			break
		}
		b, _ := io.ReadAll(t)
		if place := drivers[s.driver]; place != nil {
			dir, _ := filepath.Rel(s.root, place(s.root, id))
			s.write(filepath.Join(dir, filepath.Clean("/"+h.Name)), b)
		}
	}
	io.Copy(io.Discard, stream)
	if err := <-done; err != nil {
		s.t.Fatal(err)
	}
	z.Close()
	s.write(s.driver+"-layers/"+id+".tar-split.gz", list.Bytes())
	s.layers = append(s.layers, map[string]any{"id": id, "parent": parent, "diff-digest": "sha256:" + diffID, "diff-size": 1})
	return id
}

// image adds an image of layers and returns its id.
func (s *testStore) image(names []string, top string) string {
	s.t.Helper()
	var diffs []v1.Hash
	var descs []v1.Descriptor
	byID := map[any]map[string]any{}
	for _, l := range s.layers {
		byID[l["id"]] = l
	}
	for id := top; id != ""; id = byID[id]["parent"].(string) {
		h, _ := v1.NewHash(byID[id]["diff-digest"].(string))
		diffs = append([]v1.Hash{h}, diffs...)
		descs = append([]v1.Descriptor{{MediaType: "application/vnd.oci.image.layer.v1.tar", Digest: h, Size: 1}}, descs...)
	}
	config, _ := json.Marshal(v1.ConfigFile{OS: "linux", Architecture: "amd64", Author: fmt.Sprint(names), RootFS: v1.RootFS{Type: "layers", DiffIDs: diffs}})
	id, _, _ := v1.SHA256(bytes.NewReader(config))
	manifest, _ := json.Marshal(v1.Manifest{SchemaVersion: 2, MediaType: "application/vnd.oci.image.manifest.v1+json",
		Config: v1.Descriptor{MediaType: "application/vnd.oci.image.config.v1+json", Digest: id, Size: int64(len(config))}, Layers: descs})
	digest, _, _ := v1.SHA256(bytes.NewReader(manifest))
	dir := s.driver + "-images/" + id.Hex + "/"
	s.write(dir+"manifest", manifest)
	s.write(dir+"="+base64.StdEncoding.EncodeToString([]byte(id.String())), config)
	s.images = append(s.images, map[string]any{
		"id": id.Hex, "digest": digest.String(), "names": names, "layer": top, "created": "2026-01-02T03:04:05Z",
		"big-data-names": []string{"manifest", id.String()}, "big-data-digests": map[string]string{"manifest": digest.String()},
	})
	return id.Hex
}

func (s *testStore) done() Options {
	s.t.Helper()
	for name, list := range map[string][]map[string]any{"images": s.images, "layers": s.layers} {
		b, _ := json.Marshal(list)
		s.write(s.driver+"-"+name+"/"+name+".json", b)
	}
	return Options{Root: s.root}
}

func TestNames(t *testing.T) {
	s := newStore(t)
	base := s.layer("", "etc/os-release", "ID=x\n")
	ids := map[string]string{}
	for _, name := range []string{
		"localhost/app:latest", "docker.io/library/alpine:3", "quay.io/team/tool:1", "docker.io/team/app2:latest",
		"quay.io/a/twice:1", "quay.io/b/twice:1", "localhost/abc:latest",
	} {
		ids[name] = s.image([]string{name}, base)
	}
	s.image(nil, base) // a step of a build
	opts := s.done()
	for asked, want := range map[string]string{
		"app": "localhost/app:latest", "app:latest": "localhost/app:latest", "localhost/app": "localhost/app:latest",
		"alpine:3": "docker.io/library/alpine:3", "docker.io/alpine:3": "docker.io/library/alpine:3", "docker.io/library/alpine:3": "docker.io/library/alpine:3",
		"tool:1": "quay.io/team/tool:1", "team/app2": "docker.io/team/app2:latest", "abc": "localhost/abc:latest",
		"alpine": "", "quay.io/app": "", "ool:1": "", "twice:1": "?", "app@sha256:" + strings.Repeat("0", 64): "",
		ids["quay.io/team/tool:1"]: "quay.io/team/tool:1", ids["quay.io/team/tool:1"][:10]: "quay.io/team/tool:1",
		"sha256:" + ids["localhost/app:latest"]: "localhost/app:latest", "sha256:0123": "",
	} {
		img, where, err := Open(context.Background(), asked, opts)
		switch {
		case want == "" && !errors.Is(err, ErrNotFound), want == "?" && !errors.Is(err, ErrAmbiguous):
			t.Errorf("%s: %v, want that there is none", asked, err)
		case want == "" || want == "?":
		case err != nil:
			t.Errorf("%s: %v", asked, err)
		case img.Name != want || where != s.root:
			t.Errorf("%s is %s in %s, want %s", asked, img.Name, where, want)
		}
		if err == nil {
			img.Close()
		}
	}
	listed, where, err := List(context.Background(), opts)
	if err != nil || len(listed) != len(ids) || where != s.root {
		t.Errorf("%d images in %s with %v, want %d", len(listed), where, err, len(ids))
	}
	for _, l := range listed {
		if l.Size != 1 || l.Platform.Architecture != "amd64" || l.Created.Year() != 2026 || l.Index {
			t.Errorf("%+v", l)
		}
	}
}

// TestLayers puts the tars together again, odd names and all.
func TestLayers(t *testing.T) {
	s := newStore(t)
	base := s.layer("", "a", "one", "dir/b", strings.Repeat("two", 100_000), "./c", "three", "empty", "", "bad\xffutf8", "x")
	top := s.layer(base, "dir/.wh.b", "", "d", "four")
	s.image([]string{"localhost/app:latest"}, top)
	img, _, err := Open(context.Background(), "app", s.done())
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	blobs, err := img.Blobs()
	if err != nil || len(blobs) != 2 {
		t.Fatalf("%d layers with %v", len(blobs), err)
	}
	for i, want := range []int{5, 2} {
		idx, err := scan(blobs[i])
		if err != nil || len(idx.Entries) != want || idx.DiffID != blobs[i].DiffID || idx.Withheld != 0 {
			t.Errorf("layer %d: %+v with %v", i, idx, err)
		}
	}
}

func scan(b oci.Blob) (*layer.Index, error) {
	rc, err := b.Open(context.Background())
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	return layer.Scan(context.Background(), rc, layer.Options{DiffID: b.DiffID})
}

// TestDamage reads stores in which something is not as it should be.
func TestDamage(t *testing.T) {
	huge := "[" + strings.Repeat("[", 10_000)
	for name, test := range map[string]struct {
		damage func(s *testStore, base, id string)
		want   error
		words  string
	}{
		"file is gone":      {func(s *testStore, base, _ string) { os.Remove(s.root + "/overlay/" + base + "/diff/a") }, oci.ErrMissing, `"a"`},
		"file is shorter":   {func(s *testStore, base, _ string) { s.write("overlay/"+base+"/diff/a", []byte("o")) }, ErrDamaged, "2 bytes shorter"},
		"file has changed":  {func(s *testStore, base, _ string) { s.write("overlay/"+base+"/diff/a", []byte("One")) }, layer.ErrDigest, ""},
		"file is a link":    {func(s *testStore, base, _ string) { link(s, base, "/etc/passwd") }, nil, `"a"`},
		"file is a pipe's":  {func(s *testStore, base, _ string) { link(s, base, "/dev/zero") }, nil, `"a"`},
		"directory is gone": {func(s *testStore, base, _ string) { os.RemoveAll(s.root + "/overlay/" + base) }, fs.ErrNotExist, ""},
		"list is gone":      {func(s *testStore, base, _ string) { os.Remove(s.root + "/overlay-layers/" + base + ".tar-split.gz") }, oci.ErrMissing, "list of files"},
		"list is no gzip":   {func(s *testStore, base, _ string) { s.write("overlay-layers/"+base+".tar-split.gz", []byte("x")) }, ErrDamaged, ""},
		"list is cut off":   {func(s *testStore, base, _ string) { cut(s, "overlay-layers/"+base+".tar-split.gz") }, ErrDamaged, ""},
		"list is nonsense": {func(s *testStore, base, _ string) {
			s.write("overlay-layers/"+base+".tar-split.gz", packed(`{"type":9}`))
		}, ErrDamaged, "makes no sense"},
		"size is nonsense": {func(s *testStore, base, _ string) {
			s.write("overlay-layers/"+base+".tar-split.gz", packed(`{"type":1,"name":"a","size":-1}`))
		}, ErrDamaged, "makes no sense"},
		"layer is gone":        {func(s *testStore, _, _ string) { s.layers = nil }, oci.ErrMissing, "layer"},
		"layers are a loop":    {func(s *testStore, base, _ string) { s.layers[0]["parent"] = base }, ErrDamaged, "lie on each other"},
		"manifest is gone":     {func(s *testStore, _, id string) { os.Remove(s.root + "/overlay-images/" + id + "/manifest") }, oci.ErrMissing, "manifest"},
		"id is a path":         {func(s *testStore, _, _ string) { s.images[0]["id"] = "../../../../etc" }, ErrDamaged, "without an id"},
		"layer's id is a path": {func(s *testStore, _, _ string) { s.layers[0]["id"] = "../x" }, ErrDamaged, "without an id"},
		"null image":           {func(s *testStore, _, _ string) { s.images = append(s.images, nil) }, ErrDamaged, ""},
		"composefs":            {func(s *testStore, base, _ string) { s.write("overlay/"+base+"/composefs-data/composefs.blob", nil) }, ErrUnsupported, "composefs"},
	} {
		s := newStore(t)
		base := s.layer("", "a", "one")
		id := s.image([]string{"localhost/app:latest"}, base)
		test.damage(s, base, id)
		opts := s.done()
		if err := read(opts); err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v, want %v with %q", name, err, test.want, test.words)
		}
	}
	s := newStore(t)
	opts := s.done()
	s.write("overlay-images/images.json", []byte(huge))
	if err := read(opts); !errors.Is(err, ErrDamaged) {
		t.Errorf("nonsense in images.json: %v", err)
	}
	s.write("overlay-images/images.json", nil)
	if err := read(opts); !errors.Is(err, ErrNotFound) {
		t.Errorf("a store that is still empty: %v", err)
	}
	if err := read(Options{Root: t.TempDir()}); !errors.Is(err, ErrNoStore) {
		t.Errorf("no store: %v", err)
	}
}

func link(s *testStore, base, target string) {
	path := s.root + "/overlay/" + base + "/diff/a"
	os.Remove(path)
	os.Symlink(target, path)
}

func cut(s *testStore, name string) {
	b, err := os.ReadFile(filepath.Join(s.root, name))
	if err != nil {
		s.t.Fatal(err)
	}
	s.write(name, b[:len(b)/2])
}

func packed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.Bytes()
}

// read opens the image app and reads its layers.
func read(opts Options) error {
	img, _, err := Open(context.Background(), "app", opts)
	if err != nil {
		return err
	}
	defer img.Close()
	blobs, err := img.Blobs()
	if err != nil {
		return err
	}
	for _, b := range blobs {
		if _, err := scan(b); err != nil {
			return err
		}
	}
	return nil
}

// TestWithheld reads what only others may read, without a child.
func TestWithheld(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything; realtest does this as another user")
	}
	s := newStore(t)
	base := s.layer("", "a", "one", "b", "two", "c", "two")
	s.image([]string{"localhost/app:latest"}, base)
	opts := s.done()
	for _, name := range []string{"b", "c"} {
		if err := os.Chmod(filepath.Join(s.root, "overlay", base, "diff", name), 0); err != nil {
			t.Fatal(err)
		}
	}
	img, _, err := Open(context.Background(), "app", opts)
	if err != nil {
		t.Fatal(err)
	}
	blobs, _ := img.Blobs()
	idx, err := scan(blobs[0])
	if err != nil || idx.Withheld != 2 || idx.DiffID != blobs[0].DiffID {
		t.Fatalf("%+v with %v", idx, err)
	}
	a, b, c := idx.Entries[0], idx.Entries[1], idx.Entries[2]
	if b.Kind != layer.KindWithheld || b.Size != 3 || b.Digest != c.Digest || b.Digest == a.Digest || a.Kind == layer.KindWithheld {
		t.Errorf("%+v", idx.Entries)
	}
}

func TestConfig(t *testing.T) {
	for name, test := range map[string]struct {
		uid   int
		env   map[string]string
		files map[string]string
		want  []string // of the system's root
	}{
		"root":                 {uid: 0, want: []string{"var/lib/containers/storage"}},
		"root, configured":     {uid: 0, files: map[string]string{"etc/containers/storage.conf": `graphroot = "ROOT/srv/store"`}, want: []string{"srv/store"}},
		"root, distribution's": {uid: 0, files: map[string]string{"usr/share/containers/storage.conf": `graphroot = "ROOT/srv/store"`}, want: []string{"srv/store"}},
		"user":                 {uid: 1, want: []string{"home/.local/share/containers/storage"}},
		"user's data":          {uid: 1, env: map[string]string{"XDG_DATA_HOME": "ROOT/data"}, want: []string{"data/containers/storage"}},
		"root's place is not the user's": {uid: 1, files: map[string]string{"etc/containers/storage.conf": `graphroot = "ROOT/srv/store"`},
			want: []string{"home/.local/share/containers/storage"}},
		"system's place for users": {uid: 1, files: map[string]string{"etc/containers/storage.conf": `rootless_storage_path = "ROOT/srv/$UID"`}, want: []string{"srv/1"}},
		"user's own":               {uid: 1, files: map[string]string{"home/.config/containers/storage.conf": `graphroot = "$HOME/mine"`}, want: []string{"home/mine"}},
		"by the environment": {uid: 1, env: map[string]string{"CONTAINERS_STORAGE_CONF": "ROOT/x.conf"},
			files: map[string]string{"x.conf": `rootless_storage_path = "ROOT/other"`, "home/.config/containers/storage.conf": `graphroot = "ROOT/mine"`}, want: []string{"other"}},
		"additional stores": {uid: 1, files: map[string]string{"etc/containers/storage.conf": "[storage.options]\nadditionalimagestores = [\"ROOT/shared\", \"ROOT/nothing\"]"},
			want: []string{"home/.local/share/containers/storage", "shared"}},
	} {
		root := t.TempDir()
		here := surroundings{place.Place{UID: test.uid, Home: filepath.Join(root, "home"), System: root, Getenv: func(k string) string {
			return strings.ReplaceAll(test.env[k], "ROOT", root)
		}}}
		for path, text := range test.files {
			if !strings.HasPrefix(text, "[") {
				text = "[storage]\n" + text
			}
			full := filepath.Join(root, path)
			os.MkdirAll(filepath.Dir(full), 0o755)
			os.WriteFile(full, []byte(strings.ReplaceAll(text, "ROOT", root)), 0o644)
		}
		for _, w := range test.want {
			dir := filepath.Join(root, w, "overlay-images")
			os.MkdirAll(dir, 0o755)
			os.WriteFile(filepath.Join(dir, "images.json"), []byte("[]"), 0o644)
		}
		stores, err := here.find("")
		var got []string
		for _, s := range stores {
			got = append(got, strings.TrimPrefix(s.root, root+"/"))
		}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s: %q with %v, want %q", name, got, err, test.want)
		}
	}
}

// TestDriverOrder prefers the driver that is configured to what another left.
func TestDriverOrder(t *testing.T) {
	for _, driver := range []string{"overlay", "vfs"} {
		root := t.TempDir()
		os.WriteFile(filepath.Join(root, "x.conf"), []byte(fmt.Sprintf("[storage]\ndriver = %q\ngraphroot = %q\n", driver, root)), 0o644)
		for _, d := range []string{"overlay", "vfs", "btrfs"} {
			os.MkdirAll(filepath.Join(root, d+"-images"), 0o755)
			os.WriteFile(filepath.Join(root, d+"-images", "images.json"), []byte("[]"), 0o644)
		}
		here := surroundings{place.Place{UID: 1, Getenv: func(k string) string {
			return map[string]string{"CONTAINERS_STORAGE_CONF": filepath.Join(root, "x.conf")}[k]
		}}}
		stores, err := here.find("")
		if err != nil || len(stores) != 3 || stores[0].driver != driver {
			t.Errorf("%s: %+v with %v", driver, stores, err)
		}
	}
}

func FuzzReader(f *testing.F) {
	s := newStore(f)
	base := s.layer("", "a", "one", "b", "two")
	s.done()
	list, err := os.Open(filepath.Join(s.root, "overlay-layers", base+".tar-split.gz"))
	if err != nil {
		f.Fatal(err)
	}
	z, err := gzip.NewReader(list)
	if err != nil {
		f.Fatal(err)
	}
	text, _ := io.ReadAll(z)
	f.Add(text)
	f.Add([]byte(`{"type":1,"name":"../../../../etc/passwd","size":10,"payload":"AAAA"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir, err := newFiles().dir(filepath.Join(s.root, "overlay", base, "diff"))
		if err != nil {
			t.Fatal(err)
		}
		r := &reader{list: tarsplit.NewJSONUnpacker(bytes.NewReader(text)), packed: io.NopCloser(nil), dir: dir}
		defer r.Close()
		out, _ := io.ReadAll(io.LimitReader(r, 1<<20))
		if bytes.Contains(out, []byte("root:x:0")) && !bytes.Contains(text, []byte("root")) {
			t.Error("a file outside of the layer was read")
		}
	})
}
