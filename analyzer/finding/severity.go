package finding

import (
	"fmt"
	"slices"
	"strings"
)

// Severity is how bad a finding is; the graver, the greater. The zero value is
// Info.
type Severity uint8

// The severities.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severities = []string{"info", "low", "medium", "high", "critical"}

func (s Severity) String() string { return name(severities, uint8(s)) }

// MarshalText gives the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes what ParseSeverity takes.
func (s *Severity) UnmarshalText(b []byte) (err error) {
	*s, err = ParseSeverity(string(b))
	return err
}

// ParseSeverity reads the name of a severity, in any case.
func ParseSeverity(s string) (Severity, error) {
	n, err := parse("severity", severities, s)
	return Severity(n), err
}

// Confidence is how sure a finding is of itself. The zero value is Unsure.
type Confidence uint8

// The confidences.
const (
	Unsure Confidence = iota // a hint: look at it
	Likely                   // the form of a secret in a fitting place
	Sure                     // exact from bytes: a checksum, a parsed key, a decoded password
)

var confidences = []string{"low", "medium", "high"}

func (c Confidence) String() string { return name(confidences, uint8(c)) }

// MarshalText gives the name: low, medium or high.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads the name, in any case.
func (c *Confidence) UnmarshalText(b []byte) error {
	n, err := parse("confidence", confidences, string(b))
	*c = Confidence(n)
	return err
}

func name(names []string, n uint8) string {
	if int(n) < len(names) {
		return names[n]
	}
	return fmt.Sprintf("%d", n)
}

func parse(what string, names []string, s string) (int, error) {
	n := slices.Index(names, strings.ToLower(s))
	if n < 0 {
		return 0, fmt.Errorf("%q is no %s: take one of %s", s, what, strings.Join(names, ", "))
	}
	return n, nil
}
