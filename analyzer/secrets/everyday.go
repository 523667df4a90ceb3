package secrets

import (
	"slices"

	"peel/analyzer/finding"
)

// Lengths of passwords, in bytes, that are words as texts have them.
const (
	shortWord = 6  // below, letters alone are one
	longWord  = 12 // above, a word is so rare that to mask it everywhere hurts no text
)

// everyday reports whether a value is an ordinary word, "are" or "layer", as the
// passwords of examples are: to mask it wherever it occurs would take it out of
// sentences. A finding that is likely vouches for its value, unless that is short.
func everyday(value string, conf finding.Confidence) bool {
	v := []byte(value)
	if !plainWord(v) {
		return false
	}
	return len(v) < shortWord || len(v) <= longWord && conf < finding.Likely && wordy(v)
}

// plainWord reports whether a value is of letters alone, and written as a word
// of a sentence is: like this, Like this, or LIKE this.
func plainWord(v []byte) bool {
	if len(v) == 0 || runLen(v, 0, letters, len(v)) < len(v) {
		return false
	}
	first := v[0] < 'a'
	for i := 2; i < len(v); i++ {
		if v[i] < 'a' != (v[1] < 'a') {
			return false
		}
	}
	return len(v) == 1 || first || v[1] >= 'a'
}

// longName is the length up to which a value may be the name of something in the
// image.
const longName = 16

// mayBeName reports whether a value is written as names are: in letters, with a few
// digits, dots or dashes, and made of words.
func mayBeName(value string) bool {
	v := []byte(value)
	if len(v) > longName {
		return false
	}
	var word []byte
	other := 0
	for _, c := range v {
		switch {
		case 'a' <= c && c <= 'z':
			word = append(word, c)
		case '0' <= c && c <= '9', c == '-', c == '_', c == '.':
			other++
		default:
			return false
		}
	}
	return other <= 4 && len(word) >= 3 && wordy(word)
}

// ordinary reports whether a value is an ordinary word, or the name of something
// in the image: to mask it in every path and sentence would make these useless,
// and the gap would tell the value.
func ordinary(value string, conf finding.Confidence, named func(string) bool) bool {
	v := []byte(value)
	return everyday(value, conf) || plainWord(v) && len(v) <= longWord && wordy(v) || mayBeName(value) && named(value)
}

// named tells the values that are a name on some path of the image.
func (a *assembly) named() func(string) bool {
	candidates := map[string]bool{}
	for i := range a.findings {
		for _, v := range append([]string{a.findings[i].Secret}, a.findings[i].Secrets...) {
			if mayBeName(v) {
				candidates[v] = false
			}
		}
	}
	if len(candidates) > 0 && a.img.Tree != nil {
		for i := range a.img.Tree.Nodes {
			if name := a.img.Tree.Nodes[i].Name; len(name) <= longName {
				if _, ok := candidates[name]; ok {
					candidates[name] = true
				}
			}
		}
	}
	return func(v string) bool { return candidates[v] }
}

// valuesOf parts the secrets of findings, in clear, into those that are to be
// masked everywhere, and ordinary words, which are masked in assignments and, in
// the config and the history, at their own places: own has them by place.
func valuesOf(list []finding.Finding, named func(string) bool) (values, words []string, own map[string][]string) {
	own = map[string][]string{}
	for i := range list {
		f := &list[i]
		for _, v := range append([]string{f.Secret}, f.Secrets...) {
			switch {
			case v == "":
			case !ordinary(v, f.Confidence, named):
				values = append(values, v)
			default:
				words = append(words, v)
				if f.Where != "" {
					own[f.Where] = append(own[f.Where], v)
				}
			}
		}
	}
	slices.Sort(words)
	return values, slices.Compact(words), own
}
