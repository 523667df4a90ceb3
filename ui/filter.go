package ui

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"peel/analyzer/filetree"
	"peel/source/layer"
)

// filter is a parsed filter line: words that must all hold.
//
//	*.so        a name          usr/*/doc   part of a path; ** crosses slashes
//	ssl         part of a name  ~\.so(\.|$) a regular expression on the path
//	size>1M     waste>0         layer:3     base:no (what is not the base image's)
//	mode:suid   type:link       owner:app   pkg:libssl3   secret   dup
//	!word turns a word around
type filter struct {
	text    string
	names   []nameTest
	not     []nameTest
	facts   []factTest
	words   []wordTest
	entries []entryTest
}

// nameTest looks at a name, or at the whole path if byPath is set.
type nameTest struct {
	byPath bool
	name   func(string) bool
	path   func([]byte) bool
}

// factTest looks at a figure of a file or of a finding.
type factTest struct {
	what    string // size, waste, layer, base
	holds   func(have, want int64) bool
	want    int64
	base    int // layers of the base image
	negated bool
}

// wordTest looks at a word that only packages have.
type wordTest struct {
	what    string // type, version, state, licence
	negated bool
	nameTest
}

// holds tells what the test says of the word.
func (t *wordTest) holds(s string) bool {
	if t.byPath {
		return t.path([]byte(s))
	}
	return t.name(strings.ToLower(s))
}

var packageWord = regexp.MustCompile(`^(type|version|state|licen[cs]e)[:=](.*)$`)

// parseWord reads what only packages have; nil if it is something else.
func parseWord(word string) (*wordTest, error) {
	m := packageWord.FindStringSubmatch(word)
	if m == nil {
		return nil, nil
	}
	if m[2] == "" {
		return nil, fmt.Errorf("%s: needs a value: %w", m[1], errWord)
	}
	t, err := parseName(m[2])
	return &wordTest{what: strings.Replace(m[1], "license", "licence", 1), nameTest: t}, err
}

// ofFiles is the error of a filter that asks for what files do not have.
func (f *filter) ofFiles() error {
	if f == nil || len(f.words) == 0 {
		return nil
	}
	return fmt.Errorf("%s: is for packages, on 3", f.words[0].what)
}

// subject is what a filter can look at, besides files.
type subject interface {
	named(t *nameTest) bool
	counted(t *factTest) bool
	worded(t *wordTest) bool
}

// suits reports whether a subject is what a filter asks for.
func suits[S subject](f *filter, s S) bool {
	for i := range f.not {
		if s.named(&f.not[i]) {
			return false
		}
	}
	for i := range f.names {
		if !s.named(&f.names[i]) {
			return false
		}
	}
	for i := range f.facts {
		if s.counted(&f.facts[i]) == f.facts[i].negated {
			return false
		}
	}
	for i := range f.words {
		if s.worded(&f.words[i]) == f.words[i].negated {
			return false
		}
	}
	return true
}

// passes tells what the test says of a node of a view.
func (t *factTest) passes(v *filetree.View, n int) bool {
	switch t.what {
	case "size":
		return t.holds(v.Size[n], t.want) != t.negated
	case "waste":
		return t.holds(v.Waste[n], t.want) != t.negated
	case factBase:
		return t.ofBase(v, n) != t.negated
	}
	ver := v.Tree.At(n, v.Layer)
	return (ver != nil && t.holds(int64(ver.Layer)+1, t.want)) != t.negated
}

// parseFilter reads a filter line; nil for one that is empty.
func parseFilter(line string) (*filter, error) {
	f := &filter{text: line}
	for word := range strings.FieldsSeq(line) {
		negated := false
		if rest, ok := strings.CutPrefix(word, "!"); ok {
			if negated, word = true, rest; word == "" {
				continue
			}
		}
		fact, err := parseFact(word)
		if err != nil {
			return nil, err
		}
		if fact != nil {
			fact.negated = negated
			f.facts = append(f.facts, *fact)
			continue
		}
		if e, err := parseEntry(word); err != nil {
			return nil, err
		} else if e != nil {
			e.negated = negated
			f.entries = append(f.entries, *e)
			continue
		}
		if err := unknownWord(word); err != nil {
			return nil, err
		}
		if of, err := parseWord(word); err != nil {
			return nil, err
		} else if of != nil {
			of.negated = negated
			f.words = append(f.words, *of)
			continue
		}
		t, err := parseName(word)
		if err != nil {
			return nil, err
		}
		if negated {
			f.not = append(f.not, t)
		} else {
			f.names = append(f.names, t)
		}
	}
	if len(f.names)+len(f.not)+len(f.facts)+len(f.words)+len(f.entries) == 0 {
		return nil, nil
	}
	return f, nil
}

var factWord = regexp.MustCompile(`^(size|waste|layer|base)(>=|<=|>|<|=|:)(.*)$`)

var errWord = errors.New("not finished")

func parseFact(word string) (*factTest, error) {
	m := factWord.FindStringSubmatch(word)
	if m == nil {
		return nil, nil
	}
	if m[3] == "" {
		return nil, fmt.Errorf("%s%s needs a value: %w", m[1], m[2], errWord)
	}
	if m[1] == factBase {
		return parseBase(m[2], m[3])
	}
	var want int64
	var err error
	if m[1] == "layer" {
		want, err = strconv.ParseInt(m[3], 10, 32)
	} else {
		want, err = parseBytes(m[3])
	}
	if err != nil {
		return nil, err
	}
	return &factTest{what: m[1], holds: comparison(m[2]), want: want}, nil
}

func comparison(op string) func(a, b int64) bool {
	switch op {
	case ">":
		return func(a, b int64) bool { return a > b }
	case ">=":
		return func(a, b int64) bool { return a >= b }
	case "<":
		return func(a, b int64) bool { return a < b }
	case "<=":
		return func(a, b int64) bool { return a <= b }
	}
	return func(a, b int64) bool { return a == b }
}

// parseBytes reads "10", "1.5M", "20kB", "1MiB".
func parseBytes(s string) (int64, error) {
	digits := strings.TrimRight(s, "kKmMgGtTiIbB")
	unit := strings.TrimSuffix(strings.ToLower(s[len(digits):]), "b")
	n, err := strconv.ParseFloat(digits, 64)
	factors := map[string]float64{"": 1, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30, "ti": 1 << 40}
	factor, ok := factors[unit]
	if err != nil || !ok || n < 0 {
		return 0, fmt.Errorf("%q is no size: write 500K, 1.5M, 2G", s)
	}
	return int64(n * factor), nil
}

func parseName(word string) (nameTest, error) {
	if expr, ok := strings.CutPrefix(word, "~"); ok {
		re, err := regexp.Compile(expr)
		if err != nil {
			return nameTest{}, fmt.Errorf("bad regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
		return nameTest{byPath: true, path: re.Match}, nil
	}
	if strings.Contains(word, "/") {
		re, err := regexp.Compile(pathPattern(word))
		if err != nil {
			return nameTest{}, fmt.Errorf("bad pattern %q", word)
		}
		return nameTest{byPath: true, path: re.Match}, nil
	}
	word = strings.ToLower(word)
	switch body := strings.Trim(word, "*"); {
	case !strings.ContainsAny(word, "*?["):
		return nameTest{name: func(s string) bool { return strings.Contains(s, word) }}, nil
	case strings.ContainsAny(body, "*?["):
		re, err := regexp.Compile(`^` + globExpr(word) + `$`)
		if err != nil {
			return nameTest{}, fmt.Errorf("bad pattern %q: %w", word, errWord)
		}
		return nameTest{name: re.MatchString}, nil
	case strings.HasPrefix(word, "*") && strings.HasSuffix(word, "*"):
		return nameTest{name: func(s string) bool { return strings.Contains(s, body) }}, nil
	case strings.HasPrefix(word, "*"):
		return nameTest{name: func(s string) bool { return strings.HasSuffix(s, body) }}, nil
	default:
		return nameTest{name: func(s string) bool { return strings.HasPrefix(s, body) }}, nil
	}
}

// pathPattern makes a regular expression of a glob with slashes. One that does
// not begin with a slash may begin at any directory.
func pathPattern(glob string) string {
	lead := `^`
	if !strings.HasPrefix(glob, "/") {
		lead = `(^|/)`
	}
	return `(?is)` + lead + globExpr(strings.TrimSuffix(glob, "/")) + `$`
}

func globExpr(glob string) string {
	var b strings.Builder
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; c {
		case '*':
			if strings.HasPrefix(glob[i:], "**") {
				b.WriteString(`.*`)
				i++
			} else {
				b.WriteString(`[^/]*`)
			}
		case '?':
			b.WriteString(`[^/]`)
		case '[':
			if end := strings.IndexByte(glob[i:], ']'); end > 1 {
				b.WriteString(strings.Replace(glob[i:i+end+1], "[!", "[^", 1))
				i += end
				continue
			}
			b.WriteString(`\[`)
		default:
			b.WriteString(regexp.QuoteMeta(string(rune(c))))
		}
	}
	return b.String()
}

// passes tells what a test says of a name and its path.
func (t *nameTest) passes(lower string, path []byte) bool {
	if t.byPath {
		return t.path(path)
	}
	return t.name(lower)
}

func (f *filter) byPath() bool {
	for _, t := range f.names {
		if t.byPath {
			return true
		}
	}
	for _, t := range f.not {
		if t.byPath {
			return true
		}
	}
	return false
}

// verdict is what a filter says of a node.
type verdict struct{ match, excluded bool }

// judge looks at one node. Directories match by name alone, for their sizes are
// those of what is in them.
func (f *filter) judge(v *filetree.View, n int, lower string, path []byte) verdict {
	if len(f.words) > 0 {
		return verdict{}
	}
	for i := range f.not {
		if f.not[i].passes(lower, path) {
			return verdict{excluded: true}
		}
	}
	for i := range f.names {
		if !f.names[i].passes(lower, path) {
			return verdict{}
		}
	}
	if (len(f.facts)+len(f.entries) > 0 || len(f.names) == 0) && isDir(v, n) && !f.wantsDirs() {
		return verdict{}
	}
	for i := range f.facts {
		if !f.facts[i].passes(v, n) {
			return verdict{}
		}
	}
	for i := range f.entries {
		if e := &f.entries[i]; e.fits(v, n) == e.negated {
			return verdict{}
		}
	}
	return verdict{match: true}
}

// wantsDirs reports whether the filter asks for directories themselves.
func (f *filter) wantsDirs() bool {
	return slices.ContainsFunc(f.entries, func(e entryTest) bool { return e.what == "type" && e.value == "dir" })
}

// entryIn is the entry that a view shows at a node; for one that is removed, the
// entry that was there before. Nil if there is none.
func entryIn(v *filetree.View, n int) *layer.Entry {
	vs := v.Tree.VersionsOf(n)
	for i := len(vs) - 1; i >= 0; i-- {
		if int(vs[i].Layer) <= v.Layer && vs[i].Entry != nil {
			return vs[i].Entry
		}
	}
	return nil
}

func isDir(v *filetree.View, n int) bool {
	switch {
	case int(v.Tree.Nodes[n].End) > n+1:
		return true
	case v.Files[n] > 0: // nothing below it, so it is the file that is counted
		return false
	}
	e := entryIn(v, n)
	return e == nil && n == 0 || e != nil && e.Type == layer.Directory
}
