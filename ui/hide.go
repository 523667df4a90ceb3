package ui

import (
	"peel/analyzer/redact"
	"peel/ui/text"
)

// hider makes words of an image fit for a screen: it masks the secrets that were
// found, and then cleans. This comes before any cutting and wrapping, for half a
// secret is not recognised. The zero value only cleans.
type hider struct{ r *redact.Redactor }

// clean is text.Clean of what is left of s.
func (h hider) clean(s string) string { return text.Clean(h.r.String(s)) }

// oneLine is text.OneLine of what is left of s.
func (h hider) oneLine(s string) string { return text.OneLine(h.r.String(s)) }

// hide is what masks the secrets that are known by now.
func (m *Model) hide() hider {
	if m.analysis == nil {
		return hider{}
	}
	return hider{m.analysis.Redactor}
}
