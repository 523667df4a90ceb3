package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"peel/analyzer"
	"peel/analyzer/checklist"
	"peel/analyzer/text"
)

// ChecklistLine is one line of the checklist of a production image.
type ChecklistLine struct {
	Item   string          `json:"item"`
	Status string          `json:"status"` // pass, fail, unknown or not-visible
	Reason string          `json:"reason,omitempty"`
	Checks []ChecklistRule `json:"checks"` // that answer it
}

// ChecklistRule is what one check says on a line.
type ChecklistRule struct {
	ID       string    `json:"id"`
	Status   string    `json:"status"` // as Check.Status
	Reason   string    `json:"reason,omitempty"`
	Findings []Finding `json:"findings"` // that count, gravest first
}

// Checklist answers the checklist of a production image by an analysis.
func Checklist(a *analyzer.Analysis) []ChecklistLine {
	return each(checklist.Of(a.Checks, a.Findings), func(l checklist.Line) ChecklistLine {
		return ChecklistLine{l.Item.Name, l.Status, l.Reason, each(l.Checks, func(c checklist.Check) ChecklistRule {
			rule := ChecklistRule{c.ID, c.Status, c.Reason, []Finding{}}
			for _, f := range c.Findings {
				rule.Findings = append(rule.Findings, findingOf(*f))
			}
			return rule
		})}
	})
}

// statusWords are how people read a line's status.
var statusWords = map[string]string{checklist.NotVisible: "not visible in an image"}

func wordOf(status string) string {
	if w := statusWords[status]; w != "" {
		return w
	}
	return status
}

// maxToldRules bounds the checks that a line names one by one.
const maxToldRules = 6

// WriteChecklist writes the lines for people: what was asked, the answer, the
// checks it is by, and of faults where they are.
func WriteChecklist(w io.Writer, r *Report, lines []ChecklistLine) error {
	t := &textWriter{out: bufio.NewWriter(w), r: r, opts: TextOptions{}.defaults()}
	t.partial()
	t.section()
	var counts []string
	for _, s := range []string{checklist.Pass, checklist.Fail, checklist.Unknown, checklist.NotVisible} {
		n := 0
		for _, l := range lines {
			if l.Status == s {
				n++
			}
		}
		counts = append(counts, fmt.Sprintf("%d %s", n, wordOf(s)))
	}
	t.line("Checklist of a production image: %s.", strings.Join(counts, ", "))
	for _, l := range lines {
		t.checklistLine(l)
	}
	if slices.ContainsFunc(lines, func(l ChecklistLine) bool { return l.Status == checklist.Fail }) {
		t.section()
		t.prose("", "peel checks ID explains a check, and how to mend what it found.")
	}
	return flushing(t)
}

func (t *textWriter) checklistLine(l ChecklistLine) {
	by := ""
	if len(l.Checks) > 0 {
		by = " (" + ruleNames(l.Checks) + ")"
	}
	status := wordOf(l.Status)
	if l.Status == checklist.Fail {
		status = "FAIL"
	}
	t.prose("", "%s: %s%s", l.Item, status, by)
	if l.Reason != "" {
		t.prose("    ", "%s.", capital(text.Clean(l.Reason)))
	}
	if l.Status != checklist.Fail {
		return
	}
	left := t.opts.Paths
	told := map[string]bool{} // a finding may be one of several checks
	for _, c := range l.Checks {
		for _, f := range c.Findings {
			if told[f.Fingerprint] {
				continue
			}
			told[f.Fingerprint] = true
			if left--; left < 0 {
				t.line("    and more: peel findings has them all")
				return
			}
			line := fmt.Sprintf("    %s %s, %s", f.ID, f.Severity, text.Clean(f.Title))
			if place := f.place(); place != "" {
				line += ": " + place
			}
			t.line("%s", t.cut(line))
		}
	}
}

// ruleNames are the ids of a line's checks; of many the first and the last.
func ruleNames(list []ChecklistRule) string {
	if len(list) > maxToldRules {
		return fmt.Sprintf("%s to %s, %d checks", list[0].ID, list[len(list)-1].ID, len(list))
	}
	return strings.Join(each(list, func(c ChecklistRule) string { return c.ID }), ", ")
}

// WriteFindings writes all findings for people, as WriteText does the first.
func WriteFindings(w io.Writer, r *Report, opts TextOptions) error {
	t := &textWriter{out: bufio.NewWriter(w), r: r, opts: opts.defaults(), all: true}
	t.partial()
	t.attached()
	t.findings()
	t.oddities()
	return flushing(t)
}

func flushing(t *textWriter) error {
	if err := t.out.Flush(); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}
