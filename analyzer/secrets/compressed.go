package secrets

import (
	"bufio"
	"compress/bzip2"
	"fmt"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"

	"peel/source/inflate"
	"peel/source/layer"
)

// Limits of decoders.
const (
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

// unxz keeps the dictionaries, which are not cheap to clear.
var unxz = sync.Pool{New: func() any {
	z, err := xz.NewReader(nil, maxXzDict)
	if err != nil {
		panic(err) // nothing was read
	}
	return z
}}

// xzOnce keeps several dictionaries from lying in memory side by side.
var xzOnce sync.Mutex

// compressed looks at what one compressed file holds.
func (u *unpacker) compressed(r *bufio.Reader, k layer.Kind, name string, depth int) error {
	name = unpackedName(name)
	if (k == layer.KindBzip2 || k == layer.KindXz) && u.effort.left(u.inPackage) == 0 {
		u.cut = true // and no dictionary is made
		return errSlow
	}
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
		return u.slowly(bzip2.NewReader(r), bzip2Weight, name, depth)
	case layer.KindXz:
		if !u.xz { // one in another goes on with the lock
			xzOnce.Lock()
			u.xz = true
			defer func() { u.xz = false; xzOnce.Unlock() }()
		}
		z := unxz.Get().(*xz.Reader)
		defer unxz.Put(z)
		if err := z.Reset(r); err != nil {
			return err
		}
		return u.slowly(z, 1, name, depth)
	}
	return fmt.Errorf("%s is not compressed", k)
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
