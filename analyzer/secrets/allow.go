package secrets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"time"
)

// Allow is one entry of a list of findings that are known and accepted. What is
// empty fits everything, but one of the first three must be there.
type Allow struct {
	Rule   string // a check's id ("S010"), one that a finding also names ("S050") or a rule's ("github-pat")
	Path   string // glob: * within a name, ** across names
	Value  string // sha256 of the secret, 64 hex digits
	Reason string
	Until  time.Time // the last moment; zero for ever
}

// Check reports what is wrong with an entry.
func (a Allow) Check() error {
	if a.Rule == "" && a.Path == "" && a.Value == "" {
		return fmt.Errorf("an allowed secret needs a rule, a path or the hash of a value")
	}
	if b, err := hex.DecodeString(a.Value); a.Value != "" && (err != nil || len(b) != sha256.Size) {
		return fmt.Errorf("the hash of an allowed secret is no sha256 in hex digits")
	}
	if _, err := path.Match(a.Path, ""); err != nil {
		return fmt.Errorf("reading the path of an allowed secret: %w", err)
	}
	return nil
}

// expired reports whether the entry no longer counts.
func (a Allow) expired(now time.Time) bool { return !a.Until.IsZero() && now.After(a.Until) }

func (a Allow) fits(rule, check, file, value string) bool {
	if a.Rule != "" && a.Rule != rule && a.Rule != check {
		return false
	}
	if a.Path != "" && !glob(strings.TrimPrefix(a.Path, "/"), file) {
		return false
	}
	if a.Value == "" {
		return true
	}
	sum := sha256.Sum256([]byte(value))
	return strings.EqualFold(a.Value, hex.EncodeToString(sum[:]))
}

// glob matches a path by names; ** stands for any number of them. Of the
// pattern a prefix of whole names is enough only if it ends in **.
func glob(pattern, name string) bool {
	return globNames(strings.Split(pattern, "/"), strings.Split(name, "/"))
}

func globNames(pattern, name []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for i := range len(name) + 1 {
				if globNames(pattern[1:], name[i:]) {
					return true
				}
			}
			return false
		}
		if len(name) == 0 {
			return false
		}
		if ok, _ := path.Match(pattern[0], name[0]); !ok {
			return false
		}
		pattern, name = pattern[1:], name[1:]
	}
	return len(name) == 0
}

// allowList counts how often its entries were used.
type allowList struct {
	entries []Allow
	used    []int
	now     time.Time
}

func (l *allowList) allows(rule, check, file, value string) bool {
	hit := false
	for i, a := range l.entries {
		if !a.expired(l.now) && a.fits(rule, check, file, value) {
			l.used[i]++
			hit = true
		}
	}
	return hit
}

// stale tells of entries that did nothing.
func (l *allowList) stale() (notes []string) {
	for i, a := range l.entries {
		what := strings.Join(strings.Fields(a.Rule+" "+a.Path+" "+shortHash(a.Value)), " ")
		switch {
		case a.expired(l.now):
			notes = append(notes, fmt.Sprintf("the allowed secret %q expired on %s", what, a.Until.Format(time.DateOnly)))
		case l.used[i] == 0:
			notes = append(notes, fmt.Sprintf("the allowed secret %q fits nothing in this image", what))
		}
	}
	return notes
}

func shortHash(h string) string { return h[:min(len(h), 12)] }
