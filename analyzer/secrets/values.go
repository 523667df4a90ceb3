package secrets

import (
	"net/url"
	"slices"
	"strings"

	"peel/analyzer/secrets/structured"
)

// Values finds the secrets in a text that is no file of an image, such as what a
// package says of itself: whatever has a form of its own, as tokens and keys have,
// and what stands for a password or a token in a URL. What is percent-encoded, as
// in package URLs, is looked at in clear too. What only its name makes a secret is
// left alone: "passwd_1:4.13" is a package.
func (s *Scanner) Values(v string) []string {
	var values []string
	for _, text := range readings(v) {
		for _, m := range s.scanString(text) {
			if m.rank > rankGeneric {
				values = append(append(values, m.value), m.more...)
			}
		}
		if strings.Contains(text, "://") && strings.Contains(text, "@") {
			for _, h := range structured.Text("", text) {
				if strings.Contains(text, h.Value+"@") {
					values = append(values, h.Value)
				}
			}
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// readings are a text as it is and, if it can be, without percent-encoding.
func readings(v string) []string {
	list := []string{v}
	if strings.IndexByte(v, '%') < 0 {
		return list
	}
	if clear, err := url.PathUnescape(v); err == nil && clear != v {
		list = append(list, clear)
	}
	return list
}
