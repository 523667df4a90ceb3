// Package gitleaks holds the rules of gitleaks as data, and reads rule files in
// its TOML format.
//
// Rules are those of the module that go.mod names, as a table made by
// go generate: the module's own package would bring a configuration framework
// and 15 ms of start-up along. A test fails when the two differ.
package gitleaks

import (
	"fmt"
	"regexp/syntax"

	"github.com/pelletier/go-toml/v2"
)

//go:generate go test -run TestTable -update

// Rule is one rule, patterns uncompiled.
type Rule struct {
	ID          string
	Description string
	Regex       string
	Group       int    // of Regex that is the secret; 0: the first that is not empty, or all
	Path        string // regular expression; "" for any
	Entropy     float64
	Keywords    []string // any of them occurs in the text, in any case
	Allow       []Allow
	Unsure      bool     // it takes for a secret what may be another thing
	NoWords     bool     // a secret that is made of words is none
	Needs       []string // regular expressions, all of which the secret matches
}

// Allow says what a rule does not mean.
type Allow struct {
	Target    string // what Regexes look at: "" the secret, "match" or "line"
	And       bool   // all kinds of conditions must hold, not one
	Paths     []string
	Regexes   []string
	StopWords []string // parts of the secret, in any case
}

// Set is what a rule file holds.
type Set struct {
	Rules    []Rule
	Allow    []Allow  // for all rules
	Disabled []string // ids of rules that the file extends, but for these
}

// maxPattern bounds the regular expressions of a rule file; the longest of
// gitleaks' own has about 2 KB.
const maxPattern = 16 << 10

type fileAllow struct {
	Condition   string   `toml:"condition"`
	RegexTarget string   `toml:"regexTarget"`
	Paths       []string `toml:"paths"`
	Regexes     []string `toml:"regexes"`
	StopWords   []string `toml:"stopwords"`
	TargetRules []string `toml:"targetRules"`
}

type file struct {
	Extend struct {
		Disabled []string `toml:"disabledRules"`
	} `toml:"extend"`
	Allow      *fileAllow  `toml:"allowlist"`
	Allowlists []fileAllow `toml:"allowlists"`
	Rules      []struct {
		ID          string      `toml:"id"`
		Description string      `toml:"description"`
		Regex       string      `toml:"regex"`
		SecretGroup int         `toml:"secretGroup"`
		Path        string      `toml:"path"`
		Entropy     float64     `toml:"entropy"`
		Keywords    []string    `toml:"keywords"`
		Allow       *fileAllow  `toml:"allowlist"`
		Allowlists  []fileAllow `toml:"allowlists"`
	} `toml:"rules"`
}

// Parse reads a rule file. Rules that name only a path, and what gitleaks has
// for git histories, are left out.
func Parse(data []byte) (*Set, error) {
	var f file
	if err := toml.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("reading rules: %w", err)
	}
	set := &Set{Allow: allows(f.Allow, f.Allowlists, false), Disabled: f.Extend.Disabled}
	for _, r := range f.Rules {
		if r.Regex == "" {
			continue
		}
		rule := Rule{
			ID: r.ID, Description: r.Description, Regex: r.Regex, Group: r.SecretGroup,
			Path: r.Path, Entropy: r.Entropy, Keywords: r.Keywords, Allow: allows(r.Allow, r.Allowlists, true),
		}
		for _, a := range f.Allowlists {
			for _, id := range a.TargetRules {
				if id == r.ID {
					rule.Allow = append(rule.Allow, a.allow())
				}
			}
		}
		if err := rule.check(); err != nil {
			return nil, err
		}
		set.Rules = append(set.Rules, rule)
	}
	return set, checkPatterns("the allowlist", set.Allow)
}

func allows(one *fileAllow, many []fileAllow, ofRule bool) []Allow {
	var out []Allow
	if one != nil {
		out = append(out, one.allow())
	}
	for _, a := range many {
		if ofRule || len(a.TargetRules) == 0 {
			out = append(out, a.allow())
		}
	}
	return out
}

func (a fileAllow) allow() Allow {
	and := a.Condition == "AND" || a.Condition == "&&" || a.Condition == "and"
	return Allow{Target: a.RegexTarget, And: and, Paths: a.Paths, Regexes: a.Regexes, StopWords: a.StopWords}
}

func (r *Rule) check() error {
	if r.ID == "" {
		return fmt.Errorf("reading rules: a rule has no id")
	}
	return checkPatterns(fmt.Sprintf("rule %q", r.ID), r.Allow, r.Regex, r.Path)
}

// checkPatterns holds regular expressions to what may be compiled later.
func checkPatterns(of string, allow []Allow, patterns ...string) error {
	for _, a := range allow {
		patterns = append(append(patterns, a.Regexes...), a.Paths...)
	}
	for _, p := range patterns {
		if len(p) > maxPattern {
			return fmt.Errorf("reading %s: a pattern is longer than %d bytes", of, maxPattern)
		}
		if _, err := syntax.Parse(p, syntax.Perl); err != nil {
			return fmt.Errorf("reading %s: %w", of, err)
		}
	}
	return nil
}
