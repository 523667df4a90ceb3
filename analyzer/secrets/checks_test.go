package secrets

import (
	"strings"
	"testing"
)

func TestChecksAreComplete(t *testing.T) {
	known := map[string]bool{}
	for _, c := range Checks {
		if known[c.ID] {
			t.Errorf("%s is there twice", c.ID)
		}
		known[c.ID] = true
		for name, s := range map[string]string{"title": c.Title, "what": c.What, "why": c.Why, "before": c.Before, "after": c.After, "fix": c.Fix, "link": c.Link} {
			if strings.TrimSpace(s) == "" {
				t.Errorf("%s has no %s", c.ID, name)
			}
		}
	}
	for _, r := range defaultRules() {
		if !known[r.check] {
			t.Errorf("rule %s is of the check %s, which is not described", r.id, r.check)
		}
		if len(r.words) == 0 {
			t.Errorf("rule %s has no keyword", r.id)
		}
		if _, err := compile(r.pattern); err != nil {
			t.Errorf("rule %s: %v", r.id, err)
		}
	}
	for _, f := range families {
		if !known[f.check] {
			t.Errorf("family %s is not described", f.check)
		}
	}
}
