package layer_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"peel/source/layer"
	. "peel/source/sourcetest"
)

// FuzzScan guards that any bytes at all end as an Index: bounded, with clean
// paths, and complete if and only if there was no error.
func FuzzScan(f *testing.F) {
	files := []File{
		Dir("etc", 0o755), Reg("etc/a", "hello"), Symlink("l", "etc/a"), Hardlink("h", "etc/a"), Whiteout("gone"), Opaque("dir"),
		Char("null", 1, 3), Fifo("pipe"), Reg("x", "1").Xattr("user.a", "b"), Reg("../up", "2"), GlobalHeader(map[string]string{"comment": "c"}),
	}
	for _, c := range []Compression{None, Gzip, GzipMulti, Zstd, ZstdMulti} {
		b, err := Layer{Files: files, Compression: c}.Build()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b.Blob)
		f.Add(b.Blob[:len(b.Blob)*2/3])
	}
	f.Add([]byte(nil))
	f.Add([]byte("\x1f\x8b"))
	f.Add([]byte("\xfd7zXZ\x00"))
	f.Fuzz(func(t *testing.T, blob []byte) {
		const maxBytes, maxEntries = 8 << 20, 5000
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		idx, err := layer.Scan(ctx, bytes.NewReader(blob), layer.Options{MaxBytes: maxBytes, MaxEntries: maxEntries})
		if ctx.Err() != nil {
			t.Fatal("hangs")
		}
		if idx.Complete != (err == nil) {
			t.Fatalf("complete %v with %v", idx.Complete, err)
		}
		if len(idx.Entries) > maxEntries || idx.TarBytes > maxBytes+256<<10 {
			t.Fatalf("%d entries of %d bytes", len(idx.Entries), idx.TarBytes)
		}
		var sum int64
		for i := range idx.Entries {
			e := &idx.Entries[i]
			if e.Size < 0 || e.Type == 0 || e.Type != layer.Regular && e.Size != 0 {
				t.Fatalf("%+v", e)
			}
			sum += e.Size
			for el := range strings.SplitSeq(e.Path, "/") {
				if el == ".." || el == "." || el == "" && e.Path != "" {
					t.Fatalf("path %q", e.Path)
				}
			}
		}
		if sum > maxBytes {
			t.Fatalf("files of %d bytes", sum)
		}
		// The sums are of the bytes: the same reading against them passes.
		if err == nil {
			again, err := layer.Scan(ctx, bytes.NewReader(blob), layer.Options{Digest: idx.Digest, DiffID: idx.DiffID, Size: int64(len(blob))})
			if err != nil || len(again.Entries) != len(idx.Entries) {
				t.Fatalf("read again: %v", err)
			}
		}
	})
}
