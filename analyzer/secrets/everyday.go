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

// valuesOf parts the secrets of findings, in clear, into those that are to be
// masked everywhere, and words. What is in the config, the history or a document
// is no word: reports repeat these texts.
func valuesOf(list []finding.Finding) (values, words []string) {
	for i := range list {
		f := &list[i]
		for _, v := range append([]string{f.Secret}, f.Secrets...) {
			switch {
			case v == "":
			case f.Where == "" && everyday(v, f.Confidence):
				words = append(words, v)
			default:
				values = append(values, v)
			}
		}
	}
	slices.Sort(words)
	return values, slices.Compact(words)
}
