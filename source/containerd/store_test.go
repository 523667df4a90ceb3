package containerd_test

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"go.etcd.io/bbolt"

	"peel/source/sourcetest"
)

// testStore writes a store as containerd does.
type testStore struct {
	testing.TB
	root string
	db   *bbolt.DB // open, and therefore locked, as by containerd
}

func newStore(t testing.TB) *testStore {
	t.Helper()
	s := &testStore{TB: t, root: t.TempDir()}
	for _, dir := range []string{"io.containerd.metadata.v1.bolt", "io.containerd.content.v1.content/blobs/sha256", "io.containerd.content.v1.content/ingest"} {
		if err := os.MkdirAll(filepath.Join(s.root, dir), 0o711); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if s.db, err = bbolt.Open(s.database(), 0o644, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.db.Close() })
	return s
}

func (s *testStore) database() string {
	return filepath.Join(s.root, "io.containerd.metadata.v1.bolt/meta.db")
}

func (s *testStore) blob(h v1.Hash) string {
	return filepath.Join(s.root, "io.containerd.content.v1.content/blobs", h.Algorithm, h.Hex)
}

// add stores the blobs of an entry and gives it names in a namespace.
func (s *testStore) add(namespace string, entry sourcetest.Entry, names ...string) v1.Descriptor {
	s.Helper()
	dir := s.TempDir()
	if err := sourcetest.OCILayout(dir, entry); err != nil {
		s.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		s.Fatal(err)
	}
	var index v1.IndexManifest
	if err := json.Unmarshal(raw, &index); err != nil {
		s.Fatal(err)
	}
	blobs, err := os.ReadDir(filepath.Join(dir, "blobs/sha256"))
	if err != nil {
		s.Fatal(err)
	}
	for _, b := range blobs {
		if err := os.Rename(filepath.Join(dir, "blobs/sha256", b.Name()), s.blob(v1.Hash{Algorithm: "sha256", Hex: b.Name()})); err != nil {
			s.Fatal(err)
		}
	}
	s.name(namespace, index.Manifests[0], names...)
	return index.Manifests[0]
}

// name writes the records of names.
func (s *testStore) name(namespace string, target v1.Descriptor, names ...string) {
	s.Helper()
	err := s.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range names {
			b, err := bucket(tx, "v1", namespace, "images", name)
			if err != nil {
				return err
			}
			created, _ := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).MarshalBinary()
			if err := b.Put([]byte("createdat"), created); err != nil {
				return err
			}
			labels, err := b.CreateBucketIfNotExists([]byte("labels"))
			if err != nil {
				return err
			}
			if err := labels.Put([]byte("io.cri-containerd.image"), []byte("managed")); err != nil {
				return err
			}
			if b, err = b.CreateBucketIfNotExists([]byte("target")); err != nil {
				return err
			}
			for key, value := range map[string][]byte{
				"digest": []byte(target.Digest.String()), "mediatype": []byte(target.MediaType), "size": binary.AppendVarint(nil, target.Size),
			} {
				if err := b.Put([]byte(key), value); err != nil {
					return err
				}
			}
		}
		b, err := bucket(tx, "v1")
		if err != nil {
			return err
		}
		return b.Put([]byte("version"), binary.AppendVarint(nil, 3))
	})
	if err != nil {
		s.Fatal(err)
	}
}

func bucket(tx *bbolt.Tx, path ...string) (*bbolt.Bucket, error) {
	b, err := tx.CreateBucketIfNotExists([]byte(path[0]))
	for _, p := range path[1:] {
		if err == nil {
			b, err = b.CreateBucketIfNotExists([]byte(p))
		}
	}
	return b, err
}

// image describes one that differs from others by a word.
func image(word string) sourcetest.Image {
	return sourcetest.Image{Layers: []sourcetest.Layer{
		{CreatedBy: "ADD rootfs.tar /", Compression: sourcetest.Gzip, Files: []sourcetest.File{sourcetest.Reg("etc/word", word), sourcetest.Reg("etc/gone", word)}},
		{CreatedBy: "RUN rm", Compression: sourcetest.Zstd, Files: []sourcetest.File{sourcetest.Whiteout("etc/gone")}},
	}}
}

func forPlatform(word, arch string) sourcetest.Image {
	img := image(word)
	img.Platform = &v1.Platform{OS: "linux", Architecture: arch}
	return img
}
