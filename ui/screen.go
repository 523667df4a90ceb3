package ui

import (
	tea "charm.land/bubbletea/v2"

	"peel/ui/theme"
)

// screen is one view of an opened image. The program knows none by name: a new
// one is a file that implements this, best around plainScreen, and a line in
// newScreens. Its methods get the program for what all share: the image, the
// theme, the notice.
type screen interface {
	// tab names it, and badge says how much is in it, "" for nothing.
	tab() tab
	badge(m *Model) string
	// scope is its part of the key table.
	scope() scope

	// opened is called for another image, shown for another state of its analysis.
	opened(m *Model)
	shown(m *Model)
	// enter is called when somebody comes to it, place before each drawing.
	enter(m *Model) tea.Cmd
	place(m *Model)
	// body gives its lines, each as wide as that.
	body(m *Model) []string

	// act carries out an action of its scope that the program has not.
	act(m *Model, a action) tea.Cmd
	// undo undoes one thing, and reports whether there was any.
	undo(m *Model) bool
	// clicked and wheeled get places on the screen; by is in lines.
	clicked(m *Model, at tea.Mouse) tea.Cmd
	wheeled(m *Model, at tea.Mouse, by int) tea.Cmd
	// copied is what is selected: what y takes, or what Y does.
	copied(m *Model, other bool) (what, s string)
	// explains tells of what is selected.
	explains(m *Model) tea.Cmd

	// searched is the list that find and filter work on; nil for none.
	searched() searched
	// findAs reads what find looks for.
	findAs(m *Model, line string) (*filter, error)
	// hints are for the footer, label what it says of an action; "" takes the
	// words of the key table. legend adds to its second line.
	hints(m *Model) [2][]hint
	label(m *Model, a action) (words string, own bool)
	legend(m *Model, l *line, reserve int)
	// zooms reports whether its panes can be zoomed.
	zooms() bool
	// themed gives it the theme.
	themed(th *theme.Theme)
}

// tab is how a screen is chosen.
type tab struct {
	key, name string
	help      string // for the list of keys
	label     string // in the footer
}

// newScreens are all there are, in the order of their tabs. A test adds one.
var newScreens = func() []screen {
	return []screen{newExplore(), &findingsPane{}, &packagesPane{}, &historyPane{}, &rawPane{}}
}

// actionOf is the action that goes to a screen, by its place among them.
func actionOf(i int) action { return actScreens + action(i) }

// The actions of the screens that footers name.
const (
	actExplore = actScreens
	actHistory = actScreens + 3
	actRaw     = actScreens + 4
)

// screenOf finds the screen of a type, for those that lead to another one.
func screenOf[T screen](m *Model) T {
	for _, s := range m.screens {
		if t, ok := s.(T); ok {
			return t
		}
	}
	var none T
	return none
}

func (m *Model) explore() *exploreScreen { return screenOf[*exploreScreen](m) }
func (m *Model) finds() *findingsPane    { return screenOf[*findingsPane](m) }
func (m *Model) pkgs() *packagesPane     { return screenOf[*packagesPane](m) }
func (m *Model) history() *historyPane   { return screenOf[*historyPane](m) }
func (m *Model) raw() *rawPane           { return screenOf[*rawPane](m) }

// on reports whether a screen is the present one.
func (m *Model) on(s screen) bool { return m.at == s }

// plainScreen is a screen with nothing on it, for others to build on.
type plainScreen struct{}

func (plainScreen) badge(*Model) string                    { return "" }
func (plainScreen) opened(*Model)                          {}
func (plainScreen) shown(*Model)                           {}
func (plainScreen) enter(*Model) tea.Cmd                   { return nil }
func (plainScreen) place(*Model)                           {}
func (plainScreen) undo(*Model) bool                       { return false }
func (plainScreen) wheeled(*Model, tea.Mouse, int) tea.Cmd { return nil }
func (plainScreen) searched() searched                     { return nil }
func (plainScreen) findAs(m *Model, line string) (*filter, error) {
	return parseFileFilter(m.analysis, line)
}
func (plainScreen) hints(m *Model) [2][]hint                      { return [2][]hint{{{actBack}}, {}} }
func (plainScreen) label(*Model, action) (words string, own bool) { return "", false }
func (plainScreen) legend(*Model, *line, int)                     {}
func (plainScreen) zooms() bool                                   { return false }
func (plainScreen) themed(*theme.Theme)                           {}

func (plainScreen) explains(m *Model) tea.Cmd {
	m.notice = "no findings here"
	return nil
}
