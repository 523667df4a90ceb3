package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
	"go.yaml.in/yaml/v3"

	"peel/analyzer/finding"
)

// maxFile bounds a file of rules; real ones have a few hundred bytes.
const maxFile = 64 << 10

const disabled = "disabled"

// Parse reads a file of rules, dive's .dive-ci:
//
//	rules:
//	  lowestEfficiency: 0.95        # 0 to 1
//	  highestWastedBytes: 20MB      # or 20MiB, or a plain number of bytes
//	  highestUserWastedPercent: off # so do "", disabled and false
//
// The case of the keys does not matter. A rule that the file does not name has
// its default. Whatever cannot be understood is an error that tells the line: a
// rule that is silently not applied is worse than none.
func Parse(file []byte) (Rules, error) {
	r := Default()
	if len(file) > maxFile {
		return r, fmt.Errorf("reading the rules: the file has %d bytes, at most %d are read", len(file), maxFile)
	}
	root, err := document(file)
	if err != nil {
		return r, fmt.Errorf("reading the rules: %w", err)
	}
	if root == nil {
		return r, nil
	}
	if err := r.top(root); err != nil {
		return Default(), fmt.Errorf("reading the rules: %w", err)
	}
	return r, nil
}

// document is the root node of the only document in file; nil if it is empty.
func document(file []byte) (*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(file))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err == io.EOF {
		return nil, nil
	} else if err != nil {
		return nil, plain(err)
	}
	if err := dec.Decode(&more); err == nil {
		return nil, fmt.Errorf("line %d: a second YAML document begins", more.Line)
	} else if err != io.EOF {
		return nil, plain(err)
	}
	if len(doc.Content) == 0 || isNull(doc.Content[0]) {
		return nil, nil
	}
	return doc.Content[0], nil
}

// plain takes the package name from the parser's words, "yaml: line 3: …".
func plain(err error) error { return errors.New(strings.TrimPrefix(err.Error(), "yaml: ")) }

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func (r *Rules) top(root *yaml.Node) error {
	return each(root, func(key, value *yaml.Node) error {
		if !strings.EqualFold(key.Value, "rules") {
			return fmt.Errorf("line %d: unknown key %q, want rules", key.Line, key.Value)
		}
		if isNull(value) {
			return nil
		}
		return each(value, r.rule)
	})
}

func (r *Rules) rule(key, value *yaml.Node) error {
	s, err := scalar(value)
	if err == nil {
		err = r.Set(key.Value, s)
	} else {
		err = fmt.Errorf("%s: %w", key.Value, err)
	}
	if err != nil {
		return fmt.Errorf("line %d: %w", key.Line, err)
	}
	return nil
}

// each visits the pairs of a mapping. Keys that differ only in case are one key
// given twice.
func each(n *yaml.Node, visit func(key, value *yaml.Node) error) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: want keys and values", n.Line)
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			return fmt.Errorf("line %d: want a name before the colon", key.Line)
		}
		name := strings.ToLower(key.Value)
		if first, ok := lines[name]; ok {
			return fmt.Errorf("line %d: %s is already given in line %d", key.Line, key.Value, first)
		}
		lines[name] = key.Line
		if err := visit(key, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// scalar is a value in the grammar of Set. YAML numbers come in notations that
// the command line does not have, such as 2e7 and 20_000_000.
func scalar(n *yaml.Node) (string, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode {
		return "", errors.New("want one value")
	}
	switch n.Tag {
	case "!!null":
		return "", fmt.Errorf("no value is given; write %s to switch the rule off", disabled)
	case "!!int":
		var v int64
		if err := n.Decode(&v); err != nil {
			return "", fmt.Errorf("%q is too large a number", n.Value)
		}
		return strconv.FormatInt(v, 10), nil
	case "!!float":
		var v float64
		if err := n.Decode(&v); err != nil {
			return "", fmt.Errorf("%q is no number", n.Value)
		}
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return n.Value, nil
}

// Set gives a rule its threshold, as a flag of that name does: a number, a size
// like 20MB for highestWastedBytes, a severity, ids of checks or both for failOn,
// or "", disabled, off or false. The case of name and value does not matter. After an error the rules are unchanged.
func (r *Rules) Set(name, value string) error {
	value = strings.TrimSpace(value)
	var err error
	switch {
	case strings.EqualFold(name, LowestEfficiency):
		err = set(&r.LowestEfficiency, value, parseRatio)
	case strings.EqualFold(name, HighestWastedBytes):
		err = set(&r.HighestWastedBytes, value, parseBytes)
	case strings.EqualFold(name, HighestUserWastedPercent):
		err = set(&r.HighestUserWastedPercent, value, parseRatio)
	case strings.EqualFold(name, FailOn):
		err = r.setFailOn(value)
	default:
		return fmt.Errorf("unknown rule %q, want %s, %s, %s or %s", name, LowestEfficiency, HighestWastedBytes, HighestUserWastedPercent, FailOn)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func set[T int64 | float64 | finding.Severity](t *Threshold[T], value string, parse func(string) (T, error)) error {
	switch strings.ToLower(value) {
	case "", disabled, "off", "false":
		*t = Threshold[T]{}
		return nil
	}
	v, err := parse(value)
	if err != nil {
		return err
	}
	*t = Threshold[T]{v, true}
	return nil
}

// checkID is the form of a check's id.
var checkID = regexp.MustCompile(`^[A-Z][0-9]{3}$`)

// setFailOn reads a severity, ids of checks, or both with commas between them.
func (r *Rules) setFailOn(value string) error {
	var severity Threshold[finding.Severity]
	var checks []string
	for _, v := range strings.Split(value, ",") {
		v = strings.TrimSpace(v)
		if id := strings.ToUpper(v); checkID.MatchString(id) {
			if !slices.Contains(checks, id) {
				checks = append(checks, id)
			}
			continue
		}
		if severity.On {
			return fmt.Errorf("%q: one severity, and ids of checks such as S050", value)
		}
		if err := set(&severity, v, finding.ParseSeverity); err != nil {
			return err
		}
	}
	r.FailOn, r.FailOnChecks = severity, checks
	return nil
}

func parseRatio(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= 0 && v <= 1) { // NaN is neither
		return 0, fmt.Errorf("%q is no number from 0 to 1; write %s to switch the rule off", s, disabled)
	}
	return v + 0, nil // no negative zero
}

func parseBytes(s string) (int64, error) {
	// humanize takes other scripts' digits for numbers, and then cuts in between.
	digits := s != "" && (s[0] >= '0' && s[0] <= '9' || s[0] == '.')
	for i := range len(s) {
		digits = digits && s[i] < 0x80
	}
	if !digits {
		return 0, fmt.Errorf("%q is no size such as 20MB, 20MiB or 20000000; write %s to switch the rule off", s, disabled)
	}
	v, err := humanize.ParseBytes(s)
	if err != nil {
		return 0, fmt.Errorf("%q is no size such as 20MB, 20MiB or 20000000; write %s to switch the rule off", s, disabled)
	}
	if v > math.MaxInt64 {
		return 0, fmt.Errorf("%q is too large a size", s)
	}
	return int64(v), nil
}
