package analyzer

import (
	"io"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/redact"
)

// places mask ordinary words that are secrets at the places of the config and the
// history where they were found: elsewhere they are words like any other.
type places map[string]*redact.Redactor

func ownPlaces(found map[string][]string) places {
	p := places{}
	for where, words := range found {
		p[where] = redact.New(words)
	}
	return p
}

// mask is a string as it may be shown at a place.
func (p places) mask(where, s string) string { return p[where].String(s) }

// config is a copy of a config with its own places masked.
func (p places) config(c *v1.ConfigFile) *v1.ConfigFile {
	if len(p) == 0 || c == nil {
		return c
	}
	c = c.DeepCopy()
	eachText(c, p.mask)
	return c
}

// steps is a copy of the history with its own places masked. Steps are in its order.
func (p places) steps(list []Step) []Step {
	list = slices.Clone(list)
	for i := range list {
		eachTextOfStep(i, &list[i].History, p.mask)
	}
	return list
}

// raw is a config c as it is written, with those strings masked that are others at
// their places.
func (p places) raw(raw []byte, c *v1.ConfigFile) []byte {
	if len(p) == 0 || len(raw) == 0 || c == nil {
		return raw
	}
	changed := map[string]string{}
	eachText(c.DeepCopy(), func(where, s string) string {
		if masked := p.mask(where, s); masked != s {
			changed[s] = masked
		}
		return s
	})
	return through(raw, func(w io.Writer) io.WriteCloser {
		return redact.Strings(w, func(s string) string {
			if masked, ok := changed[s]; ok {
				return masked
			}
			return s
		})
	})
}
