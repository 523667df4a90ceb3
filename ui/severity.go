package ui

import (
	"fmt"
	"strings"

	"peel/analyzer/finding"
	"peel/ui/theme"
)

// severityGlyphs tell the severities where there is no room for words.
var severityGlyphs = [...]string{
	finding.Info: theme.Info, finding.Low: theme.Low, finding.Medium: theme.Medium,
	finding.High: theme.High, finding.Critical: theme.Critical,
}

// severityGlyph is one column wide.
func severityGlyph(s finding.Severity) string {
	return severityGlyphs[min(int(s), len(severityGlyphs)-1)]
}

func severityStyle(th *theme.Theme, s finding.Severity) theme.Style {
	switch s {
	case finding.Critical:
		return th.Error
	case finding.High:
		return th.Waste
	case finding.Medium:
		return th.Modified
	case finding.Low:
		return th.Text
	}
	return th.Dim
}

// gravestFirst are the severities in the order in which they are told.
var gravestFirst = []finding.Severity{finding.Critical, finding.High, finding.Medium, finding.Low, finding.Info}

// tally counts findings by severity.
type tally [len(severityGlyphs)]int

func tallyOf(list []finding.Finding) (t tally) {
	for i := range list {
		t[min(int(list[i].Severity), len(t)-1)]++
	}
	return t
}

// words are "1 critical, 3 high", or with glyphs "✖ 1 critical  ▲ 3 high".
func (t tally) words(sep string, glyphs bool) string {
	var parts []string
	for _, s := range gravestFirst {
		if t[s] == 0 {
			continue
		}
		w := fmt.Sprintf("%d %s", t[s], s)
		if glyphs {
			w = severityGlyph(s) + " " + w
		}
		parts = append(parts, w)
	}
	return strings.Join(parts, sep)
}
