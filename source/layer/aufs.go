package layer

import (
	"archive/tar"
	"fmt"
	"slices"
	"strings"
)

// AUFS, Docker's first storage driver, left data of its own in layers. Unpackers
// skip every name with its prefix and what is below it, but for the marker of
// opaque directories, which the OCI image spec took over. The regular files of
// its directory of links are the contents of the hard links that lead there (moby
// and containers/storage, pkg/archive, UnpackLayer). Others differ in what they
// leave beside the image's files: umoci and the driver overlay unpack what is in
// AUFS's directories. The files that the hard links stand for are the same in all.
const (
	aufsPrefix = ".wh..wh."
	aufsLinks  = ".wh..wh.plnk/"
)

// maxLinked bounds what is kept of the contents in one layer's directory of
// links, until the names of the files are known. AUFS has been out of use since
// 2019, and layers of its time hold a few small files there.
const maxLinked = 64 << 20

// IsSkipped reports whether unpackers write no file for a regular file of this
// path, clean as in Entry: it is a whiteout, or metadata of AUFS.
func IsSkipped(path string) bool {
	return isAUFS(path) || strings.HasPrefix(path[strings.LastIndexByte(path, '/')+1:], whiteoutPrefix)
}

// IsLinked reports whether a file of this path is the content of hard links that
// lead to it, and has no name of its own in the image.
func IsLinked(path string) bool { return strings.HasPrefix(path, aufsLinks) }

func isAUFS(path string) bool {
	if !strings.Contains(path, aufsPrefix) {
		return false
	}
	for el := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(el, aufsPrefix) && el != opaqueName {
			return true
		}
	}
	return false
}

// linkedFile is a regular file in AUFS's directory of links.
type linkedFile struct {
	entry   Entry
	content []byte // nil if there was no room for it
}

// keepLinked reads a file of AUFS's directory of links, which is no entry.
func (w *walker) keepLinked(e Entry, hdr *tar.Header) error {
	e.Offset = w.offset(hdr)
	f := &linkedFile{entry: e}
	if !w.isWithheld(&f.entry) {
		w.open = w.open[:0]
		if e.Size <= maxLinked-w.linkedBytes {
			f.content = make([]byte, 0, e.Size)
			w.linkedBytes += e.Size
			w.open = append(w.open, f)
		}
		if err := w.read(&f.entry); err != nil {
			return fmt.Errorf("%w: reading %q: %w", ErrCorrupt, e.Path, err)
		}
	}
	if w.linked == nil {
		w.linked = map[string]*linkedFile{}
	}
	w.linked[e.Path] = f
	return nil
}

// addLinked adds a hard link into AUFS's directory of links: it is a file with the
// content and the attributes of the one there, as unpackers copy it.
func (w *walker) addLinked(path string, f *linkedFile) error {
	e := f.entry
	e.Path = path
	if err := w.admit(&e); err != nil {
		return err
	}
	switch {
	case e.Kind == KindWithheld:
		w.countWithheld(&e)
	case f.content == nil:
		w.problem(ProblemUnseen, path)
	default:
		w.show(&e, f.content)
	}
	w.add(e)
	return nil
}

// show gives the inspectors a content that was read before.
func (w *walker) show(e *Entry, content []byte) {
	i := len(w.entries)
	for _, in := range w.inspectors {
		if !in.Open(i, e) {
			continue
		}
		for p := range slices.Chunk(content, contentBuf) {
			in.Write(p)
		}
		in.Close(i, e)
	}
}

// A linkedFile collects its content as an inspector.
var _ LayerInspector = (*linkedFile)(nil)

func (f *linkedFile) Write(p []byte)        { f.content = append(f.content, p...) }
func (f *linkedFile) Open(int, *Entry) bool { return true }
func (f *linkedFile) Close(int, *Entry)     {}
func (f *linkedFile) Facts() any            { return nil }
