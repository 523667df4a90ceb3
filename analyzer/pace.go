package analyzer

import "time"

const (
	// leastPause is the least time between two trees of a running session.
	leastPause = 300 * time.Millisecond
	// pauseFor is how many times as long as the stages took is paused before they
	// are made again: they take 20 ms for 100,000 paths, seconds for a million, and
	// whoever looks has work with each new tree, too.
	pauseFor = 4
	// manyLayers is from where on the states of layers are published no more often
	// than trees: each time copies them all, and manifests may list thousands.
	manyLayers = 1000
)

// pace bounds how often a running session publishes. The zero value is ready.
type pace struct {
	nextStages time.Time
	nextStates time.Time
}

// stages reports whether it is time to make the stages anew.
func (p *pace) stages(now time.Time) bool { return !now.Before(p.nextStages) }

// took sets the pause after the stages were made, which took d.
func (p *pace) took(now time.Time, d time.Duration) {
	p.nextStages = now.Add(max(leastPause, pauseFor*d))
}

// states reports whether it is time to publish the states of many layers.
func (p *pace) states(now time.Time) bool {
	if now.Before(p.nextStates) {
		return false
	}
	p.nextStates = now.Add(leastPause)
	return true
}
