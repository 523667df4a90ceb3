package structured

import (
	"encoding/hex"
	"slices"
	"strings"

	"peel/analyzer/finding"
	"peel/analyzer/secrets/bigram"
)

// field judges the value of a field whose name is one of a secret, in the way
// that is common to all formats: a variable, a key of YAML, an attribute of XML.
// The severity is high; low for what a build or a test has made up.
func field(id, title, name, value string) (Hit, bool) {
	raw := strings.TrimSpace(value)
	value = decoded(name, raw)
	if !credible(value) {
		return Hit{}, false
	}
	h, ok := judge(id, title, value)
	if !ok {
		return Hit{}, false
	}
	if value != raw {
		h.Raw = raw
	}
	switch {
	case h.Severity <= finding.Low:
	case madeUp(value):
		h.lower(finding.Low, "made up for a build or a test: the value says so")
	case isMachineMade(name) && isWords(value):
		h.lower(finding.Low, "words, where a machine makes random characters: made up, perhaps")
	default:
		h.Severity = max(h.Severity, finding.High)
	}
	return h, true
}

// decoded is a value in clear, if the name of its field says that it is encoded.
func decoded(name, value string) string {
	words := wordsOf(name)
	if len(words) < 2 {
		return value
	}
	var b []byte
	switch words[len(words)-1] {
	case "base64", "b64", "encoded":
		b, _ = decode64(value)
	case "hex":
		b, _ = hex.DecodeString(value)
	}
	if len(b) < minFieldValue || !isPlainASCII(b) {
		return value
	}
	return string(b)
}

// Password judges a value that stands where a password does.
func Password(value string) (Hit, bool) { return field("S033", "password", "password", value) }

// occasions are words for what a value was made up for.
var occasions = map[string]bool{
	"build": true, "buildtime": true, "builder": true, "building": true, "compile": true, "collectstatic": true, "precompile": true, "assets": true, "static": true,
	"dummy": true, "fake": true, "mock": true, "stub": true, "temp": true, "tmp": true, "temporary": true, "throwaway": true, "disposable": true, "bogus": true,
	"unused": true, "notused": true, "ignored": true, "ignore": true, "irrelevant": true, "whatever": true, "nothing": true, "anything": true, "something": true,
	"test": true, "tests": true, "testing": true, "ci": true, "dev": true, "development": true, "local": true, "localhost": true, "insecure": true, "unsafe": true,
	"demo": true, "sample": true, "example": true, "placeholder": true, "default": true, "docker": true, "migrate": true, "migrations": true,
}

// madeUp is true for values of words alone, one of which says what for:
// "build-time", "not_used", "test".
func madeUp(v string) bool {
	if len(v) > 40 {
		return false
	}
	words := wordsOf(v)
	if strings.ContainsAny(v, "0123456789") || len(words) == 0 || len(words) > 5 {
		return false
	}
	return slices.ContainsFunc(words, func(w string) bool { return occasions[w] }) || strings.EqualFold(strings.Join(words, " "), "not used")
}

// isMachineMade is true for names of keys and tokens, which nobody thinks up.
func isMachineMade(name string) bool {
	words := wordsOf(name)
	for len(words) > 1 && (tails[words[len(words)-1]] || isNumber(words[len(words)-1])) {
		words = words[:len(words)-1]
	}
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	return strings.HasSuffix(last, "key") || strings.HasSuffix(last, "token") || last == "pat" || last == "base"
}

// isWords is true for letters alone, that follow each other as in words, with
// separators between.
func isWords(v string) bool {
	for i := range len(v) {
		if c := v[i]; !isUpper(c) && !isLower(c) && strings.IndexByte("-_. ", c) < 0 {
			return false
		}
	}
	return bigram.Wordy(v)
}
