package check_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	_ "peel/analyzer" // links all families
	"peel/analyzer/check"
)

var update = flag.Bool("update", false, "write the pages")

var idForm = regexp.MustCompile(`^[A-Z][0-9]{3}$`)

// Every check says all there is to say, whoever wrote it.
func TestChecksAreComplete(t *testing.T) {
	if len(check.Families()) < 4 {
		t.Fatal("families are missing")
	}
	for _, f := range check.Families() {
		if f.Title == "" || len(f.Checks) == 0 {
			t.Errorf("the family %s says nothing", f.Name)
		}
		for _, c := range f.Checks {
			complete(t, f, c)
		}
	}
}

func complete(t *testing.T, f check.Family, c check.Check) {
	if !idForm.MatchString(c.ID) || c.Family() != f.Name {
		t.Errorf("%s is no id of the family %s", c.ID, f.Name)
	}
	for name, s := range map[string]string{
		"title": c.Title, "what": c.What, "why": c.Why, "fix": c.Fix, "before": c.Before, "after": c.After, "reference": c.Reference,
	} {
		if strings.TrimSpace(s) == "" || strings.TrimSpace(s) != s {
			t.Errorf("%s: %s is %q", c.ID, name, s)
		}
		if strings.ContainsAny(s, "\t`") {
			t.Errorf("%s: %s is no plain text: %q", c.ID, name, s)
		}
	}
	if c.Run != nil {
		for name, s := range map[string]string{"what": c.What, "why": c.Why, "fix": c.Fix} {
			if !strings.HasSuffix(s, ".") || strings.Contains(s, "\n") || len(s) < len("Use COPY.") {
				t.Errorf("%s: %s is no sentence: %q", c.ID, name, s)
			}
		}
		if c.Needs == 0 {
			t.Errorf("%s needs no evidence", c.ID)
		}
	}
	if c.Before == c.After {
		t.Errorf("%s: the fix changes nothing", c.ID)
	}
}

const pages = "../../docs/checks"

// The pages are made of the catalogue; -update writes them anew.
func TestPages(t *testing.T) {
	want := map[string]string{"README.md": check.Index(), "PEERS.md": check.PeersPage()}
	for _, f := range check.Families() {
		for i := range f.Checks {
			want[f.Checks[i].ID+".md"] = f.Checks[i].Page()
		}
	}
	if *update {
		if err := os.MkdirAll(pages, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadDir(pages)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range have {
		if want[e.Name()] != "" {
			continue
		}
		if !*update {
			t.Errorf("%s is of no check", e.Name())
		} else if err := os.Remove(filepath.Join(pages, e.Name())); err != nil {
			t.Error(err)
		}
	}
	for name, text := range want {
		path := filepath.Join(pages, name)
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Error(err)
			}
			continue
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%s differs from the catalogue: make generate writes it anew", name)
		}
	}
}

// Every check of a peer is ours too, or it is said why not; and no check of ours
// names a peer that there is not.
func TestPeers(t *testing.T) {
	known := map[string]bool{}
	for _, tool := range check.PeerTools {
		for _, p := range tool.Peers {
			if known[p.ID] || p.Title == "" {
				t.Errorf("%s is there twice, or says nothing", p.ID)
			}
			known[p.ID] = true
			if kin := check.Kin(p.ID); (len(kin) == 0) != (p.Left != "") {
				t.Errorf("%s: kin %v, left out for %q", p.ID, kin, p.Left)
			}
		}
	}
	ours := regexp.MustCompile(`\b(DKL|CIS-DI|DS)-[A-Z0-9-]+`)
	for _, f := range check.Families() {
		for _, c := range f.Checks {
			for _, id := range ours.FindAllString(c.Peers, -1) {
				if !known[id] {
					t.Errorf("%s: there is no %s", c.ID, id)
				}
			}
		}
	}
}

func TestLookup(t *testing.T) {
	for _, id := range []string{"P001", "m037", "S050", "H012"} {
		if c, ok := check.Lookup(id); !ok || !strings.EqualFold(c.ID, id) || c.Why == "" {
			t.Errorf("%s gives %+v", id, c)
		}
	}
	if c, ok := check.Lookup("P999"); ok {
		t.Errorf("P999 is %+v", c)
	}
	for id, want := range map[string]string{"P01": "P010", "p0o1": "P001", "HEALTH": "M030", "sudo": "P024"} {
		if near := strings.Join(check.Near(id), " "); !strings.Contains(near, want) {
			t.Errorf("near %s is %s", id, near)
		}
	}
	for _, id := range []string{"", "zzzzzzzzzzz", strings.Repeat("P", 1000)} {
		if near := check.Near(id); len(near) > 0 {
			t.Errorf("near %.20q is %v", id, near)
		}
	}
}
