package ui

import (
	"fmt"
	"runtime/debug"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
)

// Crash is a defect of the program: what it panicked with, and where. The
// secrets that were known are masked.
type Crash struct{ Value, Stack string }

func (c *Crash) Error() string { return c.Value }

// guarded ends the program in order if the model panics, or a command of its:
// what prints a panic otherwise, prints it as it is.
type guarded struct {
	m     *Model
	crash *atomic.Pointer[Crash]
	quit  func()
}

// caught keeps the first panic, and tells the program to end.
func (g guarded) caught() {
	v := recover()
	if v == nil {
		return
	}
	hide := g.m.hide().r
	c := &Crash{hide.String(fmt.Sprint(v)), hide.String(string(debug.Stack()))}
	if g.crash.CompareAndSwap(nil, c) {
		go g.quit()
	}
}

func (g guarded) Init() (cmd tea.Cmd) {
	defer g.caught()
	return g.command(g.m.Init())
}

func (g guarded) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	next = g
	defer g.caught()
	if g.crash.Load() != nil {
		return next, nil
	}
	_, cmd = g.m.Update(msg)
	return next, g.command(cmd)
}

func (g guarded) View() (v tea.View) {
	defer g.caught()
	if g.crash.Load() != nil {
		return v
	}
	return g.m.View()
}

// command guards a command, and those that it gives.
func (g guarded) command(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer g.caught()
		msg = cmd()
		if list, ok := msg.(tea.BatchMsg); ok {
			for i := range list {
				list[i] = g.command(list[i])
			}
		}
		return msg
	}
}
