package ui

import (
	"context"
	"sync/atomic"
	"testing"

	"peel/source"
)

// TestWaiting guards that a pause which a registry imposes does not look as if
// nothing went on: while the image is opened, and while it is read.
func TestWaiting(t *testing.T) {
	const words = "example.com answered 429 Too Many Requests; try 2 of 4 in 20s"
	var waiting atomic.Bool
	waiting.Store(true)
	g, c, opened := newGate(), new(clock), make(chan struct{})
	img := image(t, demo(), g, 1)
	x := start(t, Options{
		Open: func(ctx context.Context) (*source.Image, error) {
			select {
			case <-opened:
				return img, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
		Waiting: func() string {
			if waiting.Load() {
				return words
			}
			return ""
		},
		Now: c.now,
	}, 100, 30)
	golden(t, x.until(words))
	close(opened)
	x.until("0/5")
	close(g.first)
	x.until("4/5")
	c.move(2 * second)
	x.until(words)
	waiting.Store(false)
	x.until("4 of 5 layers read")
	x.quit()
}
