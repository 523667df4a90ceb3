package finding_test

import (
	"encoding/json"
	"strings"
	"testing"

	. "peel/analyzer/finding"
)

func TestSeveritiesAreOrderedAndNamed(t *testing.T) {
	order := []Severity{Info, Low, Medium, High, Critical}
	for i, s := range order {
		if i > 0 && s <= order[i-1] {
			t.Errorf("%v is not graver than %v", s, order[i-1])
		}
		got, err := ParseSeverity(strings.ToUpper(s.String()))
		if err != nil || got != s {
			t.Errorf("ParseSeverity(%q) = %v, %v", s, got, err)
		}
	}
	if _, err := ParseSeverity("grave"); err == nil {
		t.Error("ParseSeverity takes any word")
	}
}

func TestJSONHoldsNoSecret(t *testing.T) {
	n := 0
	f := Finding{ID: "S010", Severity: High, Confidence: Sure, Layer: &n, Secret: "hunter2hunter2"}
	f.Mark()
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(b); strings.Contains(s, "hunter") || !strings.Contains(s, `"severity":"high"`) || !strings.Contains(s, `"layer":0`) {
		t.Error(s)
	}
	var back Finding
	if err := json.Unmarshal(b, &back); err != nil || back.Severity != High || back.Confidence != Sure {
		t.Errorf("%+v, %v", back, err)
	}
}

func TestFingerprint(t *testing.T) {
	mark := func(f Finding) string { f.Mark(); return f.Fingerprint }
	a := Finding{ID: "S010", Path: "a", Line: 1, Secret: "x"}
	moved := a
	moved.Line = 99
	if mark(a) != mark(moved) {
		t.Error("the line changes the fingerprint")
	}
	for _, other := range []Finding{{ID: "S011", Path: "a", Secret: "x"}, {ID: "S010", Path: "b", Secret: "x"}, {ID: "S010", Path: "a", Secret: "y"}} {
		if mark(other) == mark(a) {
			t.Errorf("%+v has the same fingerprint", other)
		}
	}
}

func TestSortAndCount(t *testing.T) {
	list := []Finding{{ID: "S033", Severity: Low}, {ID: "S001", Severity: Critical}, {ID: "S010", Severity: Critical}}
	Sort(list)
	if list[0].ID != "S001" || list[1].ID != "S010" || list[2].ID != "S033" {
		t.Error(list)
	}
	if n := Count(list, High); n != 2 {
		t.Error(n)
	}
}
