package secrets

import (
	"bytes"
	"fmt"
	"io"

	"peel/analyzer/owned"
	"peel/analyzer/secrets/structured"
	"peel/source/layer"
)

// content is what one content holds, wherever in an image it lies.
type content struct {
	matches []match
	notes   []string // why not all of it was looked at
	cut     bool     // as above, because it takes too long
}

// Hits is what one layer holds. It becomes the layer's result.
type Hits struct {
	files []fileHits
}

// fileHits is one entry of a layer and the secrets in it.
type fileHits struct {
	entry   int // into Index.Entries
	content *content
	sums    owned.Sums
}

// inspector is a Scanner's view of one layer.
type inspector struct {
	s      *Scanner
	st     *stream
	hits   *Hits
	effort *effort

	entry *layer.Entry
	plain *fileScan // nil until the first bytes, and for archives
	kind  layer.Kind
	pack  *packScan // nil unless the file is a big archive
	one   bool      // the file came in one piece
	sum   owned.Sums
	found *content
}

var _ layer.LayerInspector = (*inspector)(nil)

// FactsName is that of the secrets that a Scanner finds.
const FactsName = "secrets"

// Name implements layer.Inspector.
func (*Scanner) Name() string { return FactsName }

// Begin implements layer.Inspector. The result of what it returns is a *Hits.
func (s *Scanner) Begin() layer.LayerInspector {
	return &inspector{s: s, st: s.pool.Get().(*stream), hits: new(Hits), effort: new(effort)}
}

// minSecretFile is the size of the smallest file that can hold a secret worth
// the name.
const minSecretFile = 8

// Open implements layer.LayerInspector.
func (in *inspector) Open(_ int, e *layer.Entry) bool {
	*in = inspector{s: in.s, st: in.st, hits: in.hits, effort: in.effort, entry: e}
	in.effort.seen += e.Size
	return e.Size >= minSecretFile
}

// Write implements layer.LayerInspector.
func (in *inspector) Write(p []byte) {
	if in.kind == layer.KindUnknown {
		head := p[:min(len(p), layer.SniffLen)]
		in.kind = layer.Sniff(head)
		switch {
		case int64(len(p)) == in.entry.Size:
			in.one = true
			in.whole(p)
			if in.found != nil {
				in.sum = in.sums(in.entry, p)
			}
			return
		case packed(in.kind):
			in.st.reset(nil)
		default:
			in.plain = newFileScan(in.s, in.effort, in.st, in.entry.Path, head)
		}
	}
	switch {
	case in.plain != nil:
		in.plain.Write(p)
	case in.pack != nil:
		in.pack.Write(p)
	case len(in.st.buf)+len(p) <= cap(in.st.buf):
		in.st.buf = append(in.st.buf, p...)
	default:
		in.pack = newPackScan(in.s, in.effort, in.kind, in.entry.Size)
		in.pack.Write(in.st.buf)
		in.pack.Write(p)
	}
}

// Close implements layer.LayerInspector.
func (in *inspector) Close(i int, e *layer.Entry) {
	if in.kind != layer.KindUnknown && !in.one {
		if in.found = in.rest(e); in.found != nil {
			in.sum = in.sums(e, nil)
		}
	}
	if in.found != nil {
		in.hits.files = append(in.hits.files, fileHits{i, in.found, in.sum})
	}
}

// whole scans a file that came in one piece, where it lies.
func (in *inspector) whole(p []byte) {
	e := in.entry
	if packed(in.kind) {
		in.found = in.once(e, structured.NoSyntax, func() *content { return in.unpack(p) })
		return
	}
	f := newFileScan(in.s, in.effort, in.st, e.Path, p[:min(len(p), layer.SniffLen)])
	if f.named {
		in.found = f.whole(p)
		return
	}
	in.found = in.once(e, f.syntax, func() *content { return f.whole(p) })
}

// rest scans what is left of a file that came in pieces.
func (in *inspector) rest(e *layer.Entry) *content {
	switch {
	case in.pack != nil:
		defer func() { in.pack = nil }()
		return in.pack.finish()
	case in.plain == nil:
		return in.once(e, structured.NoSyntax, func() *content { return in.unpack(in.st.buf) })
	case in.plain.named || in.st.flushed:
		return in.plain.finish() // depends on its path, or is mostly done
	}
	return in.once(e, in.plain.syntax, in.plain.finish)
}

func (in *inspector) unpack(p []byte) *content {
	u := newUnpacker(in.s, in.effort, int64(len(p)))
	u.file(bytes.NewReader(p), in.kind)
	return u.content()
}

// once scans a content unless the same was seen before, in a file of the same
// syntax.
func (in *inspector) once(e *layer.Entry, syntax structured.Syntax, scan func() *content) *content {
	key := contentKey{e.Digest, syntax}
	in.s.mu.Lock()
	c, ok := in.s.seen[key]
	in.s.mu.Unlock()
	if ok {
		return c
	}
	c = scan()
	in.s.mu.Lock()
	in.s.seen[key] = c
	in.s.mu.Unlock()
	return c
}

// packScan looks into an archive that is too big to wait for: it is unpacked as
// it comes, by a goroutine of its own.
type packScan struct {
	pipe *io.PipeWriter
	done chan *content
	dead bool // nobody reads any more
}

func newPackScan(s *Scanner, effort *effort, k layer.Kind, size int64) *packScan {
	r, w := io.Pipe()
	p := &packScan{pipe: w, done: make(chan *content, 1)}
	go func() {
		u := newUnpacker(s, effort, size)
		defer func() {
			if v := recover(); v != nil { // an archive that breaks a reader is not wholly looked at
				u.notes = append(u.notes, fmt.Sprintf("not all of this %s was looked at for secrets: internal error: %v", k, v))
			}
			r.Close()
			p.done <- u.content()
		}()
		u.file(r, k)
	}()
	return p
}

func (p *packScan) Write(b []byte) {
	if !p.dead {
		_, err := p.pipe.Write(b)
		p.dead = err != nil
	}
}

func (p *packScan) finish() *content {
	p.pipe.Close()
	return <-p.done
}

// Facts implements layer.LayerInspector.
func (in *inspector) Facts() any {
	if in.pack != nil {
		in.pack.finish() // the layer ended within a file
	}
	in.s.pool.Put(in.st)
	in.st = nil
	return in.hits
}
