package check

import (
	"peel/analyzer/finding"
)

// Score is one figure for an image, from 0 to 100.
//
// It starts at 100. Each check that has findings loses the points of its
// gravest finding, once, however many files are concerned; together the checks
// of one family lose no more than the family's share. Nothing else is counted,
// so every point lost is that of a finding.
type Score struct {
	Value    int      // 100 minus what Lost adds up to
	Lost     []Loss   // gravest first
	Families []string // that were looked at
	// Unknown is how many of their checks had no answer. Above 0 the true value
	// may be lower.
	Unknown int
}

// Loss is the points of one check.
type Loss struct {
	ID          string
	Fingerprint string // of the finding
	Severity    finding.Severity
	Points      int
}

// points are what a check loses by its gravest finding.
var points = map[finding.Severity]int{
	finding.Critical: 40, finding.High: 15, finding.Medium: 5, finding.Low: 1, finding.Info: 0,
}

// maxPoints are what a family can lose. A secret can cost it all: who has the
// image has the secret. Hints from the history's text weigh little. Waste costs
// time and money, and harms nobody else: no check of it is worse than medium.
var maxPoints = map[string]int{"secrets": 100, "permissions": 60, "metadata": 25, "waste": 20, "history": 10, "supply": 40}

// defaultMaxPoints is of a family that the table does not name.
const defaultMaxPoints = 40

// ScoreOf computes the score from what the checks said. The findings are
// sorted, gravest first. Nil if no check was run.
func ScoreOf(outcomes []Outcome, found []finding.Finding) *Score {
	if len(outcomes) == 0 {
		return nil
	}
	s := &Score{Value: 100}
	family := map[string]string{}
	seen := map[string]bool{}
	for _, o := range outcomes {
		family[o.ID] = o.Family
		if o.Status == Unknown {
			s.Unknown++
		}
		if !seen[o.Family] {
			seen[o.Family] = true
			s.Families = append(s.Families, o.Family)
		}
	}
	left, counted := map[string]int{}, map[string]bool{}
	for i := range found {
		f := &found[i]
		name, known := family[f.ID]
		if !known || counted[f.ID] {
			continue
		}
		counted[f.ID] = true
		s.lose(f, name, left)
	}
	return s
}

// lose takes points off, as far as the family and the whole have any left.
func (s *Score) lose(f *finding.Finding, family string, left map[string]int) {
	if _, ok := left[family]; !ok {
		left[family] = defaultMaxPoints
		if n, ok := maxPoints[family]; ok {
			left[family] = n
		}
	}
	n := min(points[f.Severity], left[family], s.Value)
	if n == 0 {
		return
	}
	left[family] -= n
	s.Value -= n
	s.Lost = append(s.Lost, Loss{f.ID, f.Fingerprint, f.Severity, n})
}
