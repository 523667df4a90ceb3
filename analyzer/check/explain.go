package check

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Explain is Page as plain lines for a terminal; prose keeps to the width.
func (c *Check) Explain(width int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\nfamily %s, severity %s\n", c.ID, c.Title, c.Family(), c.Severity)
	for _, part := range []struct{ label, text string }{
		{"What", c.What}, {"Why it matters", c.Why}, {"Fix", c.Fix},
	} {
		fmt.Fprintf(&b, "\n%s\n%s", part.label, wrap(part.text, width))
	}
	fmt.Fprintf(&b, "\n  Instead of:\n%s  Write:\n%s", block(c.Before), block(c.After))
	fmt.Fprintf(&b, "\nReference\n%s", wrap(c.Reference, width))
	if c.Peers != "" {
		b.WriteString(wrap("Elsewhere: "+c.Peers, width))
	}
	return b.String()
}

func wrap(text string, width int) string {
	var b strings.Builder
	line := " "
	for word := range strings.FieldsSeq(text) {
		if line != " " && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(line + "\n")
			line = " "
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
	return b.String()
}

func block(text string) string {
	return "    " + strings.ReplaceAll(text, "\n", "\n    ") + "\n"
}
