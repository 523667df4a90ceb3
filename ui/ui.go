// Package ui is the terminal program: it opens an image, shows its layers and
// files while they are read, and what they waste.
//
// Run is the entrance. There is one root Model; panes are plain structs that it
// owns. Nothing in Update reads or computes for long: opening and building trees
// are commands, and the progress of a reading is looked at by a tick.
package ui

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"peel/analyzer"
	"peel/analyzer/inventory"
	"peel/source"
	"peel/source/layer"
)

// Options of the program.
type Options struct {
	Reference string // as the user wrote it; "" if it is to be picked
	// Open opens the image. Its error is shown, and it may be called again.
	Open func(context.Context) (*source.Image, error)
	// Analyze begins to read the image; the session ends soon after its context.
	Analyze func(context.Context, *source.Image) *analyzer.Session
	// Packages lists the software in an image whose reading has ended, and tells
	// what it is doing. It may be asked again after an error; nil if nobody can.
	Packages func(ctx context.Context, a *analyzer.Analysis, doing func(string)) (*inventory.Inventory, error)
	// PackagesAsked lists them unasked, as soon as the image is read.
	PackagesAsked bool
	// OpenProgress counts the bytes that Open reads, if it reads the whole image.
	OpenProgress *layer.Progress
	// Waiting says what is waited for, "" if nothing is; nil: it never is.
	Waiting func() string
	// Picker finds other images; nil if there is no choice.
	Picker *Picker

	Theme   string // one of theme.Names; "" is the default
	ASCII   bool   // no glyphs but ASCII
	NoMouse bool
	// ShowSecrets lets the user ask to see secrets in clear, which takes a key and
	// an answer more.
	ShowSecrets bool
	At          string // where to start: "layer 9 /usr/lib/x"
	Version     string

	Input  io.Reader // nil: the terminal
	Output io.Writer // nil: the terminal
	Env    []string  // nil: that of the process
	Now    func() time.Time
}

// Result is how the program ended.
type Result struct {
	Err     error // of opening or reading the image
	Partial bool  // not all layers were read
}

// Run shows the image until the user quits. The error is that of the terminal
// or of a defect, never of the image, which is in the Result. When it returns,
// the terminal is restored, and what it started is told to end, not waited for.
func Run(ctx context.Context, o Options) (Result, error) {
	return run(ctx, o)
}

func run(ctx context.Context, o Options, more ...tea.ProgramOption) (Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p, m, crash := newProgram(ctx, o, more...)
	_, err := p.Run()
	if errors.Is(err, tea.ErrInterrupted) {
		err = nil
	}
	if c := crash.Load(); c != nil {
		err = c
	}
	cancel()
	m.pkgs().stock.part()
	m.close()
	return m.result(), err
}

// newProgram makes the program without starting it. The pointer is to what it
// panicked with, if it did.
func newProgram(ctx context.Context, o Options, more ...tea.ProgramOption) (*tea.Program, *Model, *atomic.Pointer[Crash]) {
	m := newModel(ctx, o)
	opts := []tea.ProgramOption{tea.WithContext(ctx)}
	if o.Input != nil {
		opts = append(opts, tea.WithInput(o.Input))
	}
	if o.Output != nil {
		opts = append(opts, tea.WithOutput(o.Output))
	}
	if o.Env != nil {
		opts = append(opts, tea.WithEnvironment(o.Env))
	}
	g := guarded{m: m, crash: new(atomic.Pointer[Crash])}
	var p *tea.Program
	g.quit = func() { p.Quit() }
	p = tea.NewProgram(g, append(opts, more...)...)
	return p, m, g.crash
}

// result is what is known at the end, without waiting for it.
func (m *Model) result() Result {
	switch {
	case m.phase == unopened:
		return Result{}
	case m.phase == failed:
		return Result{Err: m.err, Partial: true}
	case m.session == nil:
		return Result{Partial: true}
	}
	r := Result{Partial: m.session.Latest().Partial()}
	select {
	case <-m.session.Done():
		if !m.stopped {
			_, r.Err = m.session.Wait()
		}
	default:
	}
	return r
}

// close lets go of the image. Layers may still be read by goroutines that the
// end of their context has told to stop.
func (m *Model) close() {
	if m.image != nil {
		_ = m.image.Close() // only read from
	}
}
