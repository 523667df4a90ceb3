package source_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source"
	"peel/source/oci"
	"peel/source/sourcetest"
	"peel/source/storage"
)

// TestPartialIndex opens what a tool has exported of one platform: the whole
// index, and the blobs of one image.
func TestPartialIndex(t *testing.T) {
	dir := t.TempDir()
	var entries []sourcetest.Entry
	for _, arch := range []string{"amd64", "arm64", "s390x"} {
		entries = append(entries, sourcetest.Image{
			Platform: &v1.Platform{OS: "linux", Architecture: arch},
			Layers:   []sourcetest.Layer{{CreatedBy: "COPY " + arch, Files: []sourcetest.File{sourcetest.Reg("arch", arch)}}},
		})
	}
	if err := sourcetest.OCILayout(dir, sourcetest.Index{Entries: entries, Names: []string{"multi"}}); err != nil {
		t.Fatal(err)
	}
	for _, m := range index(t, dir, index(t, dir, v1.Hash{}).Manifests[0].Digest).Manifests {
		if m.Platform.Architecture != "s390x" {
			os.Remove(filepath.Join(dir, "blobs/sha256", m.Digest.Hex))
		}
	}
	img, err := source.Open(context.Background(), "oci:"+dir, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	sourcetest.Check(t, img)
	if notes := strings.Join(img.Notes, "\n"); img.Platform.Architecture != "s390x" || !strings.Contains(notes, "also names linux/amd64, linux/arm64") {
		t.Errorf("%s with notes %q", img.Platform, notes)
	}
	_, err = source.Open(context.Background(), "oci:"+dir, source.Options{Platform: "linux/arm64"})
	if !errors.Is(err, oci.ErrPlatform) || !strings.Contains(err.Error(), "linux/arm64 is not here, only linux/s390x") {
		t.Errorf("%v, want what there is", err)
	}
}

// TestUnreadableStore opens an image that lies in a store of a driver whose files
// cannot be read: as far as it can be if that store is named, elsewhere if not.
func TestUnreadableStore(t *testing.T) {
	const app = "127.0.0.1:1/app:1"
	root := t.TempDir()
	zfsStore(t, root, app)
	conf := filepath.Join(root, "storage.conf")
	if err := os.WriteFile(conf, []byte("[storage]\ngraphroot = '"+root+"'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CONTAINERS_STORAGE_CONF", conf)
	t.Setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
	t.Setenv("CONTAINER_HOST", "")
	t.Setenv("XDG_RUNTIME_DIR", root)
	img, err := source.Open(context.Background(), "containers-storage:"+app, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if _, err := img.Layers[0].Open(context.Background()); !errors.Is(err, storage.ErrUnsupported) {
		t.Errorf("%v", err)
	}
	for ref, want := range map[string][]source.Kind{
		app:             {source.Docker, source.Storage, source.Podman, source.Containerd, source.Registry},
		"podman:" + app: {source.Storage, source.Podman},
	} {
		_, err := source.Open(context.Background(), ref, source.Options{})
		var open *source.OpenError
		if !errors.As(err, &open) {
			t.Errorf("%s: %v", ref, err)
			continue
		}
		var got []source.Kind
		for _, a := range open.Attempts {
			got = append(got, a.Kind)
			if a.Kind == source.Storage && !errors.Is(a.Err, storage.ErrUnsupported) {
				t.Errorf("%s: %v", ref, a.Err)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: asked %q, want %q", ref, got, want)
		}
		if !strings.Contains(strings.Join(open.Hints, "\n"), "podman save") {
			t.Errorf("%s: hints %q", ref, open.Hints)
		}
	}
}

// zfsStore writes the documents of an image as podman does with zfs.
func zfsStore(t *testing.T, root, name string) {
	t.Helper()
	dir := t.TempDir()
	img := sourcetest.Image{Layers: []sourcetest.Layer{{CreatedBy: "COPY a", Files: []sourcetest.File{sourcetest.Reg("a", "one")}}}}
	if err := sourcetest.OCILayout(dir, img); err != nil {
		t.Fatal(err)
	}
	other, err := source.Open(context.Background(), "oci:"+dir, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	id, layer := strings.TrimPrefix(other.ConfigDigest, "sha256:"), strings.Repeat("b", 64)
	images, _ := json.Marshal([]map[string]any{{
		"id": id, "names": []string{name}, "layer": layer, "big-data-names": []string{"manifest", other.ConfigDigest},
		"big-data-digests": map[string]string{"manifest": other.ManifestDigest},
	}})
	layers, _ := json.Marshal([]map[string]any{{"id": layer, "diff-digest": other.Config.RootFS.DiffIDs[0].String()}})
	for path, content := range map[string][]byte{
		"zfs-images/images.json": images, "zfs-layers/layers.json": layers,
		"zfs-images/" + id + "/manifest": other.RawManifest,
		"zfs-images/" + id + "/=" + base64.StdEncoding.EncodeToString([]byte(other.ConfigDigest)): other.RawConfig,
	} {
		path = filepath.Join(root, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// index reads index.json, or an index among the blobs.
func index(t *testing.T, dir string, h v1.Hash) v1.IndexManifest {
	t.Helper()
	path := filepath.Join(dir, "index.json")
	if h != (v1.Hash{}) {
		path = filepath.Join(dir, "blobs", h.Algorithm, h.Hex)
	}
	var m v1.IndexManifest
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}
