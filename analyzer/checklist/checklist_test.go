package checklist_test

import (
	"strings"
	"testing"

	_ "peel/analyzer" // links all families
	"peel/analyzer/check"
	"peel/analyzer/checklist"
	"peel/analyzer/finding"
)

// Every item is answered by checks that there are, or says why it has none.
func TestItems(t *testing.T) {
	seen := map[string]bool{}
	for _, it := range checklist.Items {
		if it.Name == "" || seen[it.Name] {
			t.Errorf("the item %q has no name of its own", it.Name)
		}
		seen[it.Name] = true
		if len(it.Checks) == 0 && it.Unseen == "" {
			t.Errorf("%s: nothing answers it", it.Name)
		}
		if it.Tells != checklist.Both && it.Unseen == "" {
			t.Errorf("%s does not say why an image may not tell", it.Name)
		}
		if (it.Tells == checklist.Neither) != (it.Near != "") {
			t.Errorf("%s: what a pass tells is %q", it.Name, it.Near)
		}
		for _, id := range it.Checks {
			if c, ok := check.Lookup(id); !ok || c.ID != id {
				t.Errorf("%s: there is no check %s", it.Name, id)
			}
		}
	}
}

// The line on secrets names every check that finds one.
func TestSecretsAreWhole(t *testing.T) {
	var line checklist.Item
	for _, it := range checklist.Items {
		if it.Name == "no secrets" {
			line = it
		}
	}
	f, _ := check.FamilyOf("secrets")
	if len(line.Checks) != len(f.Checks) {
		t.Errorf("%d checks of %d", len(line.Checks), len(f.Checks))
	}
}

func TestAnswers(t *testing.T) {
	outcome := func(id string, s check.Status, reason string) check.Outcome {
		return check.Outcome{ID: id, Status: s, Reason: reason}
	}
	lineOf := func(name string, outcomes []check.Outcome, found ...finding.Finding) checklist.Line {
		for _, l := range checklist.Of(outcomes, found) {
			if l.Item.Name == name {
				return l
			}
		}
		t.Fatalf("there is no line %q", name)
		return checklist.Line{}
	}
	root := finding.Finding{ID: "P001", Severity: finding.High}
	ok, bad := outcome("P001", check.Pass, ""), outcome("P001", check.Fail, "")
	noName := outcome("P003", check.Fail, "")
	for _, c := range []struct {
		what, item, want, reason string
		outcomes                 []check.Outcome
		found                    []finding.Finding
	}{
		{"both pass", "non-root", checklist.Pass, "", []check.Outcome{ok, outcome("P003", check.Pass, "")}, nil},
		{"a fault", "non-root", checklist.Fail, "", []check.Outcome{bad, outcome("P003", check.Pass, "")}, []finding.Finding{root}},
		{"a fault weighs more than what is not known", "non-root", checklist.Fail, "", []check.Outcome{bad}, []finding.Finding{root}},
		{"a fault too small for the item", "non-root", checklist.Pass, "", []check.Outcome{ok, noName}, []finding.Finding{{ID: "P003", Severity: finding.Low}}},
		{"no answer", "non-root", checklist.Unknown, "not read", []check.Outcome{ok, outcome("P003", check.Unknown, "not read")}, nil},
		{"not asked for", "non-root", checklist.Unknown, "not asked for", nil, nil},
		{"what comes near", "pinned base", checklist.NotVisible, "records the digest", []check.Outcome{outcome("M013", check.Pass, "")}, nil},
		{"not even that", "pinned base", checklist.NotVisible, "does not record", []check.Outcome{outcome("M013", check.Fail, "")}, []finding.Finding{{ID: "M013", Severity: finding.Low}}},
		{"faults that are not there", ".dockerignore", checklist.NotVisible, "build context", []check.Outcome{
			outcome("W008", check.Pass, ""), outcome("W014", check.Pass, ""), outcome("S024", check.Pass, ""), outcome("S025", check.Pass, ""), outcome("S031", check.Pass, "")}, nil},
		{"a fault by another name", ".dockerignore", checklist.Fail, "", []check.Outcome{
			outcome("S024", check.Pass, ""), outcome("S025", check.Fail, ""), outcome("S031", check.Pass, "")},
			[]finding.Finding{{ID: "S010", Severity: finding.High, Also: []string{"S025"}}}},
		{"the question does not arise", "no latest", checklist.NotVisible, "by a name", []check.Outcome{outcome("M023", check.NotApplicable, "a file")}, nil},
	} {
		l := lineOf(c.item, c.outcomes, c.found...)
		if l.Status != c.want || !strings.Contains(l.Reason, c.reason) || (l.Reason == "") != (c.reason == "") {
			t.Errorf("%s: %s (%s)", c.what, l.Status, l.Reason)
		}
	}
}
