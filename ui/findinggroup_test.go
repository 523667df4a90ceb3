package ui

import (
	"strings"
	"testing"

	"peel/analyzer/check"
)

// TestFindingGroups opens and closes the line of a group, and goes through it as
// through the findings that it holds.
func TestFindingGroups(t *testing.T) {
	x := start(t, searchingFor(t, "sample:", check.Families()...), 100, 40)
	x.until("whole image")
	x.keys("2")
	s := x.until("missing labels 4×")
	if strings.Contains(s, "missing label source") {
		t.Fatalf("the group is open:\n%s", s)
	}
	x.keys("/")
	x.lit("licenses")
	x.keys("enter")
	s = x.until("4 findings")
	if !strings.Contains(s, "▸○ ▸ missing labels 4×") {
		t.Errorf("find does not look into the group:\n%s", s)
	}
	x.keys("right")
	s = x.until("missing label source")
	for _, want := range []string{"▾ missing labels 4×", "M005", "M009", "missing label licenses"} {
		if !strings.Contains(s, want) {
			t.Errorf("no %q in\n%s", want, s)
		}
	}
	x.keys("down", "down")
	x.until("M006 missing label version")
	x.keys("left")
	x.until("▸○ ▸ missing labels 4×")
	x.keys("}")
	x.until("▸○   missing label source")
	x.keys("f")
	x.lit("M00*")
	x.keys("enter")
	x.until("4 of 34")
	x.keys("esc", "s")
	if s := x.until("by path"); strings.Contains(s, "missing labels 4×") {
		t.Errorf("by path there are groups:\n%s", s)
	}
}
