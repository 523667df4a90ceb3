package layer

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// counted gives ranges, and remembers how much of them was read.
type counted struct {
	b        []byte
	requests int
	largest  int64
}

func (c *counted) Range(_ context.Context, off, n int64) (io.ReadCloser, error) {
	c.requests++
	c.largest = max(c.largest, n)
	return io.NopCloser(io.NewSectionReader(bytes.NewReader(c.b), off, n)), nil
}

// madeTar holds files of many sizes under names of all kinds, in a format.
func madeTar(t testing.TB, format tar.Format, files int) []byte {
	t.Helper()
	rnd := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	long := string(bytes.Repeat([]byte("long/"), 60))
	for i := range files {
		name := fmt.Sprintf("d/%d", i)
		if i%17 == 0 && format != tar.FormatUSTAR {
			name = long + name
		}
		size := rnd.IntN(60_000)
		switch i % 10 {
		case 0:
			size = 0
		case 1:
			size = 512 * (i % 3)
		case 2:
			size = 300_000
		}
		data := make([]byte, size)
		for j := range data {
			data[j] = byte(rnd.IntN(1 + i%200))
		}
		hdr := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(size), Format: format}
		if i%13 == 0 && format == tar.FormatPAX {
			hdr.PAXRecords = map[string]string{"SCHILY.xattr.user.x": string(bytes.Repeat([]byte("v"), i*100))}
		}
		if err := w.WriteHeader(hdr); err != nil {
			t.Fatal(err)
		}
		w.Write(data)
		if i%11 == 0 { // of which the reader must not lose its way
			w.WriteHeader(&tar.Header{Name: name + "link", Typeflag: tar.TypeLink, Linkname: name, Format: format})
			w.WriteHeader(&tar.Header{Name: "d/.wh." + fmt.Sprint(i), Typeflag: tar.TypeReg, Format: format})
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// members are gzip streams one after the other, as pigz -i and estargz write them.
func members(t testing.TB, b []byte) (out []byte) {
	for piece := range slices.Chunk(b, 150_000) {
		out = append(out, gzipped(t, piece)...)
	}
	return out
}

// framed are zstd frames that say how much they hold, with skippable ones among them.
func framed(t testing.TB, b []byte) (out []byte) {
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, 0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b', 'c')
	for piece := range slices.Chunk(b, 150_000) {
		out = e.EncodeAll(piece, out)
		out = append(out, 0x5e, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 'x')
	}
	return out
}

// oneFrame is a stream whose size nobody knew when it began.
func oneFrame(t testing.TB, b []byte) []byte {
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var packings = []struct {
	name string
	pack func(testing.TB, []byte) []byte
}{
	{"plain", func(_ testing.TB, b []byte) []byte { return b }},
	{"gzip", gzipped},
	{"gzip members", members},
	{"zstd frames", framed},
	{"zstd", oneFrame},
}

func scanned(t testing.TB, stored []byte) (*Index, *Stored) {
	t.Helper()
	idx, err := Scan(t.Context(), bytes.NewReader(stored), Options{Checkpoints: true})
	if err != nil {
		t.Fatal(err)
	}
	return idx, &Stored{Compression: idx.Compression, Bytes: idx.StoredBytes, Tar: idx.TarBytes, Checkpoints: idx.Checkpoints, Marks: idx.Marks}
}

// TestContent guards that each file of a layer can be had by itself, with one
// request and without the reading of more than the nearest checkpoints enclose.
func TestContent(t *testing.T) {
	for _, format := range []tar.Format{tar.FormatUSTAR, tar.FormatPAX, tar.FormatGNU} {
		plain := madeTar(t, format, 120)
		for _, p := range packings {
			t.Run(fmt.Sprint(format, " ", p.name), func(t *testing.T) {
				stored := p.pack(t, plain)
				idx, s := scanned(t, stored)
				if p.name != "plain" && p.name != "zstd" && len(s.Checkpoints) < 2 {
					t.Fatalf("only %d checkpoints", len(s.Checkpoints))
				}
				files := 0
				for i := range idx.Entries {
					e := &idx.Entries[i]
					if e.Type != Regular {
						continue
					}
					files++
					from := &counted{b: stored}
					r, err := s.Content(t.Context(), from, e)
					if err != nil {
						t.Fatal(err)
					}
					n, err := io.Copy(io.Discard, r) // compares the digest
					if err != nil || n != e.Size {
						t.Fatalf("%s: %d of %d bytes, %v", e.Path, n, e.Size, err)
					}
					r.Close()
					if from.requests > 1 || p.name != "zstd" && from.largest > checkpointIn+4*markOut+e.Size {
						t.Errorf("%s: %d requests, of %d bytes at most, for %d", e.Path, from.requests, from.largest, e.Size)
					}
				}
				if files != 120 {
					t.Errorf("%d files", files)
				}
			})
		}
	}
}

// TestContentSparse reads files with holes, as GNU tar stores them.
func TestContentSparse(t *testing.T) {
	if _, err := exec.LookPath("tar"); err != nil {
		t.Skip("no tar")
	}
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "sparse"))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{0, 3 << 20, 9<<20 - 5} {
		f.WriteAt([]byte("data"), at)
	}
	f.Truncate(20 << 20)
	f.Close()
	os.WriteFile(filepath.Join(dir, "zafter"), bytes.Repeat([]byte("after"), 1000), 0o600)
	for _, format := range [][]string{{"--format=gnu"}, {"--format=posix", "--sparse-version=0.0"}, {"--format=posix", "--sparse-version=0.1"}, {"--format=posix", "--sparse-version=1.0"}} {
		args := append(append([]string{"-C", dir, "--sparse", "-cf", "-"}, format...), "sparse", "zafter")
		b, err := exec.Command("tar", args...).Output()
		if err != nil {
			t.Skipf("tar %v: %v", format, err)
		}
		if len(b) > 1<<20 {
			t.Fatalf("%v: the file is not sparse: %d bytes", format, len(b))
		}
		for _, p := range packings {
			stored := p.pack(t, b)
			idx, s := scanned(t, stored)
			for i := range idx.Entries {
				r, err := s.Content(t.Context(), Ranges(bytes.NewReader(stored)), &idx.Entries[i])
				if err != nil {
					t.Fatalf("%v, %s: %v", format, p.name, err)
				}
				if n, err := io.Copy(io.Discard, r); err != nil || n != idx.Entries[i].Size {
					t.Errorf("%v, %s, %s: %d bytes, %v", format, p.name, idx.Entries[i].Path, n, err)
				}
			}
		}
	}
}

// TestContentChanged guards against bytes that are others than those that were
// read at first: the end tells, and no error of a store passes for one of theirs.
func TestContentChanged(t *testing.T) {
	plain := madeTar(t, tar.FormatPAX, 40)
	for _, p := range packings {
		stored := p.pack(t, plain)
		idx, s := scanned(t, stored)
		var e *Entry
		for i := range idx.Entries {
			if idx.Entries[i].Size > 200_000 {
				e = &idx.Entries[i]
			}
		}
		read := func(from Ranger) error {
			r, err := s.Content(t.Context(), from, e)
			if err != nil {
				return err
			}
			defer r.Close()
			_, err = io.Copy(io.Discard, r)
			return err
		}
		for at := 0; at < len(stored); at += 1 + len(stored)/50 {
			changed := slices.Clone(stored)
			changed[at] ^= 0x10
			if err := read(Ranges(bytes.NewReader(changed))); err != nil && !errors.Is(err, ErrDigest) && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrFormat) {
				t.Errorf("%s, byte %d: %v", p.name, at, err)
			}
		}
		if err := read(Ranges(bytes.NewReader(stored[:len(stored)/2]))); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s, truncated: %v", p.name, err)
		}
		if err := read(failing{}); !errors.Is(err, errFails) {
			t.Errorf("%s, failing: %v", p.name, err)
		}
	}
}

var errFails = errors.New("the store fails")

type failing struct{}

func (failing) Range(context.Context, int64, int64) (io.ReadCloser, error) {
	return io.NopCloser(io.MultiReader(bytes.NewReader([]byte{0x1f}), errReader{})), nil
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errFails }

// FuzzCheckpoints reads with checkpoints that nobody has left.
func FuzzCheckpoints(f *testing.F) {
	plain := madeTar(f, tar.FormatPAX, 5)
	f.Add(gzipped(f, plain), int64(100), int64(3000), uint8(3), []byte("window"), int64(4000), int64(100))
	f.Add(framed(f, plain), int64(0), int64(0), uint8(0), []byte(nil), int64(4000), int64(100))
	f.Fuzz(func(t *testing.T, stored []byte, in, out int64, bit uint8, window []byte, off, n int64) {
		for _, compression := range []string{"none", "gzip", "zstd"} {
			s := &Stored{Compression: compression, Bytes: int64(len(stored)), Checkpoints: []Checkpoint{{In: in, Out: out, Bit: bit, Window: packWindow(window)}, {In: in, Out: out, Bit: bit, Window: window}}, Marks: []Mark{{in, out}}}
			r, err := s.Section(t.Context(), Ranges(bytes.NewReader(stored)), off, min(n, 1<<20))
			if err == nil {
				io.Copy(io.Discard, r)
				r.Close()
			}
		}
	})
}
