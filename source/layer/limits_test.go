package layer_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"

	"peel/source/layer"
	. "peel/source/sourcetest"
)

// manyEntries is a tar of n empty files, made as it is read.
type manyEntries struct {
	n, next int
	block   []byte
	rest    []byte
}

func newManyEntries(n int) *manyEntries {
	var b bytes.Buffer
	if err := tar.NewWriter(&b).WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "dir/00000000", Mode: 0o644, Format: tar.FormatUSTAR}); err != nil {
		panic(err)
	}
	return &manyEntries{n: n, block: b.Bytes()}
}

func (m *manyEntries) Read(p []byte) (int, error) {
	if len(m.rest) == 0 {
		switch {
		case m.next < m.n:
			copy(m.block[4:], fmt.Sprintf("%08d", m.next))
			// All names are as long, and so is the checksum.
			copy(m.block[148:156], "        ")
			sum := 0
			for _, c := range m.block {
				sum += int(c)
			}
			copy(m.block[148:], fmt.Sprintf("%06o\x00 ", sum))
			m.rest = m.block
		case m.next < m.n+2:
			m.rest = make([]byte, 512)
		default:
			return 0, io.EOF
		}
		m.next++
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestTenMillionEntries guards the memory from a layer of nothing but names.
func TestTenMillionEntries(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	const limit = 300_000
	before := heap()
	in := newManyEntries(10_000_000)
	idx, err := layer.Scan(context.Background(), in, layer.Options{MaxEntries: limit})
	if !errors.Is(err, layer.ErrLimit) || idx.Complete || len(idx.Entries) != limit {
		t.Fatalf("%d entries, complete %v, %v", len(idx.Entries), idx.Complete, err)
	}
	if in.next > limit+20_000 {
		t.Errorf("went on to entry %d", in.next)
	}
	grown := int64(heap()) - int64(before)
	if perEntry := grown / limit; perEntry > 400 {
		t.Errorf("%d bytes of memory for each entry", perEntry)
	}
	runtime.KeepAlive(idx)
}

// TestManyEntriesAreFine guards that the largest real layers are read.
func TestManyEntriesAreFine(t *testing.T) {
	idx, err := layer.Scan(context.Background(), newManyEntries(300_000), layer.Options{})
	if err != nil || !idx.Complete || len(idx.Entries) != 300_000 {
		t.Fatalf("%d entries, %v", len(idx.Entries), err)
	}
	if got := idx.Entries[299_999].Path; got != "dir/00299999" {
		t.Errorf("the last is %q", got)
	}
}

// repeated gives b again and again.
type repeated struct {
	b   []byte
	off int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.b[r.off:])
	r.off = (r.off + n) % len(r.b)
	return n, nil
}

func pack(t *testing.T, c Compression, files ...File) []byte {
	t.Helper()
	b, err := Layer{Files: files, Compression: c}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return b.Blob
}

// TestEndlessStreams guards that no stream holds a reading for ever, whatever
// it decompresses to, with and without a promised size.
func TestEndlessStreams(t *testing.T) {
	enc, err := zstd.NewWriter(nil, zstd.WithZeroFrames(true))
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	emptyGzip := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	streams := map[string]io.Reader{
		"zeros":                 &repeated{b: make([]byte, 512)},
		"text":                  &repeated{b: []byte("hello ")},
		"empty gzip members":    &repeated{b: emptyGzip},
		"gzip, then zeros":      io.MultiReader(bytes.NewReader(emptyGzip), &repeated{b: make([]byte, 512)}),
		"gzip, then garbage":    io.MultiReader(bytes.NewReader(emptyGzip), &repeated{b: []byte("garbage")}),
		"empty zstd frames":     &repeated{b: enc.EncodeAll(nil, nil)},
		"skippable zstd frames": &repeated{b: []byte{0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0}},
		"tar, then zeros":       io.MultiReader(bytes.NewReader(pack(t, None, Reg("a", "b"))), &repeated{b: make([]byte, 512)}),
		"entries":               newManyEntries(1 << 40),
		"dropped entries":       &repeated{b: pack(t, None, Reg(".wh..wh.x", ""))[:512]},
		"xz":                    io.MultiReader(strings.NewReader("\xfd7zXZ\x00"), &repeated{b: []byte("x")}),
	}
	for name, in := range streams {
		t.Run(name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			for _, size := range []int64{0, 1 << 20} {
				began := time.Now()
				idx, err := layer.Scan(context.Background(), in, layer.Options{MaxBytes: 4 << 20, Size: size})
				if err == nil || idx.Complete {
					t.Errorf("size %d: read to its end", size)
				}
				if !errors.Is(err, layer.ErrLimit) && !errors.Is(err, layer.ErrDigest) && !errors.Is(err, layer.ErrFormat) && !errors.Is(err, layer.ErrCorrupt) {
					t.Errorf("size %d: %v", size, err)
				}
				if idx.StoredBytes > 5<<20 {
					t.Errorf("size %d: read %d bytes", size, idx.StoredBytes)
				}
				if d := time.Since(began); d > 20*time.Second {
					t.Errorf("size %d: took %v", size, d)
				}
			}
		})
	}
}

// sparse is a PAX sparse file (format 1.0) of size bytes, all of them a hole.
func sparse(t *testing.T, size int64) []byte {
	t.Helper()
	var pax bytes.Buffer
	for _, kv := range [][2]string{{"GNU.sparse.major", "1"}, {"GNU.sparse.minor", "0"}, {"GNU.sparse.name", "hole"}, {"GNU.sparse.realsize", fmt.Sprint(size)}} {
		rec := kv[0] + "=" + kv[1] + "\n"
		n := len(rec) + 3
		if n >= 100 {
			n++
		}
		fmt.Fprintf(&pax, "%d %s", n, rec)
	}
	header := func(name string, typeflag byte, size int) []byte {
		b := make([]byte, 512)
		copy(b, name)
		copy(b[100:], "0000644\x000000000\x000000000\x00")
		copy(b[124:], fmt.Sprintf("%011o\x0000000000000\x00", size))
		b[156] = typeflag
		copy(b[257:], "ustar\x0000")
		copy(b[148:156], "        ")
		sum := 0
		for _, c := range b {
			sum += int(c)
		}
		copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
		return b
	}
	pad := func(b []byte) []byte { return append(b, make([]byte, (512-len(b)%512)%512)...) }
	body := pad([]byte("0\n"))
	return bytes.Join([][]byte{
		header("PaxHeaders/hole", 'x', pax.Len()), pad(pax.Bytes()),
		header("GNUSparseFile/hole", '0', len(body)), body, make([]byte, 1024),
	}, nil)
}

// TestSparseFiles guards against a file of exabytes in a tar of kilobytes: its
// bytes are counted against the limit, and not read.
func TestSparseFiles(t *testing.T) {
	idx, err := layer.Scan(context.Background(), bytes.NewReader(sparse(t, 100_000)), layer.Options{})
	if err != nil || len(idx.Entries) != 1 || idx.Entries[0].Size != 100_000 || idx.Entries[0].Path != "hole" {
		t.Fatalf("%+v, %v", idx.Entries, err)
	}
	began := time.Now()
	idx, err = layer.Scan(context.Background(), bytes.NewReader(sparse(t, 1<<60)), layer.Options{})
	if !errors.Is(err, layer.ErrLimit) || idx.Complete {
		t.Errorf("complete %v, %v", idx.Complete, err)
	}
	// Within the limit it takes its time, but not after the context has ended.
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err = layer.Scan(ctx, bytes.NewReader(sparse(t, 1<<40)), layer.Options{MaxBytes: 1 << 50}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("took %v", d)
	}
}

// slow gives a byte of b at a time, and then waits.
type slow struct {
	ctx context.Context
	b   []byte
}

func (s *slow) Read(p []byte) (int, error) {
	if len(s.b) > 0 {
		n := copy(p, s.b[:min(len(s.b), 1000)])
		s.b = s.b[n:]
		return n, nil
	}
	<-s.ctx.Done()
	return 0, errors.New("use of closed connection")
}

// TestCancel guards that a reading ends with its context, with that error, and
// keeps what it has.
func TestCancel(t *testing.T) {
	for _, c := range []Compression{None, Gzip, Zstd} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			blob := pack(t, c, Reg("first", "1"), Random("second", 2<<20, 1))
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(50*time.Millisecond, cancel)
			idx, err := layer.Scan(ctx, &slow{ctx, blob[:len(blob)/2]}, layer.Options{})
			if !errors.Is(err, context.Canceled) || idx.Complete {
				t.Errorf("complete %v, %v", idx.Complete, err)
			}
			if c == None && (len(idx.Entries) != 1 || idx.Entries[0].Path != "first") {
				t.Errorf("%d entries are kept", len(idx.Entries))
			}
		})
	}
}
