package ui

import (
	"slices"
	"testing"
)

// No key means two things in one place, and none is one that a terminal cannot
// tell from Enter, Tab, newline or Escape.
func TestKeysDoNotClash(t *testing.T) {
	for _, s := range scopes() {
		seen := map[string]action{}
		for _, b := range bindings {
			if b.scope&(s|everywhere) == 0 {
				continue
			}
			for _, k := range b.keys {
				if old, ok := seen[k]; ok {
					t.Errorf("scope %d: %q is %d and %d", s, k, old, b.act)
				}
				seen[k] = b.act
			}
		}
	}
	for _, b := range bindings {
		for _, k := range b.keys {
			if slices.Contains([]string{"ctrl+m", "ctrl+i", "ctrl+j", "ctrl+["}, k) {
				t.Errorf("%q cannot be told from another key", k)
			}
		}
	}
}

// A key keeps its meaning from one screen to the next.
func TestKeysKeepTheirMeaning(t *testing.T) {
	meaning := map[string]action{}
	for _, b := range bindings {
		for _, k := range b.keys {
			if b.scope == inPicker && k == "tab" {
				continue // a line is typed there, which it completes as in a shell
			}
			if old, ok := meaning[k]; ok && old != b.act {
				t.Errorf("%q means %d and %d", k, old, b.act)
			}
			meaning[k] = b.act
		}
	}
}

// The keys of dive do what they did there, as far as terminals allow.
func TestKeysOfDive(t *testing.T) {
	for key, act := range map[string]action{
		"tab": actNextPane, "space": actFold, "ctrl+space": actFoldAll, "ctrl+a": actShowAdded, "ctrl+r": actShowRemoved,
		"ctrl+f": actFilter, "ctrl+b": actAttrs, "ctrl+o": actSort, "u": actPageUp, "d": actPageDown, "ctrl+z": actSuspend,
		"h": actClose, "j": actDown, "k": actUp, "l": actOpen, "ctrl+c": actQuit, "q": actQuit,
	} {
		if got := keys[inExplore][key]; got != act {
			t.Errorf("%s is %d, want %d", key, got, act)
		}
	}
}

// The help and the footer are made of the table, so all of it needs words.
func TestBindingsAreDescribed(t *testing.T) {
	for _, b := range bindings {
		if b.help == "" || b.group == "" || len(b.keys) == 0 || b.scope == 0 {
			t.Errorf("binding %d lacks help, group, keys or scope: %+v", b.act, b)
		}
	}
	check := func(s scope, lines [2][]hint) {
		for _, list := range lines {
			for _, h := range list {
				for _, a := range h {
					if bindingOf(a, s) == nil {
						t.Errorf("the footer of scope %d shows action %d, which it does not have", s, a)
					}
				}
			}
		}
	}
	check(inFailure, failureHints)
	check(inPicker, pickerHints)
	m := newModel(t.Context(), Options{})
	for _, s := range m.screens {
		check(s.scope(), s.hints(m))
		if tab := s.tab(); tab.key == "" || tab.name == "" || tab.help == "" {
			t.Errorf("a screen's tab lacks something: %+v", tab)
		}
	}
}
