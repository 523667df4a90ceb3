package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"peel/ui/text"
	"peel/ui/theme"
)

// input is a line that is being typed.
type input struct {
	prompt string
	runes  []rune
	at     int
}

func (in *input) String() string { return string(in.runes) }

// Set replaces the line.
func (in *input) Set(s string) {
	in.runes = []rune(s)
	in.at = len(in.runes)
}

// Insert adds text at the cursor, on one line.
func (in *input) Insert(s string) {
	add := []rune(strings.Join(strings.Fields(" "+s+" "), " "))
	if s == " " {
		add = []rune(" ")
	}
	in.runes = append(in.runes[:in.at:in.at], append(add, in.runes[in.at:]...)...)
	in.at += len(add)
}

// Key edits the line; false if the key is none of editing.
func (in *input) Key(k tea.KeyPressMsg) bool {
	switch k.String() {
	case "left", "ctrl+b":
		in.at = max(in.at-1, 0)
	case "right", "ctrl+f":
		in.at = min(in.at+1, len(in.runes))
	case "home", "ctrl+a":
		in.at = 0
	case "end", "ctrl+e":
		in.at = len(in.runes)
	case "backspace", "ctrl+h":
		if in.at > 0 {
			in.cut(in.at-1, in.at)
		}
	case "delete":
		if in.at < len(in.runes) {
			in.cut(in.at, in.at+1)
		}
	case "ctrl+u":
		in.cut(0, in.at)
	case "ctrl+k":
		in.cut(in.at, len(in.runes))
	case "ctrl+w":
		from := in.at
		for from > 0 && in.runes[from-1] == ' ' {
			from--
		}
		for from > 0 && in.runes[from-1] != ' ' {
			from--
		}
		in.cut(from, in.at)
	case "space":
		in.Insert(" ")
	default:
		if k.Text == "" {
			return false
		}
		in.Insert(k.Text)
	}
	return true
}

func (in *input) cut(from, to int) {
	in.runes = append(in.runes[:from:from], in.runes[to:]...)
	in.at = from
}

// view draws the line with its cursor; long ones show their end.
func (in *input) view(th *theme.Theme, w int) string {
	before := text.Clean(string(in.runes[:in.at]))
	under, after := " ", ""
	if in.at < len(in.runes) {
		under = text.Clean(string(in.runes[in.at]))
		after = text.Clean(string(in.runes[in.at+1:]))
	}
	room := max(w-text.Width(in.prompt)-text.Width(under), 1)
	if text.Width(before) > room {
		before = text.CutLeft(before, room)
	}
	l := newLine(w, nil)
	return l.add(th.Key, in.prompt).add(th.Text, before).add(th.Selected, under).add(th.Text, after).String()
}
