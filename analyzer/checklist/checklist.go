// Package checklist puts what became of the checks into the few lines that
// people ask of a production image.
//
// Items is the table; Of answers it.
package checklist

import (
	"slices"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/finding"
)

// The answers of a line.
const (
	Pass       = "pass"
	Fail       = "fail"
	Unknown    = "unknown"     // the evidence is missing here
	NotVisible = "not-visible" // no image tells
)

// Line is the answer of one item.
type Line struct {
	Item   Item
	Status string
	Reason string // why it is unknown or not visible
	Checks []Check
}

// Check is what one check says on a line.
type Check struct {
	ID       string
	Status   string // as check.Status is written
	Reason   string
	Findings []*finding.Finding // those that count, gravest first
}

// Of answers all items by what the checks said and found.
func Of(outcomes []check.Outcome, found []finding.Finding) []Line {
	lines := make([]Line, len(Items))
	for i, it := range Items {
		lines[i] = answer(it, outcomes, found)
	}
	return lines
}

func answer(it Item, outcomes []check.Outcome, found []finding.Finding) Line {
	l := Line{Item: it, Status: NotVisible}
	failed, passed := false, false
	var unknown []string
	for _, id := range it.Checks {
		c := Check{ID: id, Status: check.Unknown.String(), Reason: "it was not asked for"}
		if i := slices.IndexFunc(outcomes, func(o check.Outcome) bool { return o.ID == id }); i >= 0 {
			c.Status, c.Reason = outcomes[i].Status.String(), outcomes[i].Reason
		}
		c.count(it, found)
		switch c.Status {
		case check.Fail.String():
			failed = true
		case check.Pass.String():
			passed = true
		case check.Unknown.String():
			if !slices.Contains(unknown, c.Reason) {
				unknown = append(unknown, c.Reason)
			}
		}
		l.Checks = append(l.Checks, c)
	}
	switch {
	case failed && it.Tells != Neither:
		l.Status = Fail
	case len(unknown) > 0:
		l.Status, l.Reason = Unknown, strings.Join(unknown, "; ")
	case passed && it.Tells == Both:
		l.Status = Pass
	case passed && it.Tells == Neither:
		l.Reason = it.Near
	case it.Unseen != "":
		l.Reason = it.Unseen
	case len(l.Checks) > 0:
		l.Reason = l.Checks[0].Reason
	}
	return l
}

// count keeps the findings that are grave enough for the item; if there are
// none, the check has passed as far as the item goes.
func (c *Check) count(it Item, found []finding.Finding) {
	if c.Status != check.Fail.String() {
		return
	}
	for i := range found {
		f := &found[i]
		if f.Severity >= it.From && (f.ID == c.ID || slices.Contains(f.Also, c.ID)) {
			c.Findings = append(c.Findings, f)
		}
	}
	if len(c.Findings) == 0 {
		c.Status = check.Pass.String()
	}
}
