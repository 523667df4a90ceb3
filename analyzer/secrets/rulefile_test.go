package secrets_test

import (
	"strings"
	"testing"

	"peel/analyzer/secrets"
	"peel/analyzer/secrets/secrettest"
	. "peel/source/sourcetest"
)

const ruleFile = `
title = "acme"
[extend]
useDefault = true
disabledRules = ["github-pat"]
[[rules]]
id = "acme-token"
description = "Acme token"
regex = '''acme_[a-z0-9]{20}'''
keywords = ["acme_"]
entropy = 3.0
[[rules.allowlists]]
regexes = ['''acme_0{5}''']
[[rules.allowlists]]
condition = "AND"
paths = ['''^both/''']
stopwords = ["stop"]
[[allowlists]]
paths = ['''ignored/''']
[[allowlists]]
targetRules = ["acme-token"]
paths = ['''\.md$''']
`

// TestRuleFile guards that a rule file is taken as gitleaks takes it: which of
// the built-in rules it disables, and what it allows by text, by path or by both.
func TestRuleFile(t *testing.T) {
	const token = "k=acme_q8w7e6r5t4y3u2i1o0p9\n"
	files := map[string]struct {
		content string
		found   bool
	}{
		"a/x":       {token, true},
		"zeros":     {"k=acme_00000r5t4y3u2i1o0p9\n", false},
		"flat":      {"k=acme_aaaaaaaaaaaaaaaaaaaa\n", false},
		"ignored/y": {token, false},
		"read.md":   {token, false},
		"both/a":    {"k=acme_q8w7e6stop4y3u2i1o0p\n", false},
		"both/b":    {token, true},
		"one/a":     {"k=acme_q8w7e6stop4y3u2i1o0p\n", true},
		"github":    {"t=" + secrettest.Token(1) + "\n", false},
	}
	var list []File
	for path, f := range files {
		list = append(list, Reg(path, f.content))
	}
	s, img := build(t, Image{Layers: []Layer{{Files: list}}}, secrets.Options{ExtraRules: []byte(ruleFile)})
	found := s.Assemble(img).Findings
	for path, f := range files {
		if got := at(found, path); (len(got) > 0) != f.found {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

func TestBadRuleFiles(t *testing.T) {
	for file, want := range map[string]string{
		"[[rules": "reading rules",
		"[[rules]]\nid='x'\nregex='(('\nkeywords=['abc']": `rule "x"`,
		"[[rules]]\nregex='a'\nkeywords=['abc']":          "has no id",
		"[[rules]]\nid='x'\nregex='abc'":                  "needs a keyword",
		"[[allowlists]]\npaths=['((']":                    "the allowlist",
	} {
		if _, err := secrets.New(secrets.Options{ExtraRules: []byte(file)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}
