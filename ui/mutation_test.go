package ui

import (
	"context"
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"

	"peel/analyzer"
	"peel/analyzer/check"
	"peel/source"
	"peel/source/sourcetest"
)

// TestMutatedDocuments shows, on every screen, images whose documents no tool
// writes: none of them breaks down.
func TestMutatedDocuments(t *testing.T) {
	for seed := range uint64(300) {
		showMutated(t, seed)
	}
}

func FuzzMutatedDocuments(f *testing.F) {
	f.Fuzz(func(t *testing.T, seed uint64) { showMutated(t, seed) })
}

func showMutated(t *testing.T, seed uint64) {
	dir := t.TempDir()
	what, err := sourcetest.Mutated(dir, seed)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if v := recover(); v != nil {
			panic(fmt.Sprintf("seed %d, %s: %v", seed, what, v))
		}
	}()
	m := newModel(t.Context(), Options{
		Reference: "oci:" + dir,
		Open: func(ctx context.Context) (*source.Image, error) {
			return source.Open(ctx, "oci:"+dir, source.Options{})
		},
		Analyze: func(ctx context.Context, img *source.Image) *analyzer.Session {
			s := analyzer.Start(ctx, img, analyzer.Options{Checks: check.Families()})
			<-s.Done()
			return s
		},
	})
	m.Update(tea.WindowSizeMsg{Width: 100, Height: 30})
	m.Update(m.openImage()())
	m.Update(tickMsg{m.generation})
	for _, key := range []string{"1", "down", "tab", "down", "enter", "tab", "2", "down", "enter", "esc", "i", "4", "down", "enter", "5", "down", "enter", "right", "3", "?", "esc"} {
		m.Update(press(key))
		m.View()
	}
	if m.stop != nil {
		m.stop()
	}
	if m.image != nil {
		m.image.Close()
	}
}
