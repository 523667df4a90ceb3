package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"regexp"

	"peel/source/layer"
)

const (
	// recogniseMembers is how many members are looked at: some tools begin with
	// directories, none with more than a few.
	recogniseMembers = 16
	// recogniseBytes is how much of a compressed file is read for that. The first
	// members are small, or layers with telling names.
	recogniseBytes = 64 << 10
	// recogniseHead is how much is read of a member whose name is not enough.
	recogniseHead = 4 << 10
)

// telling are names of members that only image archives have: an OCI layout's,
// and those that are digests, as all tools name the layers and configs of a
// docker-archive.
var telling = regexp.MustCompile(`^(oci-layout|blobs(/.*)?|(sha256:)?[0-9a-f]{64}([./].*)?)$`)

// Recognise reports whether a file is probably an archive of images. It looks at
// the names of the first members, and reads no layer: what it denies may still
// be one. Files that are not regular are not opened, for that could wait.
func Recognise(path string) (bool, error) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return false, err
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, headLen)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	switch layer.Sniff(head[:n]) {
	case layer.KindTar:
		return recognise(f), nil
	case layer.KindGzip, layer.KindZstd:
		z, err := decompress(bufio.NewReader(io.LimitReader(f, recogniseBytes)))
		if err != nil {
			return false, nil //nolint:nilerror // it has the magic number and nothing else
		}
		defer z.Close()
		return recognise(io.LimitReader(z, recogniseBytes)), nil
	}
	return false, nil
}

func recognise(r io.Reader) bool {
	tr := tar.NewReader(r)
	for range recogniseMembers {
		hdr, err := tr.Next()
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return false
		}
		switch name := clean(hdr.Name); {
		case telling.MatchString(name):
			return true
		case name == "manifest.json": // other things have one, too, but an object
			return bytes.HasPrefix(bytes.TrimSpace(start(tr)), []byte("["))
		case name == "index.json":
			return bytes.Contains(start(tr), []byte(`"manifests"`))
		}
	}
	return false
}

func start(r io.Reader) []byte {
	b, _ := io.ReadAll(io.LimitReader(r, recogniseHead))
	return b
}
