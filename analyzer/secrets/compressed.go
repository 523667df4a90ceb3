package secrets

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"

	"peel/source/inflate"
	"peel/source/layer"
)

// Limits of decoders.
const (
	// maxBzip2 and maxXz bound what is unpacked of formats whose decoders give
	// 25 and 60 MB/s.
	maxBzip2 = 16 << 20
	maxXz    = 64 << 20
	// maxZstdWindow is what level 19 uses; --ultra and --long ask for more memory
	// than is needed. maxXzDict is what level 9 does.
	maxZstdWindow = 8 << 20
	maxXzDict     = 64 << 20
)

var unzstd = sync.Pool{New: func() any {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		panic(err) // the options are constants
	}
	return z
}}

var errSlow = errors.New("it is compressed in a way that takes too long to unpack wholly")

// xzOnce keeps several dictionaries from lying in memory side by side.
var xzOnce sync.Mutex

// compressed looks at what one compressed file holds.
func (u *unpacker) compressed(r *bufio.Reader, k layer.Kind, name string, depth int) error {
	name = unpackedName(name)
	switch k {
	case layer.KindGzip:
		z, err := inflate.NewReader(r)
		if err != nil {
			return err
		}
		defer z.Close()
		return u.inner(z, name, depth)
	case layer.KindZstd:
		z := unzstd.Get().(*zstd.Decoder)
		defer unzstd.Put(z)
		if err := z.Reset(r); err != nil {
			return err
		}
		return u.read(z, name, depth)
	case layer.KindBzip2:
		return u.slowly(bzip2.NewReader(r), maxBzip2, name, depth)
	case layer.KindXz:
		if !u.xz { // one in another goes on with the lock
			xzOnce.Lock()
			u.xz = true
			defer func() { u.xz = false; xzOnce.Unlock() }()
		}
		z, err := xz.NewReader(r, maxXzDict)
		if err != nil {
			return err
		}
		return u.slowly(z, maxXz, name, depth)
	}
	return fmt.Errorf("%s is not compressed", k)
}

// slowly looks at what a slow decoder gives, up to a limit of its own.
func (u *unpacker) slowly(r io.Reader, most int64, name string, depth int) error {
	spare := max(u.left-most, 0)
	u.left -= spare
	err := u.read(r, name, depth)
	u.left += spare
	if spare > 0 && errors.Is(err, errBudget) {
		return errSlow
	}
	return err
}

// unpackedName is the name of what is in a compressed file, as far as there is
// one; the file itself has none here.
func unpackedName(name string) string {
	for _, ext := range []string{".gz", ".zst", ".bz2", ".xz"} {
		if s, ok := strings.CutSuffix(name, ext); ok {
			return s
		}
	}
	return name
}
