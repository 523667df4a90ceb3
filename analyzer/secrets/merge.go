package secrets

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"peel/analyzer/finding"
)

// mergeMatches keeps of matches that overlap the one that says most, and one of each
// value: the first line stands for all. Nil is for nothing.
func mergeMatches(found []match) *content {
	if len(found) == 0 {
		return nil
	}
	slices.SortStableFunc(found, func(a, b match) int { return cmp.Compare(b.rank, a.rank) })
	c := new(content)
	for _, f := range found {
		n := slices.IndexFunc(c.matches, f.covered)
		if n < 0 {
			c.matches = append(c.matches, f)
			continue
		}
		c.matches[n].absorb(f)
	}
	for i := range c.matches {
		c.matches[i].conclude()
	}
	slices.SortStableFunc(c.matches, func(a, b match) int { return cmp.Compare(a.start, b.start) })
	return c
}

// covered reports whether a match of at least the same rank says the same: it
// overlaps, or has the same value. The PEM block within a key file that was
// parsed is one; so is a token as a variable's value.
func (f match) covered(by match) bool {
	if f.inner != by.inner {
		return false
	}
	if f.start < by.end && by.start < f.end {
		return true
	}
	return f.value == by.value || slices.Contains(by.more, f.value) || slices.Contains(f.more, by.value) || f.idOf(by) || f.pairOf(by) ||
		f.rank < rankToken && by.rank > f.rank && strings.Contains(by.value, f.value)
}

// idLines is how many lines the id and the secret of one profile are apart.
const idLines = 3

// idOf reports whether f is the id that belongs to an AWS secret which a parser
// has found.
func (f match) idOf(by match) bool {
	return f.rule.id == awsKeyID && len(f.more) == 0 && by.rank == rankStructured && strings.Contains(by.rule.title, "AWS secret") &&
		f.line-by.line <= idLines && by.line-f.line <= idLines
}

// pairOf reports whether f is user:password, of which a parser has found the
// password.
func (f match) pairOf(by match) bool {
	return f.line > 0 && f.line == by.line && strings.HasSuffix(f.value, ":"+by.value)
}

// absorb takes what a match that is covered knows beyond.
func (f *match) absorb(g match) {
	if g.rule.id == awsKeyID && g.value != f.value {
		f.more = append(f.more, g.value)
		return
	}
	if f.value != g.value {
		return
	}
	// What a token grants is as grave where a file's form tells it.
	if f.sev > finding.Low && f.sev < g.sev {
		f.sev, f.reason = g.sev, join(f.reason, g.rule.title)
	}
	if g.line > 0 && f.line > 0 && g.line != f.line && !slices.Contains(f.lines, g.line) {
		f.lines = append(f.lines, g.line)
	}
}

// conclude tells of the other lines that hold the value, in a match of the first.
func (f *match) conclude() {
	if len(f.lines) == 0 {
		return
	}
	if first := slices.Min(f.lines); first < f.line {
		f.lines[slices.Index(f.lines, first)] = f.line
		f.line = first
	}
	lines := "lines"
	if len(f.lines) == 1 {
		lines = "line"
	}
	f.reason = join(f.reason, fmt.Sprintf("and on %d more %s", len(f.lines), lines))
	f.lines = nil // what is merged may be merged again
}
