package gitleaks_test

import (
	"flag"
	"testing"

	"github.com/zricethezav/gitleaks/v8/config"

	"peel/analyzer/secrets/gitleaks"
	"peel/analyzer/secrets/gitleaks/gitleakstest"
)

var update = flag.Bool("update", false, "write table.go")

// TestTable guards against a module that was updated without its table.
func TestTable(t *testing.T) {
	set, err := gitleaks.Parse([]byte(config.DefaultConfig))
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Rules) < 200 {
		t.Fatalf("only %d rules", len(set.Rules))
	}
	gitleakstest.Table(t, gitleakstest.Set(set), *update)
}

func TestParse(t *testing.T) {
	set, err := gitleaks.Parse([]byte(`
[allowlist]
paths = ['''a''']
[[rules]]
id = "mine"
regex = '''mine_[a-z]{4}'''
keywords = ["mine_"]
[[rules.allowlists]]
condition = "AND"
stopwords = ["x"]
[[rules]]
id = "path only"
path = '''x'''
`))
	if err != nil || len(set.Rules) != 1 || len(set.Allow) != 1 || !set.Rules[0].Allow[0].And {
		t.Fatalf("%+v, %v", set, err)
	}
	for _, bad := range []string{"[[rules]]\nregex='a'", "[[rules]]\nid='a'\nregex='('", "[[rules"} {
		if _, err := gitleaks.Parse([]byte(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("[[rules]]\nid='a'\nregex='b'\n"))
	f.Fuzz(func(t *testing.T, b []byte) { gitleaks.Parse(b) })
}
