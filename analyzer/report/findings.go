package report

import (
	"slices"
	"strconv"
	"strings"

	"peel/analyzer"
	"peel/analyzer/finding"
	"peel/analyzer/text"
)

// The families of checks, by the names that --scanners takes.
const (
	ScanWaste   = "waste"
	ScanSecrets = "secrets"
)

func scannersOf(a *analyzer.Analysis) []string {
	list := []string{ScanWaste}
	if a.Examined {
		list = append(list, ScanSecrets)
	}
	return list
}

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
	return out
}

// maxFindings bounds the findings that the text report tells one by one.
const maxFindings = 50

// findings come before the waste: they cannot wait.
func (t *textWriter) findings() {
	if !slices.Contains(t.r.Scanners, ScanSecrets) {
		return
	}
	t.section()
	list := t.r.Findings
	if len(list) == 0 {
		t.line("No secrets found%s.", t.inPart())
		return
	}
	atLeast := t.atLeast()
	if t.r.Image.WithheldFiles > 0 {
		atLeast = "at least "
	}
	t.line("%s.", capital(atLeast+plural(len(list), "finding")+severityCounts(list)))
	for i, f := range list {
		if i == maxFindings {
			t.line("And %s more; the JSON report has them all.", plural(len(list)-i, "finding"))
			break
		}
		t.finding(i+1, f)
	}
}

func (t *textWriter) inPart() string {
	if t.r.Partial {
		return " in what was read"
	}
	return ""
}

func (t *textWriter) finding(n int, f Finding) {
	place := text.Clean(f.Where)
	if f.Path != "" {
		place = "file " + text.Clean(f.Path)
		if f.Line > 0 {
			place += ", line" + glue + strconv.Itoa(f.Line)
		}
	}
	t.prose("", "Finding %d of %d. %s. %s %s. %s.", n, len(t.r.Findings), capital(f.Severity), f.ID, text.Clean(f.Title), capital(place))
	if f.Layer != nil {
		where := "In layer" + glue + strconv.Itoa(*f.Layer+1)
		if f.DeletedIn != nil {
			where += ", removed in layer" + glue + strconv.Itoa(*f.DeletedIn+1) + ": it is still in the image"
		}
		t.prose("  ", "%s.", where)
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
