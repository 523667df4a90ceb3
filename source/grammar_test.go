package source

import (
	"errors"
	"strings"
	"testing"

	"github.com/distribution/reference"
)

// TestGrammar guards that each rule of the grammar of references has words of its
// own, and that what is offered in the place of a broken name is none.
func TestGrammar(t *testing.T) {
	hex := strings.Repeat("0123456789abcdef", 4)
	for _, test := range []struct{ name, say, try string }{
		{"Big", "lower case", "big"},
		{"example.com/Team/App:V1", "lower case", "example.com/team/app:V1"},
		{"https://example.com/app", "no https:// in front", "example.com/app"},
		{"http://localhost:5000/app:1", "no http:// in front", "localhost:5000/app:1"},
		{"my app", "no spaces", "myapp"},
		{"app:", "nothing follows the colon", "app"},
		{"app:-x", "a tag begins with a letter, a digit or an underscore", "app:x"},
		{"app:.x", "a tag begins with", "app:x"},
		{"app:a+b", "letters, digits and _ . - alone", ""},
		{"app:" + strings.Repeat("a", 129), "a tag has 128 characters at most, this one has 129", ""},
		{"app@" + hex, "begins with its algorithm", "app@sha256:" + hex},
		{"app@sha256:" + hex[:63], "a sha256 digest has 64 digits, this one has 63", ""},
		{"app@sha256:" + hex + "0", "this one has 65", ""},
		{"app@sha512:" + hex, "a sha512 digest has 128 digits", ""},
		{"app@sha256:" + strings.ToUpper(hex), "lower case", "app@sha256:" + hex},
		{"app@sha256:" + strings.Repeat("g", 64), "no hexadecimal digits", ""},
		{"app@latest", "is no digest", ""},
		{"app@md5:00", "32 digits at least", ""},
		{"a//b", "a part of the repository is empty", "a/b"},
		{"/app:1", "a part of the repository is empty", "app:1"},
		{"app/", "does not end in a slash", "app"},
		{"_app", "begins and ends with a letter or a digit", ""},
		{"team/app-", "begins and ends with a letter or a digit", ""},
		{"a..b", `"a..b" has ".."`, ""},
		{"a___b", `has "___"`, ""},
		{"a._b", `has "._"`, ""},
		{"äpp", "lower-case letters, digits", ""},
		{"app$", "lower-case letters, digits", ""},
		{"example.com:port/app", "the port of the registry, \"port\", is no number", ""},
		{"example.com:/app", "is no number", ""},
		{"-host.com/app", "is no host name", ""},
		{"example.com/", "no repository is named", ""},
		{strings.Repeat("a", 256), "255 characters at most, this one has 256", ""},
	} {
		_, err := parseName(test.name)
		var e *nameError
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", test.name, err)
			continue
		}
		if !strings.Contains(e.rule, test.say) || e.try != test.try {
			t.Errorf("%q: %q, try %q; want %q, try %q", test.name, e.rule, e.try, test.say, test.try)
		}
		if e.try != "" {
			if _, err := parseName(e.try); err != nil {
				t.Errorf("%q is offered for %q: %v", e.try, test.name, err)
			}
		}
	}
	for _, name := range []string{"app", "app:1", "team/app", "example.com/a/b__c--d.e:v1_2-3", "localhost:5000/app@sha256:" + hex, "localhost/app", "[::1]:5000/app", "EXAMPLE.com/app", hex, "app:1@sha256:" + hex} {
		if _, err := parseName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// FuzzGrammar guards that a name is refused exactly if the grammar refuses it.
func FuzzGrammar(f *testing.F) {
	for _, s := range []string{"Big", "a/b:c@sha256:0", "https://x", "a..b", ":", "@", "/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, err := parseName(s)
		if _, refused := reference.ParseDockerRef(s); refused != nil && err == nil && !imageID.MatchString(s) {
			t.Errorf("%q is taken", s)
		}
		if e := brokenRule(s); e != nil && e.rule == "" {
			t.Errorf("%q: no rule", s)
		}
	})
}
