package inflate

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	kgzip "github.com/klauspost/compress/gzip"
)

// benchLimit is the size, in bytes, of the data that is decompressed.
const benchLimit = 64 << 20

// goroot asks the Go tool; without it the benchmark has no data.
func goroot() string {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// benchData returns a tar of Go's tools and sources, which is what a layer is
// like (executables and text), and its gzip at level 6.
var benchData = sync.OnceValues(func() (plain, packed []byte) {
	var tarball bytes.Buffer
	w := tar.NewWriter(&tarball)
	root := goroot()
	for _, part := range []struct {
		dir   string
		limit int
	}{{"bin", benchLimit / 2}, {"src", benchLimit}} {
		filepath.WalkDir(filepath.Join(root, part.dir), func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if room := part.limit - tarball.Len(); room < len(data) {
				data = data[:max(0, room)]
			}
			w.WriteHeader(&tar.Header{Name: path, Mode: 0o644, Size: int64(len(data))})
			w.Write(data)
			if tarball.Len() >= part.limit {
				return filepath.SkipAll
			}
			return nil
		})
	}
	w.Close()

	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, 6)
	z.Write(tarball.Bytes())
	z.Close()
	return tarball.Bytes(), out.Bytes()
})

// BenchmarkInflate compares with other decoders; only the ratios of one run
// mean anything. INFLATE_BENCH may name a gzip file to use instead.
func BenchmarkInflate(b *testing.B) {
	var packed []byte
	if name := os.Getenv("INFLATE_BENCH"); name == "" {
		_, packed = benchData()
	} else {
		var err error
		if packed, err = os.ReadFile(name); err != nil {
			b.Fatal(err)
		}
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		b.Fatal(err)
	}
	size, err := io.Copy(io.Discard, z)
	if err != nil {
		b.Fatal(err)
	}
	for _, decoder := range []struct {
		name string
		open func(io.Reader) (io.Reader, error)
	}{
		{"ours", func(r io.Reader) (io.Reader, error) { return NewReader(r) }},
		{"klauspost", func(r io.Reader) (io.Reader, error) { return kgzip.NewReader(r) }},
		{"stdlib", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
	} {
		b.Run(decoder.name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			buf := make([]byte, 64<<10)
			for b.Loop() {
				z, err := decoder.open(bytes.NewReader(packed))
				if err != nil {
					b.Fatal(err)
				}
				// Without WriteTo, which not all have.
				n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{z}, buf)
				if err != nil || n != size {
					b.Fatal(n, err)
				}
			}
		})
	}
}
