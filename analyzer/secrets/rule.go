package secrets

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"sync"
	"unicode"

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
	first  bool // a token begins with the keyword
	strong bool // its form alone tells it: it is looked for in binaries too

	pattern pattern // of the whole match; of the value if how is assigned
	group   int
	entropy float64
	allow   []allow
	path    pattern // of the file; empty for any

	// oneCase says that the keyword is a word of its own in the name, written
	// like this, LIKE or Like; "rookTable" is not of Okta.
	oneCase bool

	// noWords says that what is made of words is none, needs what all of its
	// values match.
	noWords bool
	needs   []pattern

	// wanted are words one of which must be in the window too; nil for none.
	wanted []string
	// inValue says of a near rule that the keyword is a part of the secret.
	inValue bool

	// A match has from least to most bytes, all of set.
	least, most int
	set         *charset

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
		re, err := compile(p)
		if err != nil {
			re = regexp.MustCompile(`$.^`) // rule files are checked when they are read
		}
		*p.re = re
	})
	return *p.re
}

func compile(p pattern) (*regexp.Regexp, error) { return regexp.Compile(p.text) }

// allow is a compiled gitleaks.Allow.
type allow struct {
	target  string
	and     bool
	paths   []pattern
	regexes []pattern
	stops   []string
}

// allows reports whether the rule does not mean this match, wherever it is.
func (a *allow) allows(secret, match, line []byte) bool {
	if a.and && len(a.paths) > 0 {
		return false
	}
	return a.words(secret, match, line)
}

// allowsAt gives the paths at which the rule does not mean this match; nil if
// there is none.
func (a *allow) allowsAt(secret, match, line []byte) []pattern {
	if a.and && !a.words(secret, match, line) {
		return nil
	}
	return a.paths
}

// words is what the conditions on the text come to.
func (a *allow) words(secret, match, line []byte) bool {
	text := secret
	switch a.target {
	case "match":
		text = match
	case "line":
		text = line
	}
	hasRegex := slices.ContainsFunc(a.regexes, func(p pattern) bool { return p.get().Match(text) })
	hasStop := slices.ContainsFunc(a.stops, func(s string) bool { return containsFold(secret, s) })
	if a.and {
		return (hasRegex || len(a.regexes) == 0) && (hasStop || len(a.stops) == 0)
	}
	return hasRegex || hasStop
}

// unbounded is the length of what has no longest match.
const unbounded = 1 << 20

// span computes the least and the greatest length of what a regular expression
// matches, and the bytes that may be in it.
func span(text string) (least, most int, set *charset) {
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return 0, unbounded, nil
	}
	set = new(charset)
	least, most = spanOf(re, set)
	return least, min(most, unbounded), set
}

func spanOf(re *syntax.Regexp, set *charset) (least, most int) {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			addRunes(set, r, r)
			if re.Flags&syntax.FoldCase != 0 && r < 0x80 {
				addRunes(set, unicode.ToUpper(r), unicode.ToUpper(r))
				addRunes(set, unicode.ToLower(r), unicode.ToLower(r))
			}
		}
		return len(re.Rune), len(string(re.Rune))
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			addRunes(set, re.Rune[i], re.Rune[i+1])
		}
		return 1, 4
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		set.add(0, 255)
		return 1, 4
	case syntax.OpAlternate:
		least = unbounded
		for _, sub := range re.Sub {
			lo, hi := spanOf(sub, set)
			least, most = min(least, lo), max(most, hi)
		}
		return least, most
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		return repeated(re, set)
	}
	for _, sub := range re.Sub {
		lo, hi := spanOf(sub, set)
		least, most = least+lo, most+hi
	}
	return least, most
}

func repeated(re *syntax.Regexp, set *charset) (least, most int) {
	lo, hi := spanOf(re.Sub[0], set)
	switch re.Op {
	case syntax.OpStar:
		return 0, unbounded
	case syntax.OpPlus:
		return lo, unbounded
	case syntax.OpQuest:
		return 0, hi
	}
	if re.Max < 0 {
		return lo * re.Min, unbounded
	}
	return lo * re.Min, min(hi*re.Max, unbounded)
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
