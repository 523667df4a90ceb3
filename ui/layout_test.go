package ui

import (
	"fmt"
	"testing"
)

// Every arrangement covers the screen without gaps and without overlaps, and
// shows the focused pane.
func TestLayoutCoversTheScreen(t *testing.T) {
	for w := 60; w <= 300; w++ {
		for h := 15; h <= 100; h++ {
			for _, focus := range []pane{paneLayers, paneTree, paneDetails} {
				for bits := range 4 {
					a := arrangement{focus: focus, zoomed: bits&1 != 0, progress: bits&2 != 0, rows: 12}
					if err := checkLayout(w, h, a); err != nil {
						t.Fatalf("%dx%d %+v: %v", w, h, a, err)
					}
				}
			}
		}
	}
}

func checkLayout(w, h int, a arrangement) error {
	p := layout(w, h, a)
	rects := []rect{p.header, p.tabs, p.footer, p.layers, p.tree, p.details, p.progress, p.card}
	area := 0
	for i, r := range rects {
		if r.empty() {
			continue
		}
		if r.x < 0 || r.y < 0 || r.x+r.w > w || r.y+r.h > h {
			return fmt.Errorf("%+v leaves the screen", r)
		}
		if i >= 3 && (r.h < 3 || r.w < 20) {
			return fmt.Errorf("pane %d has only %dx%d", i, r.w, r.h)
		}
		area += r.w * r.h
		for _, o := range rects[i+1:] {
			if !o.empty() && r.x < o.x+o.w && o.x < r.x+r.w && r.y < o.y+o.h && o.y < r.y+r.h {
				return fmt.Errorf("%+v and %+v overlap", r, o)
			}
		}
	}
	if area != w*h {
		return fmt.Errorf("%d of %d cells are covered", area, w*h)
	}
	if [...]rect{p.layers, p.tree, p.details}[a.focus].empty() {
		return fmt.Errorf("the focused pane is not shown")
	}
	return nil
}

func TestLayoutForms(t *testing.T) {
	for _, c := range []struct {
		w, h int
		form form
	}{
		{1, 1, tooSmall}, {59, 40, tooSmall}, {60, 14, tooSmall}, {60, 15, single}, {79, 60, single},
		{80, 24, double}, {119, 60, double}, {120, 29, double}, {120, 30, triple}, {300, 100, triple},
	} {
		if got := layout(c.w, c.h, arrangement{}).form; got != c.form {
			t.Errorf("%dx%d: form %d, want %d", c.w, c.h, got, c.form)
		}
	}
}

// The list of findings and the explanation fill the body, and what has the keys
// is shown.
func TestFindingPlaces(t *testing.T) {
	for w := 60; w <= 300; w += 3 {
		for h := 11; h <= 96; h += 5 {
			for bits := range 8 {
				body := rect{0, 2, w, h}
				explained, alone, zoomed := bits&1 != 0, bits&2 != 0, bits&4 != 0
				list, text := listPlaces(body, explained, alone, zoomed)
				if list.w*list.h+text.w*text.h != w*h {
					t.Fatalf("%dx%d %d: %+v and %+v", w, h, bits, list, text)
				}
				if explained && text.empty() || !explained && list.empty() {
					t.Fatalf("%dx%d %d: what has the keys is not shown", w, h, bits)
				}
				for _, r := range []rect{list, text} {
					if !r.empty() && (r.w < 30 || r.h < 4) {
						t.Fatalf("%dx%d %d: %+v is too small", w, h, bits, r)
					}
				}
			}
		}
	}
}
