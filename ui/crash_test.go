package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"peel/analyzer"
	"peel/source"
)

// TestCrashIsReturned guards that a panic of the screens, or of a command of
// theirs, ends the program in order and is given to who started it.
func TestCrashIsReturned(t *testing.T) {
	wait := func(ctx context.Context) (*source.Image, error) { <-ctx.Done(); return nil, ctx.Err() }
	for name, o := range map[string]Options{
		"command": {Open: func(context.Context) (*source.Image, error) { panic("boom") }},
		"update": {
			Open:    func(context.Context) (*source.Image, error) { return new(source.Image), nil },
			Analyze: func(context.Context, *source.Image) *analyzer.Session { panic("boom") },
		},
		"view": {Open: wait, Waiting: func() string { panic("boom") }},
	} {
		t.Run(name, func(t *testing.T) {
			o.Reference, o.Output, o.Env = "x", discard{}, []string{"TERM=xterm"}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			_, err := run(ctx, o, tea.WithInput(nil), tea.WithWindowSize(80, 24), tea.WithoutSignalHandler())
			var c *Crash
			if !errors.As(err, &c) || c.Value != "boom" || !strings.Contains(c.Stack, "crash_test.go") {
				t.Errorf("%v", err)
			}
		})
	}
}
