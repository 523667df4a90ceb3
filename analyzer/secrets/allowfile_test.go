package secrets

import (
	"strings"
	"testing"
	"time"
)

func TestParseAllow(t *testing.T) {
	list, err := ParseAllow([]byte("allow:\n  - {rule: S010, path: 'app/**', reason: test, until: 2027-01-31}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Rule != "S010" || list[0].Path != "app/**" {
		t.Fatalf("got %+v", list)
	}
	last := time.Date(2027, 1, 31, 23, 59, 59, 0, time.UTC)
	if list[0].expired(last) || !list[0].expired(last.Add(time.Second)) {
		t.Errorf("until %v: the whole last day counts", list[0].Until)
	}
	if _, err := ParseAllow([]byte("allow: [{value: 'sha256:" + strings.Repeat("0a", 32) + "', reason: x}]")); err != nil {
		t.Errorf("a hash that says which: %v", err)
	}
	for name, c := range map[string]struct{ in, want string }{
		"no reason":      {"allow: [{rule: S010}]", "entry 1: an accepted secret needs a reason"},
		"fits all":       {"allow: [{reason: x}]", "needs a rule, a path or the hash"},
		"bad date":       {"allow: [{rule: S010, reason: x, until: tomorrow}]", `"tomorrow" is no date`},
		"bad hash":       {"allow: [{value: abc, reason: x}]", "no sha256"},
		"unknown key":    {"allow: [{rule: S010, reason: x, til: 2027-01-31}]", "til"},
		"no yaml":        {"allow: [", "reading the accepted secrets"},
		"unknown at top": {"ignore: []", "ignore"},
	} {
		if _, err := ParseAllow([]byte(c.in)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	if list, err := ParseAllow(nil); err != nil || len(list) != 0 {
		t.Errorf("an empty file: %v, %v", list, err)
	}
}
