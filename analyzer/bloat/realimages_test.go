package bloat_test

import (
	"testing"

	"peel/analyzer/checktest"
	. "peel/source/sourcetest"
)

// sudo brings one header, of 12 kB: no toolchain, and in an image of many
// megabytes nobody would miss it. What is hidden is told however little it is.
func TestTriflesOfLargeImages(t *testing.T) {
	header := Random("usr/include/sudo_plugin.h", 12_000, 1)
	for _, c := range []struct {
		layers [][]File
		id     string
		want   bool
	}{
		{[][]File{{header}}, "W010", true},
		{[][]File{{header, Random("app", 20_000_000, 2)}}, "W010", false},
		{[][]File{{header, Random("app", 20_000_000, 2)}, {Whiteout("usr/include/sudo_plugin.h")}}, "W002", true},
	} {
		found := false
		for _, f := range checktest.Analyze(t, built(c.layers...), "").Findings {
			found = found || f.ID == c.id
		}
		if found != c.want {
			t.Errorf("%s in an image of %d layers: %v, want %v", c.id, len(c.layers), found, c.want)
		}
	}
}
