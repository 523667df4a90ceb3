package secrets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// allowEntry is an Allow as the file writes it.
type allowEntry struct {
	Rule   string `yaml:"rule"`
	Path   string `yaml:"path"`
	Value  string `yaml:"value"`
	Reason string `yaml:"reason"`
	Until  string `yaml:"until"` // 2027-01-31: the last day it counts
}

// ParseAllow reads a file of accepted secrets:
//
//	allow:
//	  - rule: S010               # a check's id or a rule's name
//	    path: app/testdata/**    # glob; ** stands for any directories
//	    value: 9f86d081884c…     # sha256 of the secret, in hex
//	    reason: expired key of the test suite
//	    until: 2027-01-31        # optional
//
// A reason, and at least one of rule, path and value must be there.
func ParseAllow(file []byte) ([]Allow, error) {
	var doc struct {
		Allow []allowEntry `yaml:"allow"`
	}
	d := yaml.NewDecoder(bytes.NewReader(file))
	d.KnownFields(true)
	if err := d.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the accepted secrets: %w", err)
	}
	list := make([]Allow, 0, len(doc.Allow))
	for i, e := range doc.Allow {
		a, err := e.allow()
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		list = append(list, a)
	}
	return list, nil
}

func (e allowEntry) allow() (Allow, error) {
	a := Allow{Rule: e.Rule, Path: e.Path, Value: strings.TrimPrefix(e.Value, "sha256:"), Reason: e.Reason}
	if e.Reason == "" {
		return a, errors.New("an accepted secret needs a reason")
	}
	if e.Until != "" {
		day, err := time.Parse(time.DateOnly, e.Until)
		if err != nil {
			return a, fmt.Errorf("until: %q is no date like 2027-01-31", e.Until)
		}
		a.Until = day.AddDate(0, 0, 1).Add(-time.Nanosecond)
	}
	return a, a.Check()
}
