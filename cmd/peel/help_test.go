package main

import "testing"

func TestUnwrap(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		"one line":                 "one line",
		"two\nlines.\n\nand\nmore": "two lines.\n\nand more",
		"a list:\n  x\n  y\n\nend": "a list:\n  x\n  y\n\nend",
		"  x\nafter":               "  x\nafter",
	} {
		if got := unwrap(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
