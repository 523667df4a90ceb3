package ui

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"peel/source"
)

// toyScreen is the least that a screen may be.
type toyScreen struct {
	plainScreen
	opens, visits int
	got           []action
	clicks        int
	deep          bool
}

const inToy scope = 1 << 12

func (t *toyScreen) tab() tab            { return tab{key: "6", name: "Toys", help: "Toys: for a test"} }
func (t *toyScreen) scope() scope        { return inToy }
func (t *toyScreen) opened(*Model)       { t.opens++ }
func (t *toyScreen) badge(*Model) string { return " 7" }

func (t *toyScreen) enter(*Model) tea.Cmd {
	t.visits++
	return nil
}

func (t *toyScreen) body(m *Model) []string {
	return frame(m.th, m.places.body, "All toys", "", true, []string{"a bear"})
}

func (t *toyScreen) act(_ *Model, a action) tea.Cmd {
	t.got = append(t.got, a)
	return nil
}

func (t *toyScreen) undo(*Model) bool {
	had := t.deep
	t.deep = false
	return had
}

func (t *toyScreen) clicked(*Model, tea.Mouse) tea.Cmd {
	t.clicks++
	return nil
}

func (t *toyScreen) copied(*Model, bool) (what, s string) { return "the toy", "bear" }

// TestToyScreen adds a screen in one place, the list, and finds it wherever
// screens matter: its tab, its key, the mouse, copying, going back, the help.
func TestToyScreen(t *testing.T) {
	toy := &toyScreen{}
	defer func(all func() []screen, table []binding, k keymap) { newScreens, bindings, keys = all, table, k }(newScreens, bindings, keys)
	all := newScreens
	newScreens = func() []screen { return append(all(), toy) }
	bindings = append(bindings[:len(bindings):len(bindings)], binding{actionOf(5), []string{"6"}, inViews, "Screen", "", toy.tab().help})
	keys = newKeymap()

	img := image(t, demo(), nil)
	x := start(t, Options{Open: func(context.Context) (*source.Image, error) { return img, nil }}, 100, 30)
	x.until("6 Toys 7")
	x.keys("6")
	s := x.until("a bear")
	if !strings.Contains(s, "[6 Toys 7]") {
		t.Errorf("its tab is not the chosen one:\n%s", s)
	}
	x.keys("down", "tab", "y")
	x.until("copied the toy, 4 bytes")
	x.p.Send(tea.MouseClickMsg{X: 10, Y: 10, Button: tea.MouseLeft})
	x.keys("?", "/")
	x.lit("toys")
	x.until("Toys: for a test")
	x.keys("esc", "/")
	x.lit("this layer")
	x.until("No key does that") // Explore's keys are not the toys'
	x.keys("esc", "esc", "esc")
	x.until("[1 Explore]")
	x.quit()
	if toy.opens != 1 || toy.visits != 1 || toy.clicks != 1 || len(toy.got) != 2 || toy.got[0] != actDown || toy.got[1] != actNextPane {
		t.Errorf("%+v", toy)
	}
}
