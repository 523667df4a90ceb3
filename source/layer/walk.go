package layer

import (
	"archive/tar"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
)

// contentBuf is the piece in which a file is hashed and shown to inspectors.
const contentBuf = 64 << 10

// walker turns the tar into entries.
type walker struct {
	ctx  context.Context
	pipe *pipe
	tar  *tar.Reader
	opts *Options

	entries     []Entry
	linked      map[string]*linkedFile // what hard links of AUFS lead to, by its path
	nameBytes   int
	fileBytes   int64
	problems    []Problem
	inspectors  []LayerInspector
	linkedBytes int64            // of contents in linked
	open        []LayerInspector // those that look at the current file
	start       int64            // where in the tar the headers of the present entry begin
	end         int64            // where its content ends at the least
	hash        hash.Hash
	buf         []byte
	withholder  Withholder // nil if the source can read everything
	withheld    int        // files that it could not
}

func newWalker(ctx context.Context, p *pipe, opts *Options) *walker {
	w := &walker{ctx: ctx, pipe: p, tar: tar.NewReader(p), opts: opts, hash: sha256.New(), buf: make([]byte, contentBuf)}
	for _, i := range opts.Inspectors {
		w.inspectors = append(w.inspectors, i.Begin())
	}
	return w
}

func (w *walker) walk() error {
	for {
		w.start = padded(max(w.pipe.n, w.end))
		hdr, err := w.tar.Next()
		if err == io.EOF {
			if w.pipe.drain() {
				w.problem(ProblemTrailing, "")
			}
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			w.pipe.drain()
			return fmt.Errorf("%w: reading the tar behind entry %d: %w", ErrCorrupt, len(w.entries), err)
		}
		w.end = w.pipe.n + storedSize(hdr)
		if err := w.entry(hdr); err != nil {
			if errors.Is(err, ErrLimit) {
				w.pipe.stop()
			} else {
				w.pipe.drain()
			}
			return err
		}
	}
}

func (w *walker) index() *Index {
	idx := &Index{Entries: slices.Clip(w.entries), Problems: w.problems, Withheld: w.withheld}
	for n, i := range w.inspectors {
		idx.SetFacts(w.opts.Inspectors[n].Name(), i.Facts())
	}
	return idx
}

func (w *walker) problem(what, path string) {
	for i := range w.problems {
		if w.problems[i].What == what {
			w.problems[i].Count++
			return
		}
	}
	w.problems = append(w.problems, Problem{What: what, Count: 1, First: path})
}

var types = map[byte]Type{
	tar.TypeReg: Regular, '\x00': Regular, tar.TypeCont: Regular, tar.TypeGNUSparse: Regular,
	tar.TypeDir: Directory, tar.TypeSymlink: Symlink, tar.TypeLink: Hardlink,
	tar.TypeChar: CharDevice, tar.TypeBlock: BlockDevice, tar.TypeFifo: FIFO,
}

func (w *walker) entry(hdr *tar.Header) error {
	if hdr.Typeflag == tar.TypeXGlobalHeader {
		return nil // git-archive writes one; it names no file
	}
	e, ok := w.translate(hdr)
	if !ok {
		return nil
	}
	if f := w.linked[e.Link]; f != nil && e.Type == Hardlink {
		return w.addLinked(e.Path, f)
	}
	if err := w.admit(&e); err != nil {
		return err
	}
	if IsLinked(e.Path) {
		return w.keepLinked(e, hdr)
	}
	if e.Type == Regular {
		e.Offset = w.offset(hdr)
		if err := w.content(&e); err != nil {
			return err
		}
	}
	w.add(e)
	return nil
}

func (w *walker) add(e Entry) {
	w.entries = append(w.entries, e)
	w.opts.Progress.Entries.Add(1)
}

// offset is that of the content which follows, as Entry has it.
func (w *walker) offset(hdr *tar.Header) int64 {
	if isSparse(hdr) {
		return ^w.start
	}
	return w.pipe.n
}

// translate makes an Entry of a tar header, and says whether there is one.
func (w *walker) translate(hdr *tar.Header) (e Entry, ok bool) {
	e.Path = w.clean(hdr.Name)
	e.Type = types[hdr.Typeflag]
	if isAUFS(e.Path) {
		w.problem(ProblemAUFS, hdr.Name)
		if e.Type != Regular || !IsLinked(e.Path) {
			return e, false
		}
	} else if hidden, ok := w.whiteout(&e, hdr.Name); hidden {
		return e, ok
	}
	switch e.Type {
	case 0:
		w.problem(ProblemType, hdr.Name)
		return e, false
	case Directory:
	default:
		if e.Path == "" {
			w.problem(ProblemRoot, hdr.Name)
			return e, false
		}
	}
	switch e.Type {
	case Regular:
		e.Size = hdr.Size
	case Symlink:
		e.Link = hdr.Linkname
	case Hardlink:
		e.Link = w.clean(hdr.Linkname)
	case CharDevice, BlockDevice:
		e.Major, e.Minor = uint32(hdr.Devmajor), uint32(hdr.Devminor)
	}
	e.Mode = uint16(hdr.Mode & 0o7777) // tar-split and others keep type bits above
	e.UID, e.GID = uint32(hdr.Uid), uint32(hdr.Gid)
	e.ModTime = hdr.ModTime.UnixNano()
	e.Xattr = xattrs(hdr.PAXRecords)
	return e, true
}

func (w *walker) admit(e *Entry) error {
	w.nameBytes += len(e.Path) + len(e.Link)
	for _, x := range e.Xattr {
		w.nameBytes += len(x.Name) + len(x.Value)
	}
	switch {
	case w.opts.Entries.Add(1) > int64(w.opts.MaxEntries):
		return fmt.Errorf("%w: the image has more than %d entries", ErrLimit, w.opts.MaxEntries)
	case e.Size > w.opts.MaxBytes-w.fileBytes: // a sparse file can be larger than its tar
		return fmt.Errorf("%w: the files in the layer have more than %d bytes", ErrLimit, w.opts.MaxBytes)
	case w.nameBytes > maxNameBytes:
		return fmt.Errorf("%w: the names in the layer take more than %d bytes", ErrLimit, maxNameBytes)
	}
	w.fileBytes += e.Size
	return nil
}

const (
	whiteoutPrefix = ".wh."
	opaqueName     = ".wh..wh..opq"
	pathMax        = 4096
)

// whiteout recognises the names that stand for deletions (OCI image spec,
// layer.md, "Whiteouts"); hidden entries are not objects, and ok says whether
// this one counts.
func (w *walker) whiteout(e *Entry, raw string) (hidden, ok bool) {
	dir, name := "", e.Path
	if i := strings.LastIndexByte(e.Path, '/'); i >= 0 {
		dir, name = e.Path[:i], e.Path[i+1:]
	}
	if !strings.HasPrefix(name, whiteoutPrefix) {
		return false, false
	}
	target := name[len(whiteoutPrefix):]
	switch {
	case name == opaqueName:
		e.Type, e.Path = Opaque, dir
		return true, true
	case target == "" || target == "." || target == "..":
		w.problem(ProblemWhiteout, raw)
		return true, false
	}
	e.Type, e.Path = Whiteout, target
	if dir != "" {
		e.Path = dir + "/" + target
	}
	return true, true
}

// clean makes a tar name relative to the root, as if the root were its own parent.
func (w *walker) clean(name string) string {
	if len(name) > pathMax {
		w.problem(ProblemLongName, name[:pathMax])
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "./"), "/")
	if isClean(name) {
		return name
	}
	if strings.HasPrefix(name, "/") {
		w.problem(ProblemAbsolute, name)
	}
	var out []string
	escapes := false
	for el := range strings.SplitSeq(name, "/") {
		switch el {
		case "", ".":
		case "..":
			if len(out) == 0 {
				escapes = true
				continue
			}
			out = out[:len(out)-1]
		default:
			out = append(out, el)
		}
	}
	if escapes {
		w.problem(ProblemEscape, name)
	}
	return strings.Join(out, "/")
}

// isClean is true for the names that nearly all tars have.
func isClean(name string) bool {
	start := 0
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '/' {
			continue
		}
		if el := name[start:i]; (el == "" && name != "") || el == "." || el == ".." {
			return false
		}
		start = i + 1
	}
	return true
}

const xattrPrefix = "SCHILY.xattr."

// xattrs leaves out records without a value: those unset one (POSIX, pax,
// "pax Extended Header"), and archive/tar and umoci take them so.
func xattrs(pax map[string]string) []Xattr {
	var list []Xattr
	for k, v := range pax {
		if name, ok := strings.CutPrefix(k, xattrPrefix); ok && v != "" {
			list = append(list, Xattr{name, v})
		}
	}
	slices.SortFunc(list, func(a, b Xattr) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// emptyDigest is the sha256 of nothing.
var emptyDigest = sha256.Sum256(nil)

// content reads a regular file: hash, kind, inspectors.
func (w *walker) content(e *Entry) error {
	i := len(w.entries)
	if w.isWithheld(e) {
		w.countWithheld(e)
		return nil
	}
	w.open = w.open[:0]
	for _, in := range w.inspectors {
		if in.Open(i, e) {
			w.open = append(w.open, in)
		}
	}
	if err := w.read(e); err != nil {
		return fmt.Errorf("%w: reading %q: %w", ErrCorrupt, e.Path, err)
	}
	for _, in := range w.open {
		in.Close(i, e)
	}
	return nil
}

// isWithheld skips the content of a file that the source cannot read.
func (w *walker) isWithheld(e *Entry) bool {
	if w.withholder == nil || e.Size == 0 {
		return false
	}
	d, ok := w.withholder.Withheld(w.pipe.n)
	if ok {
		e.Kind, e.Digest = KindWithheld, d
	}
	return ok
}

func (w *walker) countWithheld(e *Entry) {
	w.withheld++
	w.problem(ProblemWithheld, e.Path)
}

func (w *walker) read(e *Entry) error {
	if e.Size == 0 {
		e.Digest, e.Kind = emptyDigest, KindEmpty
		return nil
	}
	w.hash.Reset()
	for left := e.Size; left > 0; {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		n, err := io.ReadFull(w.tar, w.buf[:min(left, contentBuf)])
		p := w.buf[:n]
		if left == e.Size {
			e.Kind = Sniff(p[:min(n, SniffLen)])
		}
		w.hash.Write(p)
		if left -= int64(n); left == 0 && err == nil {
			w.hash.Sum(e.Digest[:0])
		}
		for _, in := range w.open {
			in.Write(p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
