package ui

import (
	"slices"
	"strings"
)

// action is what a key asks for.
type action uint8

const (
	actNone action = iota
	actQuit
	actHelp
	actNextPane
	actPrevPane
	actBack
	actZoom
	actMouse
	actSuspend
	actRedraw
	actUp
	actDown
	actOpen
	actClose
	actPageUp
	actPageDown
	actHalfUp
	actHalfDown
	actTop
	actBottom
	actEnter
	actOlder
	actNewer
	actFind
	actFindNext
	actFindPrev
	actFilter
	actFold
	actFoldAll
	actShowAdded
	actShowModified
	actShowRemoved
	actShowUnchanged
	actSort
	actReverse
	actFlat
	actAlone
	actAttrs
	actCopy
	actCopyDigest
	actRetry
	actOther
	actExplain
	actPrevFinding
	actNextFinding
	actReveal

	actScreens // and those that follow go to the screens
)

// scope says where a binding holds.
type scope uint16

const (
	everywhere scope = 1 << iota
	inFailure
	inPicker
	inExplore
	inFindings
	inPackages
	inHistory
	inRaw
)

// scopes are all of them, each of which has keys of its own.
func scopes() []scope {
	list := []scope{inFailure, inPicker}
	for _, s := range newScreens() {
		list = append(list, s.scope())
	}
	return list
}

const (
	inViews = ^(everywhere | inFailure | inPicker) // all screens, also those to come
	inTrees = inExplore | inRaw
	inLists = inExplore | inFindings | inPackages
)

// binding is one line of the key table: help and footer are made of it.
type binding struct {
	act   action
	keys  []string // the first is the one shown
	scope scope
	group string
	label string // in the footer; "" if it has no place there
	help  string
}

// bindings is the key table. No key occurs twice in a scope, and none is one
// that terminals cannot tell from Enter, Tab, newline or Escape.
var bindings = withScreens([]binding{
	{actUp, []string{"up", "k"}, inViews, "Move", "", "one line up"},
	{actDown, []string{"down", "j"}, inViews, "Move", "move", "one line down"},
	{actOpen, []string{"right", "l"}, inViews, "Move", "open", "open the directory; from the layers, go to the files"},
	{actClose, []string{"left", "h"}, inViews, "Move", "close", "close the directory, or go to the one above"},
	{actEnter, []string{"enter"}, inViews, "Move", "", "open or close; of a finding or a package, go to its file; in the history, go to the layer"},
	{actPageUp, []string{"pgup", "u"}, inViews, "Move", "", "one page up"},
	{actPageDown, []string{"pgdown", "d"}, inViews, "Move", "", "one page down"},
	{actHalfUp, []string{"ctrl+u"}, inViews, "Move", "", "half a page up"},
	{actHalfDown, []string{"ctrl+d"}, inViews, "Move", "", "half a page down"},
	{actTop, []string{"g", "home"}, inViews, "Move", "", "to the first line"},
	{actBottom, []string{"G", "end"}, inViews, "Move", "", "to the last line"},
	{actNextPane, []string{"tab"}, inViews, "Move", "pane", "next pane"},
	{actPrevPane, []string{"shift+tab"}, inViews, "Move", "", "previous pane"},

	{actOlder, []string{"["}, inExplore, "Layers", "layer", "the layer below, from any pane"},
	{actNewer, []string{"]"}, inExplore, "Layers", "", "the layer above, from any pane"},
	{actAlone, []string{"c"}, inExplore, "Layers", "this layer only", "only what the layer itself holds, or all files up to it"},

	{actUp, []string{"up", "ctrl+p"}, inPicker, "Move", "", "one line up"},
	{actDown, []string{"down", "ctrl+n"}, inPicker, "Move", "move", "one line down"},
	{actPageUp, []string{"pgup"}, inPicker, "Move", "", "one page up"},
	{actPageDown, []string{"pgdown"}, inPicker, "Move", "", "one page down"},
	{actEnter, []string{"enter"}, inPicker, "Open", "open", "open the selected image, or what was typed"},
	{actNextPane, []string{"tab"}, inPicker, "Open", "complete", "put the selected image into the line, to change it"},
	{actBack, []string{"esc"}, inPicker, "Open", "leave", "clear what was typed; then go back to the image, or quit"},

	{actFilter, []string{"f", "ctrl+f"}, inLists, "Find", "filter", "show only what matches; its words are below"},
	{actFind, []string{"/"}, inLists, "Find", "find", "jump to the next name that matches"},
	{actFindNext, []string{"n"}, inLists, "Find", "", "next match"},
	{actFindPrev, []string{"N"}, inLists, "Find", "", "previous match"},
	{actBack, []string{"esc"}, inViews, "Find", "", "clear the filter, leave the zoom, go back, stop reading; never quits"},

	{actNextFinding, []string{"}"}, inViews, "Findings", "", "to the next finding, and its file or place"},
	{actPrevFinding, []string{"{"}, inViews, "Findings", "finding", "to the previous finding"},
	{actExplain, []string{"i"}, inExplore | inFindings | inPackages | inHistory, "Findings", "explain", "why it matters and how to mend it; the explanation alone"},
	{actReveal, []string{"V"}, inFindings, "Findings", "show secrets", "show or hide the secret in clear, with --show-secrets"},

	{actFold, []string{"space"}, inTrees | inFindings, "Files", "fold", "fold or unfold the directory, or the group of findings"},
	{actFoldAll, []string{"E", "ctrl+space", "ctrl+@"}, inTrees, "Files", "fold all", "fold or unfold all directories"},
	{actShowAdded, []string{"+", "ctrl+a"}, inExplore, "Files", "changes", "show or hide what the layer adds"},
	{actShowRemoved, []string{"-", "ctrl+r"}, inExplore, "Files", "", "show or hide what is removed"},
	{actShowModified, []string{"~"}, inExplore, "Files", "", "show or hide what the layer modifies"},
	{actShowUnchanged, []string{"="}, inExplore, "Files", "", "show or hide what the layer leaves as it was"},
	{actSort, []string{"s", "ctrl+o"}, inLists, "Files", "sort", "next order: size, waste, changes, name; of findings: severity, path, layer, check; of packages: size, name, type, layer, state"},
	{actReverse, []string{"S"}, inLists, "Files", "", "reverse the order"},
	{actFlat, []string{"t"}, inExplore, "Files", "flat", "one flat list of all files, or the tree"},
	{actAttrs, []string{"b", "ctrl+b"}, inExplore, "Files", "attributes", "show or hide mode and owner"},

	{actCopy, []string{"y"}, inViews | inFailure, "Copy", "copy", "copy the path, the value or the message; of a package, its purl"},
	{actCopyDigest, []string{"Y"}, inExplore | inFindings | inPackages | inHistory, "Copy", "", "copy the digest; of a finding, the fix; of a package, its name and version"},

	{actZoom, []string{"z"}, inViews, "Screen", "zoom", "the pane alone, or all panes"},
	{actMouse, []string{"%"}, inViews | inPicker, "Screen", "", "mouse on or off (off: the terminal selects text)"},
	{actOther, []string{"O"}, inViews | inFailure, "Screen", "other image", "open another image"},
	{actBack, []string{"esc"}, inFailure, "Screen", "", "back to the list, if the image was picked from one"},
	{actRetry, []string{"r"}, inFailure, "Screen", "retry", "open the image again"},
	{actRetry, []string{"r"}, inPackages, "Screen", "retry", "list the packages after all, if that was stopped or failed"},
	{actHelp, []string{"?", "f1"}, everywhere, "Screen", "help", "this help"},
	{actRedraw, []string{"ctrl+l"}, everywhere, "Screen", "", "draw the screen anew"},
	{actSuspend, []string{"ctrl+z"}, everywhere, "Screen", "", "suspend"},
	{actQuit, []string{"q", "ctrl+c"}, inViews | inFailure, "Screen", "quit", "quit, at once"},
	{actQuit, []string{"ctrl+c"}, inPicker, "Screen", "quit", "quit, at once"},
})

// withScreens puts the keys of the screens before the other keys of their group.
func withScreens(table []binding) []binding {
	at := slices.IndexFunc(table, func(b binding) bool { return b.group == "Screen" })
	for i, s := range newScreens() {
		t := s.tab()
		table = slices.Insert(table, at+i, binding{actionOf(i), []string{t.key}, inViews, "Screen", t.label, t.help})
	}
	return table
}

// keymap finds the action of a key in each scope.
type keymap map[scope]map[string]action

var keys = newKeymap()

func newKeymap() keymap {
	m := keymap{}
	for _, s := range scopes() {
		m[s] = map[string]action{}
		for i := range bindings {
			if b := &bindings[i]; b.scope&(s|everywhere) != 0 {
				for _, k := range b.keys {
					m[s][k] = b.act
				}
			}
		}
	}
	return m
}

// bindingOf is the table's line of an action in a scope; nil if it has none there.
func bindingOf(a action, s scope) *binding {
	for i := range bindings {
		if bindings[i].act == a && bindings[i].scope&(s|everywhere) != 0 {
			return &bindings[i]
		}
	}
	return nil
}

var keyNames = map[string]string{
	"up": "↑", "down": "↓", "left": "←", "right": "→", "pgup": "PgUp", "pgdown": "PgDn",
	"home": "Home", "end": "End", "enter": "Enter", "tab": "Tab", "shift+tab": "Shift+Tab",
	"space": "Space", "esc": "Esc", "f1": "F1", "ctrl+space": "Ctrl+Space",
}

// keyName is how a key is printed.
func keyName(k string) string {
	if n, ok := keyNames[k]; ok {
		return n
	}
	if rest, ok := strings.CutPrefix(k, "ctrl+"); ok {
		return "Ctrl+" + strings.ToUpper(rest)
	}
	return k
}

// allKeys lists the keys of a binding for the help.
func (b *binding) allKeys() string {
	var names []string
	for _, k := range b.keys {
		if k != "ctrl+@" { // how some terminals send ctrl+space
			names = append(names, keyName(k))
		}
	}
	return strings.Join(names, " ")
}
