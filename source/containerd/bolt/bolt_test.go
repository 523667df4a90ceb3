package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// content is all that a bucket holds: strings, and contents of buckets.
type content map[string]any

func read(b *Bucket) (content, error) {
	out := content{}
	for item, err := range b.Items() {
		if err != nil {
			return nil, err
		}
		if item.Bucket == nil {
			out[item.Key] = string(item.Value)
			continue
		}
		inner, err := read(item.Bucket)
		if err != nil {
			return nil, err
		}
		out[item.Key] = inner
	}
	return out, nil
}

// theirs is read by bbolt.
func theirs(b *bbolt.Bucket) content {
	out := content{}
	b.ForEach(func(k, v []byte) error {
		if v == nil {
			out[string(k)] = theirs(b.Bucket(k))
		} else {
			out[string(k)] = string(v)
		}
		return nil
	})
	return out
}

func create(t testing.TB, pageSize int) (*bbolt.DB, *os.File) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "meta.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{PageSize: pageSize, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return db, f
}

// TestAsBbolt writes databases with bbolt, by many transactions that also take
// things away, and reads what bbolt reads, while bbolt has the file locked.
func TestAsBbolt(t *testing.T) {
	for _, pageSize := range []int{1024, 4096, 65536} {
		t.Run(fmt.Sprint(pageSize), func(t *testing.T) {
			db, f := create(t, pageSize)
			r := rand.New(rand.NewPCG(1, uint64(pageSize)))
			for range 30 {
				if err := db.Update(func(tx *bbolt.Tx) error { return change(r, tx) }); err != nil {
					t.Fatal(err)
				}
				got, err := View(f, read)
				if err != nil {
					t.Fatal(err)
				}
				want := content{}
				db.View(func(tx *bbolt.Tx) error {
					return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
						want[string(name)] = theirs(b)
						return nil
					})
				})
				if !reflect.DeepEqual(got, want) {
					t.Fatalf("%d keys, bbolt has %d", len(got), len(want))
				}
			}
		})
	}
}

// change writes to buckets within buckets: small ones, which lie in their
// parents, such as need several levels, and a value of several pages.
func change(r *rand.Rand, tx *bbolt.Tx) error {
	for range 5 {
		b, err := tx.CreateBucketIfNotExists(fmt.Appendf(nil, "bucket %d", r.IntN(8)))
		if err != nil {
			return err
		}
		if b, err = b.CreateBucketIfNotExists([]byte("inner")); err != nil {
			return err
		}
		for range r.IntN(200) {
			key := fmt.Appendf(nil, "key %d", r.IntN(5000))
			if r.IntN(4) == 0 {
				err = b.Delete(key)
			} else {
				err = b.Put(key, bytes.Repeat([]byte("v"), r.IntN(100)))
			}
			if err != nil {
				return err
			}
		}
		if err = b.Put([]byte("large"), make([]byte, r.IntN(200_000))); err != nil {
			return err
		}
	}
	return nil
}

// TestWhileItChanges guards that what is read is one state: in each, all keys
// have the same value.
func TestWhileItChanges(t *testing.T) {
	db, f := create(t, 0)
	set := func(round int) error {
		return db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("b"))
			for n := range 3000 {
				if err == nil {
					err = b.Put(fmt.Appendf(nil, "%d", n), fmt.Appendf(nil, "%064d", round))
				}
			}
			return err
		})
	}
	if err := set(0); err != nil {
		t.Fatal(err)
	}
	stop, done := make(chan struct{}), make(chan error)
	go func() {
		for round := 1; ; round++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if err := set(round); err != nil {
				done <- err
				return
			}
		}
	}()
	states := map[string]bool{}
	for range 200 {
		got, err := View(f, read)
		if errors.Is(err, errChanged) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		values := map[any]bool{}
		for v := range maps.Values(got["b"].(content)) {
			values[v] = true
			states[v.(string)] = true
		}
		if len(values) != 1 || len(got["b"].(content)) != 3000 {
			t.Fatalf("%d values of %d keys in one state", len(values), len(got["b"].(content)))
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(states) < 2 {
		t.Errorf("%d states were seen", len(states))
	}
}

// sample is a small database with every kind of page.
func sample(t testing.TB) []byte {
	db, f := create(t, 1024)
	for range 2 {
		err := db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("b"))
			if err != nil {
				return err
			}
			for n := range 100 {
				if err := b.Put(fmt.Appendf(nil, "key %d", n), []byte("value of a key")); err != nil {
					return err
				}
			}
			_, err = b.CreateBucketIfNotExists([]byte("empty"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	whole, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

func view(file []byte) error {
	_, err := View(bytes.NewReader(file), read)
	return err
}

// TestDamage changes what bbolt would follow without looking.
func TestDamage(t *testing.T) {
	whole := sample(t)
	if err := view(whole); err != nil {
		t.Fatal(err)
	}
	m, err := lastMeta(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	root := int64(m.root) * m.pageSize
	put := func(at int64, value ...byte) func([]byte) []byte {
		return func(b []byte) []byte { copy(b[at:], value); return b }
	}
	full := []byte{255, 255, 255, 255}
	for name, test := range map[string]struct {
		damage func([]byte) []byte
		words  string
	}{
		"nothing":             {func([]byte) []byte { return nil }, "does not begin"},
		"text":                {func([]byte) []byte { return []byte(strings.Repeat("text ", 1000)) }, "does not begin"},
		"cut off":             {func(b []byte) []byte { return b[:2048] }, "it ends before"},
		"page of another id":  {put(root, 77), "is another"},
		"page of no kind":     {put(root+8, 9), "of kind 0x9"},
		"too many elements":   {put(root+10, 255, 255), "elements"},
		"too many pages":      {put(root+12, full...), "pages"},
		"key beyond the page": {put(root+16+8, full...), "beyond its page"},
		"key before its page": {put(root+16+4, full...), "beyond its page"},
		"bucket in no page":   {put(int64(bytes.Index(whole[root:], []byte("b")))+root+1, full...), "no page"},
		"bucket in itself":    {loop, "loop"},
	} {
		if err := view(test.damage(bytes.Clone(whole))); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v, want %q", name, err, test.words)
		}
	}
	// A meta page that is being written is not asked.
	for _, at := range []int64{0, m.pageSize} {
		if err := view(put(at+headerSize+20, full...)(bytes.Clone(whole))); err != nil {
			t.Errorf("with one meta page: %v", err)
		}
	}
}

// loop has the leaf that the root bucket consists of point to itself.
func loop(b []byte) []byte {
	m, _ := lastMeta(bytes.NewReader(b))
	page := b[int64(m.root)*m.pageSize:]
	item := page[headerSize:]
	at := m.order.Uint32(item[4:]) + m.order.Uint32(item[8:])
	m.order.PutUint64(item[at:], m.root)
	return b
}

// FuzzView guards that no file makes it panic, or read for ever. The meta pages
// stay as they are: their checksums would keep all else from being read.
func FuzzView(f *testing.F) {
	whole := sample(f)
	meta := whole[:2<<10]
	f.Add(whole[len(meta):])
	f.Add(loop(bytes.Clone(whole))[len(meta):])
	f.Fuzz(func(t *testing.T, pages []byte) {
		items := 0
		file := bytes.NewReader(append(bytes.Clone(meta), pages...))
		_, err := viewWithin(1<<20, file, func(b *Bucket) (int, error) { return items, count(b, &items, 0) })
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("%v", err)
		}
	})
}

// FuzzMeta guards the same for the beginning of a file.
func FuzzMeta(f *testing.F) {
	f.Add(sample(f)[:2<<10])
	f.Fuzz(func(t *testing.T, file []byte) {
		if err := view(file); err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("%v", err)
		}
	})
}

// count goes as deep as a reader of containerd's database may.
func count(b *Bucket, items *int, depth int) error {
	for item, err := range b.Items() {
		if err != nil {
			return err
		}
		*items++
		if item.Bucket != nil && depth < 8 {
			if err := count(item.Bucket, items, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}
