package structured

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// byFamily finds families by paths.
var byFamily = func() *index {
	x := newIndex()
	for i := range families {
		f := &format{names: families[i].names, family: i + 1}
		for _, n := range f.names {
			x.insert(entryOf{n, f})
		}
	}
	return x
}()

// familyOf is the number of a path's family, from 1; 0 if it has none.
func familyOf(path string) int {
	if e, ok := byFamily.byBase(lowerASCII(strings.TrimLeft(path, "/"))); ok {
		return e.family
	}
	return 0
}

// linePattern is a line of a family, compiled. name and value are groups, 0 where
// there is none.
type linePattern struct {
	*regexp.Regexp
	name, value int
}

// patterns are those of a family by the first word of a line, "" for any.
type patterns map[string][]linePattern

// compiled has the patterns of each family.
var compiled = func() []func() patterns {
	out := make([]func() patterns, len(families))
	for i := range families {
		out[i] = sync.OnceValue(families[i].compile)
	}
	return out
}()

func (f *family) compile() patterns {
	p := patterns{}
	for _, line := range f.lines {
		words := strings.Fields(line)
		first := words[0]
		if strings.ContainsAny(first, "*…{") || strings.Contains(first, "NAME") {
			first = ""
		}
		p[first] = append(p[first], compileLine(words))
	}
	return p
}

// Expressions for the parts of a line's pattern. What stands for any word takes no
// more than one: a quoted word with blanks is a secret or nothing.
const (
	anyPart   = `[^\s:"']*`
	someWords = `(?:\S+\s+){0,12}?`
	namePart  = `["']?([\w./-]+)["']?`
	valuePart = `("[^"]*"|'[^']*'|[^\s"',;][^\s"',;]*)`
)

func compileLine(words []string) linePattern {
	var p linePattern
	groups := 0
	text := `(?i)^\s*`
	for i, w := range words {
		if w == "…" {
			text += someWords
			continue
		}
		text += wordPattern(w, &p, &groups)
		if i < len(words)-1 {
			text += `\s+`
		}
	}
	p.Regexp = regexp.MustCompile(text)
	return p
}

func wordPattern(w string, p *linePattern, groups *int) string {
	if w == "*" {
		return `(?:"[^"]*"|\S+)`
	}
	w, isValue := strings.CutSuffix(w, "{}")
	before, after, isName := strings.Cut(w, "NAME")
	quote := func(s string) string { return strings.ReplaceAll(regexp.QuoteMeta(s), `\*`, anyPart) }
	text := quote(before)
	if isName {
		*groups++
		p.name = *groups
		text += namePart + quote(after)
	}
	if isValue {
		*groups++
		p.value = *groups
		text += valuePart
	}
	return text
}

// familyFields takes the secrets of a file of a family.
func (f *file) familyFields(n int) {
	fam, byFirst := &families[n-1], compiled[n-1]()
	eachLine(f.text, func(off int, line string) {
		t := strings.TrimLeft(line, " \t")
		if t == "" || t[0] == '#' || t[0] == ';' || t[0] == '!' || len(line) > maxPairLine {
			return
		}
		first := t
		if i := strings.IndexAny(t, " \t"); i >= 0 {
			first = t[:i]
		}
		for _, p := range byFirst[lowerASCII(first)] {
			if f.directive(off, line, fam, p) {
				return
			}
		}
		for _, p := range byFirst[""] {
			if f.directive(off, line, fam, p) {
				return
			}
		}
	})
}

// directive takes the secret of a line that a pattern matches.
func (f *file) directive(off int, line string, fam *family, p linePattern) bool {
	m := p.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	name, title := "password", fam.title
	if p.name > 0 {
		if name = m[p.name]; !f.secretField(name, '=') {
			return false
		}
		title = "value of " + clip(name, 60)
	}
	value := strings.TrimRight(strings.Trim(m[p.value], `"'`), ",;")
	quoted := strings.HasPrefix(m[p.value], `"`) || strings.HasPrefix(m[p.value], `'`)
	value, raw := unwrap(value)
	if b, ok := decode64(value); ok && isPlainASCII(b) && strings.Contains(m[0], ":: ") { // LDIF
		value, raw = string(b), value
	}
	if strings.HasPrefix(value, "[") || strings.HasPrefix(value, "=") || !quoted && strings.HasPrefix(value, "-") || !quoted && slices.Contains([]string{"{", "on", "off", "->", "is"}, value) || !f.plausible(name, value, quoted) {
		return false
	}
	if p.name > 0 && !quoted && restIsSentence(line[len(m[0]):]) {
		return false
	}
	h, ok := field("S033", title, name, value)
	if !ok {
		return false
	}
	h.Raw = raw
	f.add(h, off)
	return true
}

// restIsSentence is true for what goes on behind a value without a sign.
func restIsSentence(rest string) bool {
	rest = strings.TrimSpace(rest)
	return rest != "" && (isAlnum(rest[0]) || rest[0] == '=' || rest[0] == ':')
}

// unwrap takes the scheme off the value of an HTTP header. Raw is how the secret
// stands there, where that is not in clear.
func unwrap(v string) (value, raw string) {
	scheme, rest, ok := strings.Cut(v, " ")
	if !ok {
		return v, ""
	}
	switch strings.ToLower(scheme) {
	case "bearer", "token":
		return strings.TrimSpace(rest), ""
	case "basic":
		if _, pass, ok := basicAuth(strings.TrimSpace(rest)); ok {
			return pass, strings.TrimSpace(rest)
		}
	}
	return v, ""
}
