package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/ansi"

	"peel/analyzer"
	"peel/analyzer/text"
	"peel/source"
	"peel/source/layer"
)

// meter is the progress line on stderr. It is silent if that is no terminal.
type meter struct {
	progress *layer.Progress // of the opening
	w        io.Writer
	log      io.Writer              // for what is worth a line where there is no terminal
	what     atomic.Pointer[string] // that is being done; nil before doing
	pauses   pauses
	mu       sync.Mutex // of log
	quit     chan struct{}
	group    sync.WaitGroup
}

const (
	meterEvery = 100 * time.Millisecond
	meterDelay = 300 * time.Millisecond // a quick reading shows no line at all
	meterWidth = 79
	logAfter   = 5 * time.Second // a pause that somebody who reads a log will wonder about
	barWidth   = 24
)

func newMeter(s streams) *meter {
	m := &meter{progress: new(layer.Progress), log: s.err}
	if s.errTTY && s.env("TERM") != "dumb" {
		m.w = s.err
	}
	return m
}

// opening shows the bytes of a stream that is read while it is opened.
func (m *meter) opening(reference string) {
	name := text.Clean(reference)
	m.run(func() string {
		if n := m.progress.Stored.Load(); n > 0 {
			return fmt.Sprintf("reading %s  %s", name, text.Bytes(n))
		}
		return "opening " + name
	})
}

// wait shows a pause. It may be called from any goroutine.
func (m *meter) wait(w source.Wait) {
	m.pauses.begin(w)
	if m.w == nil && time.Until(w.Until) >= logAfter {
		m.mu.Lock()
		defer m.mu.Unlock()
		fmt.Fprintf(m.log, "peel: %s\n", m.pauses.words())
	}
}

// reading shows how much of the layers is read.
func (m *meter) reading(s *analyzer.Session, img *source.Image) {
	var total int64
	for _, l := range img.Layers {
		total += l.Size
	}
	m.run(func() string {
		var done int64
		for i := range img.Layers {
			done += s.Progress(i).Stored.Load()
		}
		share := 1.0
		if total > 0 {
			share = min(1, float64(done)/float64(total))
		}
		full := int(share * barWidth)
		bar := strings.Repeat("=", full) + strings.Repeat(" ", barWidth-full)
		return fmt.Sprintf("reading [%s] %3.0f%%  %s of %s", bar, share*100, text.Bytes(done), text.Bytes(total))
	})
}

// doing shows what is done after the reading. It may be told often.
func (m *meter) doing(what string) {
	if m.what.Swap(&what) == nil {
		m.run(func() string { return *m.what.Load() })
	}
}

// run repeats a line until the next phase or stop.
func (m *meter) run(line func() string) {
	m.stop()
	if m.w == nil {
		return
	}
	quit := make(chan struct{})
	m.quit = quit
	m.group.Go(func() {
		shown := false
		wait := time.NewTimer(meterDelay)
		defer wait.Stop()
		for {
			select {
			case <-quit:
				if shown {
					fmt.Fprint(m.w, "\r\x1b[K")
				}
				return
			case <-wait.C:
				shown = true
				fmt.Fprintf(m.w, "\r\x1b[K%s", ansi.Truncate(cmp.Or(m.pauses.words(), line()), meterWidth, "…"))
				wait.Reset(meterEvery)
			}
		}
	})
}

// stop takes the line away. It may be called again.
func (m *meter) stop() {
	if m.quit != nil {
		close(m.quit)
		m.quit = nil
	}
	m.group.Wait()
}
