package check

import (
	"fmt"

	"peel/analyzer/finding"
)

// Status is what became of a check.
type Status uint8

// The statuses. The zero value is Unknown: nothing passes by omission.
const (
	Unknown       Status = iota // the evidence is missing
	Pass                        // looked at, and nothing is wrong
	Fail                        // there are findings
	NotApplicable               // the question does not arise
)

var statuses = [...]string{"unknown", "pass", "fail", "not-applicable"}

func (s Status) String() string { return statuses[s] }

// MarshalText gives the name.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Answer is what a check says of an image.
type Answer struct {
	Status   Status
	Reason   string // why it is unknown or not applicable; of a pass or of findings, what else is to be known
	Findings []finding.Finding
}

// Found answers with findings; without any the check has passed.
func Found(list ...finding.Finding) Answer {
	if len(list) == 0 {
		return Answer{Status: Pass}
	}
	return Answer{Status: Fail, Findings: list}
}

// Passed is the answer of an image that has nothing of the kind.
func Passed() Answer { return Answer{Status: Pass} }

// Unsure answers that the evidence is missing.
func Unsure(format string, args ...any) Answer {
	return Answer{Status: Unknown, Reason: fmt.Sprintf(format, args...)}
}

// Moot answers that the question does not arise.
func Moot(format string, args ...any) Answer {
	return Answer{Status: NotApplicable, Reason: fmt.Sprintf(format, args...)}
}

// Outcome is what became of one check on an image.
type Outcome struct {
	ID       string
	Family   string
	Status   Status
	Reason   string
	Findings int
}
