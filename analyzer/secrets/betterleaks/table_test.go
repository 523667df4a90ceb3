package betterleaks

import (
	"flag"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/betterleaks/betterleaks/config"
	"github.com/pelletier/go-toml/v2"

	"peel/analyzer/secrets/gitleaks"
	"peel/analyzer/secrets/gitleaks/gitleakstest"
)

var update = flag.Bool("update", false, "write table.go")

// leftOut are rules that are not taken, with the reason.
var leftOut = map[string]string{
	"generic-api-key":               "the scanner of assignments stands for it",
	"generic-password":              "the scanner of assignments stands for it",
	"generic-credential-uri":        "the scanner of URLs stands for it",
	"mongodb-connection-string":     "the scanner of URLs stands for it",
	"gcp-service-account":           "parsed as a file",
	"kubernetes-secret-yaml":        "parsed as a file",
	"azure-storage-account-key":     "its words are of every text; there is a rule of ours",
	"alibaba-sts-access-key-secret": "its words are of every text",
	"ovh-application-secret":        "no word of the vendor is in it",
	"polymarket-private-key":        "any hash near the word poly",
	"polymarket-api-key":            "an identifier near the word poly",
	"ibm-cloud-user-api-key":        "its word is a part of names of libraries",
	"brave-search-api-key":          "its form alone is that of any base64",
	"aws-access-token":              "as gitleaks' rule",
	"azure-ad-client-secret":        "as gitleaks' rule",
}

type theirRule struct {
	ID          string           `toml:"id"`
	Description string           `toml:"description"`
	Regex       string           `toml:"regex"`
	Group       int              `toml:"secretGroup"`
	Confidence  string           `toml:"confidence"`
	Keywords    []string         `toml:"keywords"`
	Filter      string           `toml:"filter"`
	SkipReport  bool             `toml:"skipReport"` // a part of another rule's credential
	Components  []map[string]any `toml:"components"`
}

// TestTable guards against a module that was updated without its table.
func TestTable(t *testing.T) {
	var file struct {
		Rules []theirRule `toml:"rules"`
	}
	if err := toml.Unmarshal([]byte(config.DefaultConfig), &file); err != nil {
		t.Fatal(err)
	}
	rules := translate(t, file.Rules)
	if len(rules) < 150 {
		t.Fatalf("only %d rules", len(rules))
	}
	gitleakstest.Table(t, gitleakstest.Render("betterleaks", "Rules", rules), *update)
}

func translate(t *testing.T, list []theirRule) (out []gitleaks.Rule) {
	known := map[string]string{}
	for _, r := range gitleaks.Default.Rules {
		known[r.ID] = plain(r.Regex)
	}
	for _, r := range list {
		if leftOut[r.ID] != "" || r.SkipReport || r.Regex == "" {
			continue
		}
		id, regex := r.ID, asGitleaks(r.Regex)
		if theirs, ok := known[id]; ok {
			if theirs == plain(r.Regex) {
				continue
			}
			id += ".2"
		}
		g := gitleaks.Rule{ID: id, Description: r.Description, Regex: regex, Group: r.Group, Keywords: r.Keywords, Unsure: r.Confidence != "high"}
		if err := filter(&g, r.Filter); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
		out = append(out, g)
	}
	return out
}

// asGitleaks writes a pattern with the end that gitleaks' rules have.
func asGitleaks(regex string) string {
	return strings.ReplaceAll(regex, `(?:\\?['"\x60]|[\s;]|\\[nr]|$)`, `(?:[\x60'"\s;]|\\[nr]|$)`)
}

// plain is a pattern without what both projects write differently around it.
func plain(regex string) string {
	return strings.ReplaceAll(asGitleaks(regex), `[\w.-]{0,50}?`, "")
}

// Forms of the terms that a filter is made of, any of which drops a match.
var (
	entropyTerm = regexp.MustCompile(`^(?:filter\.)?entropy\(finding\["secret"\]\) <=? ([0-9.]+)$`)
	tokensTerm  = regexp.MustCompile(`^filter\.tokenRatio\(finding\["secret"\]\) >= [0-9.]+$`)
	matchesTerm = regexp.MustCompile(`(?s)^(!?)(?:filter\.)?matchesAny\(finding\["secret"\], \[\s*(.*?)\s*\]\)$`)
)

func filter(g *gitleaks.Rule, text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	for term := range strings.SplitSeq(text, "||") {
		term = strings.TrimSpace(term)
		if m := entropyTerm.FindStringSubmatch(term); m != nil {
			bits, err := strconv.ParseFloat(m[1], 64)
			if err != nil {
				return err
			}
			g.Entropy = bits
		} else if tokensTerm.MatchString(term) {
			g.NoWords = true
		} else if m := matchesTerm.FindStringSubmatch(term); m != nil {
			pattern := strings.Trim(m[2], "`\",")
			if m[1] == "!" {
				g.Needs = append(g.Needs, pattern)
			} else {
				g.Allow = append(g.Allow, gitleaks.Allow{Regexes: []string{pattern}})
			}
		} else {
			return fmt.Errorf("its filter has a term of no known form: %s", term)
		}
	}
	return nil
}

func TestFilter(t *testing.T) {
	var g gitleaks.Rule
	err := filter(&g, "filter.entropy(finding[\"secret\"]) < 3.5 || filter.tokenRatio(finding[\"secret\"]) >= 2.5\n || matchesAny(finding[\"secret\"], [`^x`]) || !filter.matchesAny(finding[\"secret\"], [\"[0-9]\"])")
	if err != nil || g.Entropy != 3.5 || !g.NoWords || len(g.Allow) != 1 || g.Allow[0].Regexes[0] != "^x" || len(g.Needs) != 1 || g.Needs[0] != "[0-9]" {
		t.Errorf("%+v, %v", g, err)
	}
	if filter(&g, "let x = 1; x > 2") == nil {
		t.Error("what is not known is taken")
	}
}
