package secrets

import (
	"peel/analyzer/secrets/structured"
	"peel/source/layer"
)

// fileScan looks at one file that is no archive: the text of it, and if it has
// a known form, all of it at once.
type fileScan struct {
	s      *Scanner
	st     *stream
	path   string
	named  bool // the path asks for a parser
	magic  bool // the first byte may be a keystore's
	syntax structured.Syntax
	kept   []byte // all of a big file, for a parser
	passed bool   // it is too big for one
}

func newFileScan(s *Scanner, e *effort, st *stream, path string, head []byte) *fileScan {
	st.reset(head)
	st.text.effort = e
	f := &fileScan{s: s, st: st, path: path, named: structured.Wants(path), syntax: structured.SyntaxOf(path)}
	f.magic = len(head) > 0 && (head[0] == 0xfe || head[0] == 0xce || head[0] == 0 || head[0] == 0x30) && structured.WantsContent(head)
	return f
}

// Write implements io.Writer. It never fails.
func (f *fileScan) Write(p []byte) (int, error) {
	if !f.st.flushed && len(f.st.buf)+len(p) > cap(f.st.buf) {
		f.keep()
	}
	if f.kept != nil {
		if len(f.kept)+len(p) > structured.MaxFile {
			f.kept, f.passed = nil, true
		} else {
			f.kept = append(f.kept, p...)
		}
	}
	f.st.write(p)
	return len(p), nil
}

// keep begins to keep a file that does not fit the stream's buffer, if a parser
// wants it. UTF-16 of that size is left to the scanner.
func (f *fileScan) keep() {
	if f.kept == nil && !f.passed && f.st.utf16 == noUTF16 && (f.wanted() || f.formed()) {
		f.kept = append(make([]byte, 0, 2*streamBuf), f.st.buf...)
	}
}

func (f *fileScan) wanted() bool { return f.named || f.magic }

// formed looks for the words of known forms in the beginning of a file that
// was not scanned yet.
func (f *fileScan) formed() bool {
	head := f.st.buf[:min(len(f.st.buf), layer.SniffLen)]
	for _, h := range f.s.matcher.find(nil, head, 0, len(head)) {
		if f.s.uses[h.keyword].form {
			return structured.WantsContent(head)
		}
	}
	return false
}

// whole is Write and finish for all of a file at once, without a copy.
func (f *fileScan) whole(p []byte) *content {
	if f.st.utf16 != noUTF16 || len(p) > streamBuf {
		f.Write(p)
		return f.finish()
	}
	f.st.text.scan(p, 0, len(p))
	f.parse(p)
	return f.st.content()
}

// finish returns what was found; nil for nothing.
func (f *fileScan) finish() *content {
	all := f.kept
	if all == nil {
		all = f.st.buf
	}
	small := !f.st.flushed
	f.st.rest()
	switch {
	case f.kept != nil:
		f.st.text.found = append(f.st.text.found, parse(f.path, all)...)
	case small:
		f.parse(all)
	}
	return f.st.content()
}

// parse looks at all of a file that was scanned: at its form, if it has one of
// its own, and at its fields, if it is configuration.
func (f *fileScan) parse(all []byte) {
	t := &f.st.text
	if f.wanted() || t.formed && structured.WantsContent(all[:min(len(all), layer.SniffLen)]) {
		t.found = append(t.found, parse(f.path, all)...)
	}
	if f.syntax == structured.NoSyntax || !t.keyed && !f.syntax.Keyless() || t.binary {
		return
	}
	for _, h := range structured.Fields(f.syntax, f.path, all) {
		m := hitMatch(h, rankField)
		if h.Raw != "" {
			m.rank = rankStructured // it says more than the rule that sees it encoded
		}
		m.line = h.Line
		t.found = append(t.found, m)
	}
}

// formWords are parts of what structured.WantsContent looks for: only a file
// that begins with one of them is asked about.
var formWords = phrases("-----begin", "begin ssh2", "age-secret-key-", "service_account", "authorized_user", "\"auths\"",
	"terraform_version", "kind: config", "current-context", "certificate-authority-data", "filezilla3", "<settings",
	"[interface]", "[client]", "_authtoken", "aws_secret_access_key", "aws_access_key_id", "packagesourcecredentials", "putty-user-key-file")

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
