package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"peel/analyzer/finding"
	"peel/analyzer/secrets"
)

// drawsOfRule is how many samples are drawn for each rule.
const drawsOfRule = 4

// ruleFiles are the files of rules that samples are drawn for, by module.
var ruleFiles = []struct{ name, module, path string }{
	{"gitleaks", "github.com/zricethezav/gitleaks/v8", "config/gitleaks.toml"},
	{"betterleaks", "github.com/betterleaks/betterleaks", "config/betterleaks.toml"},
}

// theirRule is a rule as both projects write it.
type theirRule struct {
	ID         string   `toml:"id"`
	Regex      string   `toml:"regex"`
	Entropy    float64  `toml:"entropy"`
	Keywords   []string `toml:"keywords"`
	SkipReport bool     `toml:"skipReport"`
}

// public are parts of the names of rules for what is no secret by itself.
var public = []string{"client-id", "access-id", "pub-key", "public", "user-api-id", "account-id", "access-key-id", "generic", "publishable", "application-id", "-url", "tenant-id", "key-id", "client-sdk-key", "mobile-sdk-key"}

func (r *theirRule) isSecret() bool {
	for _, part := range public {
		if strings.Contains(r.ID, part) {
			return false
		}
	}
	return !r.SkipReport && r.Regex != ""
}

// assignment is what the rules have between the name of a vendor and its key.
const assignment = `(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}`

// ends are what the rules have behind a secret.
var ends = []string{"(?:[\\x60'\"\\s;]|\\\\[nr]|$)", "(?:\\\\?['\"\\x60]|[\\s;]|\\\\[nr]|$)"}

// drawRules measures on samples that are drawn anew within each rule's pattern.
// The seed is fixed, so that two runs compare.
func drawRules(s *secrets.Scanner, verbose bool) error {
	for _, f := range ruleFiles {
		rules, err := loadRules(f.module, f.path)
		if err != nil {
			return err
		}
		d := drawer{rand.New(rand.NewPCG(1, 2))}
		var hit score
		missed := map[string][]string{}
		for i := range rules {
			r := &rules[i]
			if !r.isSecret() {
				continue
			}
			for n := range drawsOfRule {
				text := d.sample(r, n)
				hit.all++
				if finding.Count(s.Scan("app/settings.txt", []byte(text)), finding.Medium) > 0 {
					hit.hit++
				} else {
					missed[r.ID] = append(missed[r.ID], text)
				}
			}
		}
		fmt.Printf("drawn anew within the rules of %-12s %v\n", f.name, hit)
		if verbose {
			show("missed", missed)
		}
	}
	return nil
}

func loadRules(module, path string) ([]theirRule, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return nil, fmt.Errorf("looking for %s: %w", module, err)
	}
	b, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), path))
	if err != nil {
		return nil, err
	}
	var file struct {
		Rules []theirRule `toml:"rules"`
	}
	if err := toml.Unmarshal(b, &file); err != nil {
		return nil, fmt.Errorf("reading %s of %s: %w", path, module, err)
	}
	return file.Rules, nil
}

// styles are how the key of a vendor is assigned.
var styles = []string{"%s_api_key = \"%s\"\n", "export %s_TOKEN=%s\n", "%s.secret: %s\n", "\"%sKey\": \"%s\"\n"}

// sample draws one that the rule's own entropy lets pass.
func (d drawer) sample(r *theirRule, n int) string {
	var text string
	for range 20 {
		_, value, assigned := strings.Cut(r.Regex, assignment)
		if !assigned || len(r.Keywords) == 0 {
			text = d.draw(r.Regex)
			if bits(text) > r.Entropy {
				return fmt.Sprintf("value = %s\n", text)
			}
			continue
		}
		flags := ""
		if strings.HasPrefix(r.Regex, "(?i)") {
			flags = "(?i)"
		}
		for _, end := range ends {
			value = strings.TrimSuffix(value, end)
		}
		v := d.draw(flags + value)
		if text = fmt.Sprintf(styles[n%len(styles)], r.Keywords[0], v); bits(v) > r.Entropy {
			break
		}
	}
	return text
}

// bits is Shannon's entropy of a text, a byte.
func bits(s string) float64 {
	count := map[byte]float64{}
	for i := range len(s) {
		count[s[i]]++
	}
	sum := 0.0
	for _, n := range count {
		sum -= n / float64(len(s)) * math.Log2(n/float64(len(s)))
	}
	return sum
}
