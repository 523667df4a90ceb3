package ui

import "testing"

// Guards against a tree of "layers 1–0".
func TestMergedWords(t *testing.T) {
	for want, n := range map[string][2]int{
		"none of 9 layers": {0, 9}, "none of 1 layer": {0, 1}, "layer 1 of 9": {1, 9}, "layers 1–2 of 9": {2, 9}, "layers 1–9 of 9": {9, 9},
	} {
		if got := mergedWords(n[0], n[1]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
