package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/finding"
	"peel/analyzer/text"
)

// ScanPackages is the name that --scanners has for the software in an image; the
// other names are those of the families of checks.
const ScanPackages = "packages"

func findingOf(f finding.Finding) Finding {
	out := Finding{
		ID: f.ID, Severity: f.Severity.String(), Confidence: f.Confidence.String(), Title: f.Title,
		Line: f.Line, Where: text.UTF8(f.Where),
		Layer: f.Layer, FirstLayer: f.FirstLayer, LastLayer: f.LastLayer, DeletedIn: f.DeletedIn,
		Bytes: f.Bytes, FromBase: f.FromBase,
		Fingerprint: f.Fingerprint, Match: text.UTF8(f.Match), Reason: text.UTF8(f.Reason), Also: f.Also,
	}
	if f.Path != "" {
		out.Path = "/" + text.UTF8(f.Path)
	}
	for _, p := range f.Paths {
		out.Paths = append(out.Paths, "/"+text.UTF8(p))
	}
	out.PathCount = f.PathCount
	return out
}

func checkOf(o check.Outcome) Check {
	return Check{o.ID, o.Family, o.Status.String(), o.Reason, o.Findings}
}

func scoreOf(s *check.Score) *Score {
	if s == nil {
		return nil
	}
	return &Score{
		Value: s.Value, Families: s.Families, Unknown: s.Unknown,
		Lost: each(s.Lost, func(l check.Loss) Loss { return Loss{l.ID, l.Severity.String(), l.Fingerprint, l.Points} }),
	}
}

// How many findings the text report tells one by one.
const (
	maxFindings = 20
	maxVerbose  = 50
)

// findings come before the waste: they cannot wait.
func (t *textWriter) findings() {
	if len(t.r.Scanners) == 0 {
		return
	}
	t.section()
	t.score()
	list := t.r.Findings
	if len(list) == 0 {
		t.line("No findings%s.", t.inPart())
		return
	}
	atLeast := t.atLeast()
	if t.r.Image.WithheldFiles > 0 {
		atLeast = "at least "
	}
	t.line("%s.", capital(atLeast+plural(len(list), "finding")+severityCounts(list)+t.fromBase()))
	told := slices.IndexFunc(list, func(f Finding) bool { return f.Severity == finding.Info.String() })
	if told < 0 {
		told = len(list)
	}
	most := t.most(told)
	for i, f := range list[:most] {
		t.finding(i+1, f)
	}
	if told > most {
		t.line("And %s more; peel findings has them all.", plural(told-most, "finding"))
	}
	if t.all || t.opts.Verbose {
		t.informed(list[told:])
		t.prose("", "peel checks ID explains a finding, and how to fix it.")
	} else if n := len(list) - told; n > 0 {
		t.line("And %s for information.", plural(n, "finding"))
	}
}

// most is how many of n findings are told.
func (t *textWriter) most(n int) int {
	if t.all {
		return n
	}
	if t.opts.Verbose {
		return min(n, maxVerbose)
	}
	return min(n, maxFindings)
}

// informed tells in one line each what is no fault.
func (t *textWriter) informed(list []Finding) {
	most := t.most(len(list))
	for i, f := range list {
		if i == most {
			t.line("And %s more; peel findings has them all.", plural(len(list)-i, "finding"))
			return
		}
		line := fmt.Sprintf("Info. %s %s", f.ID, text.Clean(f.Title))
		if place := f.place(); place != "" {
			line += ": " + place
		}
		if f.Bytes != nil {
			line += ", " + text.Bytes(*f.Bytes)
		}
		t.line("%s", t.cut(line))
	}
}

// score says how the image fares, and of what that is said.
func (t *textWriter) score() {
	s := t.r.Score
	if s == nil {
		return
	}
	atMost, unknown := "", ""
	if s.Unknown > 0 {
		atMost = "at most "
		unknown = fmt.Sprintf(" %s had no answer.", plural(s.Unknown, "check"))
	}
	t.prose("", "Score %s%d of 100, by %s.%s", atMost, s.Value, strings.Join(s.Families, ", "), unknown)
}

// place is where a finding is, cleaned.
func (f *Finding) place() string {
	if f.Path == "" {
		return text.Clean(f.Where)
	}
	place := text.Clean(f.Path)
	if f.Line > 0 {
		place += ", line" + glue + strconv.Itoa(f.Line)
	}
	if f.PathCount > 1 {
		place += fmt.Sprintf(" and %s more", plural(f.PathCount-1, "file"))
	}
	return place
}

func (t *textWriter) inPart() string {
	if t.r.Partial {
		return " in what was read"
	}
	return ""
}

func (t *textWriter) finding(n int, f Finding) {
	place := f.place()
	switch {
	case f.Path != "":
		place = "file " + place
	case place != "":
		place = "at " + place
	}
	t.prose("", "Finding %d of %d. %s. %s %s. %s.", n, len(t.r.Findings), capital(f.Severity), f.ID, text.Clean(f.Title), capital(place))
	if f.Layer != nil {
		where := "In layer" + glue + strconv.Itoa(*f.Layer+1)
		if f.DeletedIn != nil {
			where += ", removed in layer" + glue + strconv.Itoa(*f.DeletedIn+1) + ": it is still in the image"
		}
		t.prose("  ", "%s.", where)
	}
	if f.FromBase != nil && *f.FromBase {
		t.prose("  ", "It comes with the base image.")
	}
	for _, p := range f.Paths[min(1, len(f.Paths)):min(len(f.Paths), t.opts.Paths)] {
		t.line("  %s", text.Clean(p))
	}
	if f.Match != "" {
		t.prose("  ", "Match: %s", text.Clean(f.Match))
	}
	if f.Reason != "" {
		t.prose("  ", "%s.", strings.TrimSuffix(capital(text.Clean(f.Reason)), "."))
	}
}

// severityCounts is ": 2 critical, 1 low", gravest first.
func severityCounts(list []Finding) string {
	var parts []string
	for _, s := range []finding.Severity{finding.Critical, finding.High, finding.Medium, finding.Low, finding.Info} {
		n := 0
		for _, f := range list {
			if f.Severity == s.String() {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, strconv.Itoa(n)+glue+s.String())
		}
	}
	return ": " + strings.Join(parts, ", ")
}

// capital begins a sentence with s.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
