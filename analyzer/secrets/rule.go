package secrets

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"

	"peel/analyzer/finding"
)

// rule is one kind of credential, ready to be looked for.
type rule struct {
	id    string // "github-pat"
	check string // "S010"
	title string
	sev   finding.Severity
	conf  finding.Confidence

	words  []keyword
	how    method
	strong bool // its form alone tells it: it is looked for in binaries too

	pattern pattern // of the whole match; of the value if how is assigned
	group   int
	entropy float64
	allow   []allow
	path    pattern // of the file; empty for any

	// wanted are words one of which must be in the window too; nil for none.
	wanted []string

	// A match cannot be shorter than least bytes, all of set.
	least int
	set   *charset

	// verify looks at the value itself: a checksum, an encoding.
	verify func(value []byte) verdict
}

// method is how a rule's match lies about its keyword.
type method uint8

const (
	token    method = iota // the keyword is a part of the secret
	assigned               // the keyword is a part of the name that is given the secret
	near                   // the secret is within nearWindow of the keyword
	block                  // the match begins near the keyword and may be long
)

// Windows around a keyword, in bytes, in which a rule's pattern is tried.
const (
	nearWindow  = 300
	blockWindow = 1200
	tokenLeft   = 1024 // a keyword may be at a token's end
	tokenRight  = 4096 // the longest tokens are about 2 KB
)

// verdict is what a closer look at a value says.
type verdict struct {
	drop   bool
	sev    finding.Severity // only if set
	conf   finding.Confidence
	set    bool
	reason string
}

// pattern is a regular expression that is compiled when it is first needed.
type pattern struct {
	text string
	once *sync.Once
	re   **regexp.Regexp
}

func newPattern(text string) pattern {
	return pattern{text, new(sync.Once), new(*regexp.Regexp)}
}

func (p pattern) get() *regexp.Regexp {
	p.once.Do(func() {
		re, err := regexp.Compile(p.text)
		if err != nil {
			re = regexp.MustCompile(`$.^`) // rule files are checked when they are read
		}
		*p.re = re
	})
	return *p.re
}

// allow is a compiled gitleaks.Allow.
type allow struct {
	target  string
	and     bool
	paths   []pattern
	regexes []pattern
	stops   []string
}

// allows reports whether the rule does not mean this match. Conditions on the
// path are left to accepts.
func (a *allow) allows(secret, match, line []byte) bool {
	if a.and && len(a.paths) > 0 {
		return false
	}
	text := secret
	switch a.target {
	case "match":
		text = match
	case "line":
		text = line
	}
	hasRegex := false
	for _, re := range a.regexes {
		if hasRegex = re.get().Match(text); hasRegex {
			break
		}
	}
	hasStop := false
	for _, s := range a.stops {
		if hasStop = containsFold(secret, s); hasStop {
			break
		}
	}
	if a.and {
		return (hasRegex || len(a.regexes) == 0) && (hasStop || len(a.stops) == 0)
	}
	return hasRegex || hasStop
}

// span computes the least length of what a regular expression matches, and the
// bytes that may be in it.
func span(text string) (least int, set *charset) {
	set = new(charset)
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return 0, nil
	}
	return spanOf(re.Simplify(), set), set
}

func spanOf(re *syntax.Regexp, set *charset) int {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			addRunes(set, r, r)
			if re.Flags&syntax.FoldCase != 0 && r < 0x80 {
				for _, c := range []string{strings.ToUpper(string(r)), strings.ToLower(string(r))} {
					set.add(c[0], c[0])
				}
			}
		}
		return len(re.Rune)
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			addRunes(set, re.Rune[i], re.Rune[i+1])
		}
		return 1
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		set.add(0, 255)
		return 1
	case syntax.OpAlternate:
		least := -1
		for _, sub := range re.Sub {
			if n := spanOf(sub, set); least < 0 || n < least {
				least = n
			}
		}
		return max(least, 0)
	case syntax.OpStar, syntax.OpQuest:
		spanOf(re.Sub[0], set)
		return 0
	}
	sum := 0
	for _, sub := range re.Sub {
		sum += spanOf(sub, set)
	}
	return sum
}

func addRunes(set *charset, lo, hi rune) {
	if lo > 255 {
		return
	}
	if hi >= 0x80 { // parts of longer characters
		set.add(0x80, 255)
		hi = 0x7f
		if lo > hi {
			return
		}
	}
	set.add(byte(lo), byte(hi))
}
