package containerd

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"peel/source/containerd/bolt"
)

// FuzzDatabase guards that no database makes its reader panic, or read for
// ever. The meta pages stay as they are, for their checksums' sake.
func FuzzDatabase(f *testing.F) {
	const pageSize = 1024
	path := filepath.Join(f.TempDir(), "meta.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{PageSize: pageSize})
	if err != nil {
		f.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range []string{"a", "b"} {
			b, err := tx.CreateBucketIfNotExists([]byte(schema))
			for _, key := range []string{"default", imagesBucket, name, targetBucket} {
				if err != nil {
					return err
				}
				b, err = b.CreateBucketIfNotExists([]byte(key))
			}
			b.Put([]byte("digest"), bytes.Repeat([]byte("sha256:a"), 30))
			b.Put([]byte("size"), []byte{1})
		}
		return nil
	})
	db.Close()
	whole, readErr := os.ReadFile(path)
	if err := errors.Join(err, readErr); err != nil {
		f.Fatal(err)
	}
	f.Add(whole[2*pageSize:])
	f.Fuzz(func(t *testing.T, pages []byte) {
		file := bytes.NewReader(append(bytes.Clone(whole[:2*pageSize]), pages...))
		if _, err := bolt.View(file, readImages); err != nil && !errors.Is(err, bolt.ErrDamaged) {
			t.Errorf("%v", err)
		}
	})
}
