package secrets

import (
	"archive/tar"
	"bufio"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"

	"peel/source/inflate"
	"peel/source/layer"
)

// Limits of what is unpacked of one file.
const (
	// maxDepth is how many archives may lie in each other: a jar in a war in a
	// tar.gz is four.
	maxDepth = 4
	// maxUnpacked bounds the bytes, packed ones again for each depth. The
	// biggest jars and wheels unpack to some hundred megabytes.
	maxUnpacked = 1 << 30
	// freeUnpacked and maxRatio tell bombs: more than the first is unpacked only
	// of archives that do not grow more than that.
	freeUnpacked = 16 << 20
	maxRatio     = 100
	// maxBzip2 bounds what is unpacked of bzip2, at 25 MB/s.
	maxBzip2 = 16 << 20
	// maxMembers bounds the files; the largest jars have about 50,000.
	maxMembers = 200_000
	// maxInnerName bounds a member's name in what is reported.
	maxInnerName = 1024
	// maxZstdWindow is what level 19 uses; more asks for memory that is not
	// needed but by --ultra and --long.
	maxZstdWindow = 8 << 20
)

var unzstd = sync.Pool{New: func() any {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		panic(err) // the options are constants
	}
	return z
}}

var (
	errBudget  = errors.New("it unpacks to more than is looked at")
	errMembers = errors.New("it has more files than are looked at")
)

// unpacker looks into one file that is an archive or compressed, and into what
// lies in it.
type unpacker struct {
	s       *Scanner
	size    int64 // of the file
	left    int64 // bytes that may still be unpacked
	members int
	found   []match
	notes   []string
	held    bool // the scanner's buffer for zip files
}

// release gives the buffer back.
func (u *unpacker) release() {
	if u.held {
		u.s.zips.Unlock()
		u.held = false
	}
}

func newUnpacker(s *Scanner, size int64) *unpacker {
	return &unpacker{s: s, size: size, left: min(maxUnpacked, max(freeUnpacked, size*maxRatio))}
}

// packed reports whether there is something inside of contents of this kind.
func packed(k layer.Kind) bool {
	switch k {
	case layer.KindGzip, layer.KindZstd, layer.KindBzip2, layer.KindTar, layer.KindZip:
		return true
	}
	return false
}

// content is what was found, nil for nothing.
func (u *unpacker) content() *content {
	c := settle(u.found)
	if len(u.notes) > 0 {
		if c == nil {
			c = new(content)
		}
		c.notes = u.notes
	}
	return c
}

// file looks into an archive. Faults are noted, not returned: what could be
// read was looked at.
func (u *unpacker) file(r io.Reader, k layer.Kind) {
	br := bufferOf(r)
	defer u.release()
	defer readers.Put(br)
	if err := u.open(br, k, "", 1); err != nil {
		u.notes = append(u.notes, fmt.Sprintf("not all of this %s was looked at for secrets: %v", k, err))
	}
}

// readBuf is how much of a member is read at once.
const readBuf = 32 << 10

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, readBuf) }}

func bufferOf(r io.Reader) *bufio.Reader {
	br := readers.Get().(*bufio.Reader)
	br.Reset(r)
	return br
}

func (u *unpacker) open(r *bufio.Reader, k layer.Kind, name string, depth int) error {
	switch k {
	case layer.KindGzip:
		z, err := inflate.NewReader(r)
		if err != nil {
			return err
		}
		defer z.Close()
		return u.inner(z, unpackedName(name), depth)
	case layer.KindZstd:
		z := unzstd.Get().(*zstd.Decoder)
		defer unzstd.Put(z)
		if err := z.Reset(r); err != nil {
			return err
		}
		return u.inner(z, unpackedName(name), depth)
	case layer.KindBzip2:
		u.left = min(u.left, maxBzip2)
		return u.inner(bzip2.NewReader(r), unpackedName(name), depth)
	case layer.KindTar:
		return u.tar(r, name, depth)
	case layer.KindZip:
		return u.zip(r, name, depth)
	}
	return u.scan(r, name)
}

// unpackedName is the name of what is in a compressed file, as far as there is
// one; the file itself has none here.
func unpackedName(name string) string {
	for _, ext := range []string{".gz", ".zst", ".bz2"} {
		if s, ok := strings.CutSuffix(name, ext); ok {
			return s
		}
	}
	return name
}

// inner looks at a member: into it, if it is an archive too, or at it.
func (u *unpacker) inner(r io.Reader, name string, depth int) error {
	if u.members++; u.members > maxMembers {
		return errMembers
	}
	br := bufferOf(&budgetReader{r, u})
	defer readers.Put(br)
	head, err := br.Peek(layer.SniffLen)
	if len(head) == 0 {
		if err == io.EOF {
			return nil
		}
		return err
	}
	k := layer.Sniff(head)
	if depth < maxDepth && packed(k) {
		err := u.open(br, k, name, depth+1)
		if err != nil && !errors.Is(err, errBudget) && !errors.Is(err, errMembers) {
			return nil // one member is broken, or only looks like an archive
		}
		return err
	}
	return u.scan(br, name)
}

// budgetReader stops when enough was unpacked.
type budgetReader struct {
	r io.Reader
	u *unpacker
}

func (b *budgetReader) Read(p []byte) (int, error) {
	if b.u.left <= 0 {
		return 0, errBudget
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.u.left)])
	b.u.left -= int64(n)
	return n, err
}

// tar looks at the files of a tar.
func (u *unpacker) tar(r io.Reader, name string, depth int) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return err
		}
		if h.Typeflag != tar.TypeReg || h.Size < minSecretFile {
			continue
		}
		if err := u.inner(t, joinInner(name, h.Name), depth); err != nil {
			return err
		}
	}
}

func joinInner(outer, name string) string {
	name = strings.TrimPrefix(name, "./")
	name = name[:min(len(name), maxInnerName)]
	if outer == "" {
		return name
	}
	return outer + "!/" + name
}

// scan looks at a member that is no archive.
func (u *unpacker) scan(r *bufio.Reader, name string) error {
	st := u.s.pool.Get().(*stream)
	defer u.s.pool.Put(st)
	head, _ := r.Peek(layer.SniffLen)
	f := newFileScan(u.s, st, name, head)
	_, err := r.WriteTo(f)
	if c := f.finish(); c != nil && len(u.found) < maxMatches {
		for _, m := range c.matches {
			m.inner = name
			u.found = append(u.found, m)
		}
	}
	return err
}
