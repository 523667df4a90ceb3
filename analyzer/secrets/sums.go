package secrets

import (
	"peel/analyzer/finding"
	"peel/analyzer/owned"
	"peel/source/layer"
)

// sums are of a file with secrets in it, for the databases of package managers.
// Clean files cost nothing. Of a file that was too big for the stream's buffer
// the bytes are gone: only its digest is known.
func (in *inspector) sums(e *layer.Entry, whole []byte) owned.Sums {
	st := in.st
	if whole == nil && !st.flushed && st.utf16 == noUTF16 && int64(len(st.buf)) == e.Size {
		whole = st.buf
	}
	return owned.SumsOf(whole, e.Digest)
}

// judged is a finding's severity and reason before they were lowered.
type judged struct {
	sev    finding.Severity
	reason string
}

// owned lowers a finding if its file is as a package brought it: what is in it
// is known to the world, or a key of a test. Of the gravest something stays, for
// packages may be somebody's own. A copy in a later layer that is not as the
// package brought it takes that back.
func (a *assembly) owned(n int, c *copyOf, path string) {
	if a.img.Owned == nil {
		return
	}
	f := &a.findings[n]
	was, lowered := a.lowered[n]
	pkg, ok := a.img.Owned.Unmodified(path, c.sums)
	switch {
	case !ok && lowered:
		f.Severity, f.Reason = was.sev, was.reason
		delete(a.lowered, n)
	case ok && !lowered && *f.FirstLayer == c.layer:
		a.lowered[n] = judged{f.Severity, f.Reason}
		to := finding.Low
		switch {
		case f.Severity == finding.Critical && !isDocumentation(path):
			to = finding.Medium
		case f.Severity < finding.Critical && isDocumentation(path): // an example
			to = finding.Info
		}
		f.Severity = min(f.Severity, to)
		f.Reason = join(f.Reason, "unmodified file of package "+pkg)
	}
}
