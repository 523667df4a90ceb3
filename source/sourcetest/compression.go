package sourcetest

import (
	"bytes"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Compression is how a layer's blob is stored.
type Compression int

// The compressions.
const (
	None      Compression = iota
	Gzip                  // one member
	GzipMulti             // several members in a row (RFC 1952, 2.2), as pigz -i and estargz write
	Zstd                  // one frame
	ZstdMulti             // several frames, then a skippable one (RFC 8878, 3.1), as zstd:chunked writes
)

// members is into how many parts the Multi compressions cut a tar: enough
// for a reader that stops after the first to be noticed.
const members = 3

// skippable is an empty skippable frame (RFC 8878, 3.1.2).
var skippable = []byte{0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0}

func (c Compression) compress(data []byte) ([]byte, error) {
	var buf bytes.Buffer
	open := openGzip
	if c == Zstd || c == ZstdMulti {
		open = openZstd
	}
	parts := [][]byte{data}
	switch c {
	case None:
		return data, nil
	case GzipMulti, ZstdMulti:
		parts = split(data, members)
	}
	for _, part := range parts {
		if err := through(&buf, open, func(w io.Writer) error {
			_, err := w.Write(part)
			return err
		}); err != nil {
			return nil, err
		}
	}
	if c == ZstdMulti {
		buf.Write(skippable)
	}
	return buf.Bytes(), nil
}

func split(data []byte, n int) [][]byte {
	var parts [][]byte
	for i := range n {
		parts = append(parts, data[len(data)*i/n:len(data)*(i+1)/n])
	}
	return parts
}

func openGzip(w io.Writer) (io.WriteCloser, error) {
	return gzip.NewWriterLevel(w, gzip.BestCompression)
}

// openZstd uses one goroutine: with several the frame depends on the machine.
func openZstd(w io.Writer) (io.WriteCloser, error) {
	return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
}

// through runs write against a compressor in front of w.
func through(w io.Writer, open func(io.Writer) (io.WriteCloser, error), write func(io.Writer) error) error {
	zw, err := open(w)
	if err != nil {
		return fmt.Errorf("opening compressor: %w", err)
	}
	if err := write(zw); err != nil {
		return err
	}
	if err := zw.Close(); err != nil {
		return fmt.Errorf("closing compressor: %w", err)
	}
	return nil
}

// Gzipped compresses a whole archive, as in docker save | gzip:
//
//	sourcetest.Gzipped(f, func(w io.Writer) error { return sourcetest.DockerArchive20(w, img) })
func Gzipped(w io.Writer, write func(io.Writer) error) error { return through(w, openGzip, write) }

// Zstandard compresses a whole archive with zstd; see Gzipped.
func Zstandard(w io.Writer, write func(io.Writer) error) error { return through(w, openZstd, write) }

// mediaType follows the OCI image spec, layer.md, or with docker the older
// schema 2 names, of which the zstd one is containerd's.
func (c Compression) mediaType(docker bool) types.MediaType {
	switch {
	case c == None && docker:
		return types.DockerUncompressedLayer
	case c == None:
		return types.OCIUncompressedLayer
	case (c == Zstd || c == ZstdMulti) && docker:
		return "application/vnd.docker.image.rootfs.diff.tar.zstd"
	case c == Zstd || c == ZstdMulti:
		return types.OCILayerZStd
	case docker:
		return types.DockerLayer
	}
	return types.OCILayer
}
