package check

import (
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
)

// Run puts an image to the checks of some families. Those without a Run are
// left out: see Tally.
func Run(list []Family, img *evidence.Image) (outcomes []Outcome, found []finding.Finding) {
	for _, f := range list {
		for i := range f.Checks {
			c := &f.Checks[i]
			if c.Run == nil {
				continue
			}
			a := c.answer(img)
			for j := range a.Findings {
				a.Findings[j].Mark()
			}
			outcomes = append(outcomes, Outcome{c.ID, f.Name, a.Status, a.Reason, len(a.Findings)})
			found = append(found, a.Findings...)
		}
	}
	finding.Sort(found)
	return outcomes, found
}

const partly = "the image was not wholly read"

// answer runs the check if there is evidence for it. Nothing passes on files
// that were read in part, and what was found in them may have been mended in
// what was not.
func (c *Check) answer(img *evidence.Image) Answer {
	switch {
	case img.Config == nil && c.Needs&(Config|History) != 0:
		return Unsure("the image's config is not known")
	case c.Needs&History != 0 && !img.HasHistory():
		return Unsure("the image has no history of how it was built")
	case c.Needs&Files != 0 && img.IsWindows():
		return Moot("the image is for Windows, whose files have other places and permissions")
	}
	a := c.Run(c, img)
	if c.Needs&(Files|Layers) == 0 || !img.Partial {
		return a
	}
	if a.Status == Pass {
		return Unsure(partly)
	}
	for i := range a.Findings {
		f := &a.Findings[i]
		f.Confidence = min(f.Confidence, finding.Likely)
		if f.Reason != "" {
			f.Reason += "; "
		}
		f.Reason += partly + ": a later layer may change this"
	}
	return a
}

// Tally is the outcomes of a family whose findings come from elsewhere. Partial
// says that not all was looked at.
func Tally(f Family, found []finding.Finding, partial bool) []Outcome {
	count := map[string]int{}
	for i := range found {
		count[found[i].ID]++
		for _, also := range found[i].Also {
			count[also]++
		}
	}
	var list []Outcome
	for _, c := range f.Checks {
		o := Outcome{ID: c.ID, Family: f.Name, Status: Pass, Findings: count[c.ID]}
		switch {
		case o.Findings > 0:
			o.Status = Fail
		case partial:
			o.Status, o.Reason = Unknown, partly
		}
		list = append(list, o)
	}
	return list
}
