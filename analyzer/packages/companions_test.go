package packages

import (
	"regexp/syntax"
	"testing"
)

// TestStarts guards that no word of the expressions is missing among the
// beginnings by which names are sorted out: it makes names of each alternative.
func TestStarts(t *testing.T) {
	for _, c := range []struct {
		what, expr string
		fits       func(string) bool
	}{{"licenses", licenseFile.String(), isLicense}, {"links", byLink.String(), isLinked}} {
		re, err := syntax.Parse(c.expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		names := samples(re)
		if len(names) < 30 {
			t.Fatalf("%s: only %q", c.what, names)
		}
		for _, n := range names {
			for _, name := range []string{n, n + ".txt"} {
				matches := licenseFile.MatchString(name)
				if c.what == "links" {
					matches = byLink.MatchString(name)
				}
				if matches != c.fits(name) {
					t.Errorf("%s: %q", c.what, name)
				}
			}
		}
	}
	for _, name := range []string{"", "a", "README", "main.go.tmpl", "libc.so.6"} {
		if isLicense(name) {
			t.Errorf("%q", name)
		}
	}
}

// samples are strings that an expression matches, each alternative and the first
// and last character of each class at least once.
func samples(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{string(re.Rune)}
	case syntax.OpCharClass:
		return []string{string(re.Rune[0]), string(re.Rune[len(re.Rune)-1])}
	case syntax.OpCapture:
		return samples(re.Sub[0])
	case syntax.OpQuest:
		return append(samples(re.Sub[0]), "")
	case syntax.OpAlternate:
		var all []string
		for _, s := range re.Sub {
			all = append(all, samples(s)...)
		}
		return all
	case syntax.OpConcat:
		all := []string{""}
		for _, s := range re.Sub {
			var next []string
			for _, a := range all {
				for _, b := range samples(s) {
					next = append(next, a+b)
				}
			}
			all = next
		}
		return all
	}
	return []string{""} // the beginning, the end
}
