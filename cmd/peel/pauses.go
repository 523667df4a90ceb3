package main

import (
	"sync/atomic"
	"time"

	"peel/analyzer/text"
	"peel/source"
)

// pauses are those that registries impose, of which the latest is shown until it
// is over.
type pauses struct{ latest atomic.Pointer[source.Wait] }

// begin may be called from any goroutine.
func (p *pauses) begin(w source.Wait) { p.latest.Store(&w) }

// words are "" if nothing is waited for.
func (p *pauses) words() string {
	w := p.latest.Load()
	if w == nil || !time.Now().Before(w.Until) {
		return ""
	}
	return text.Clean(w.String())
}
