package secrets

import (
	"peel/analyzer/secrets/structured"
)

// fileScan looks at one file that is no archive: the text of it, and if it has
// a known form, all of it at once.
type fileScan struct {
	s     *Scanner
	st    *stream
	path  string
	named bool   // the path asks for a parser
	whole bool   // all is kept for a parser
	kept  []byte // what was flushed of it
}

func newFileScan(s *Scanner, st *stream, path string, head []byte) *fileScan {
	st.reset(head)
	f := &fileScan{s: s, st: st, path: path}
	f.named = structured.Wants(path)
	f.whole = f.named || structured.WantsContent(head)
	return f
}

// Write implements io.Writer. It never fails.
func (f *fileScan) Write(p []byte) (int, error) {
	if f.whole && len(f.kept)+len(f.st.buf)+len(p) > streamBuf && !f.st.flushed && f.kept == nil {
		f.kept = append(f.kept, f.st.buf...)
	}
	if f.kept != nil {
		if len(f.kept)+len(p) > structured.MaxFile {
			f.kept, f.whole = nil, false
		} else {
			f.kept = append(f.kept, p...)
		}
	}
	f.st.write(p)
	return len(p), nil
}

// finish returns what was found; nil for nothing.
func (f *fileScan) finish() *content {
	all := f.kept
	if all == nil {
		all = f.st.buf
	}
	var parsed []match
	if f.whole {
		parsed = parse(f.path, all)
	}
	f.st.text.found = append(f.st.text.found, parsed...)
	return f.st.finish()
}

// parse turns the hits of a parser into matches.
func parse(path string, b []byte) (out []match) {
	for _, h := range structured.Parse(path, b) {
		m := hitMatch(h, rankStructured)
		m.line = h.Line
		out = append(out, m)
	}
	return out
}

func hitMatch(h structured.Hit, rank int8) match {
	m := match{
		rule:  &rule{id: "structured", check: h.ID, title: h.Title, sev: h.Severity, strong: true},
		value: h.Value, sev: h.Severity, conf: h.Confidence, reason: h.Reason, rank: rank,
	}
	if h.Raw != "" && h.Raw != h.Value {
		m.more = []string{h.Raw}
	}
	return m
}
