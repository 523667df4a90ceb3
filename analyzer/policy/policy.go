// Package policy turns thresholds and the figures of an image into a verdict.
//
// The thresholds are dive's, by name, file format (.dive-ci) and comparison.
// Take Default or Parse a file, Set what the command line says, then Evaluate.
package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"peel/analyzer/finding"
	"peel/analyzer/text"
)

// The names of the rules, as files and flags write them. The first three are dive's.
const (
	LowestEfficiency         = "lowestEfficiency"
	HighestWastedBytes       = "highestWastedBytes"
	HighestUserWastedPercent = "highestUserWastedPercent"
	FailOn                   = "failOn"
)

// Threshold is a limit that may be switched off; the zero value is.
type Threshold[T int64 | float64 | finding.Severity] struct {
	Limit T
	On    bool
}

// Rules are the thresholds of a policy.
type Rules struct {
	LowestEfficiency         Threshold[float64] // 0 to 1
	HighestWastedBytes       Threshold[int64]   // uncompressed bytes
	HighestUserWastedPercent Threshold[float64] // a fraction in spite of its name: 0 to 1
	FailOn                   Threshold[finding.Severity]
	// FailOnChecks are ids of checks, "S050", that fail whatever their severity:
	// those of findings, and those that findings also name.
	FailOnChecks []string
}

// Default returns what dive v0.13.1 uses without a file, and a rule that grave
// findings fail.
func Default() Rules {
	return Rules{
		LowestEfficiency:         Threshold[float64]{0.9, true},
		HighestUserWastedPercent: Threshold[float64]{0.1, true},
		FailOn:                   Threshold[finding.Severity]{finding.High, true},
	}
}

// Figures are what is measured of an image.
type Figures struct {
	Efficiency float64 // dive's figure, 0 to 1
	// WastedBytes are the bytes of regular files in all layers minus those
	// visible in the merged file system, uncompressed. dive's figure of this
	// name differs: it also counts the live copy of each file that has dead
	// ones, and counts nothing for a deleted directory. A threshold that was
	// tuned to dive may therefore be lowered.
	WastedBytes int64
	// UserWastedPercent is WastedBytes as a fraction of the bytes of all layers
	// but the first; nil if those hold no bytes.
	UserWastedPercent *float64
	// Severities are those of the findings; nil if nobody looked for any.
	Severities []finding.Severity
	// Checks counts the findings by the ids of checks that they name.
	Checks map[string]int
	// Partial says that not all of the image was read. WastedBytes is then a
	// lower bound, and the two ratios may still move either way.
	Partial bool
	// Withheld is how many files there are whose contents could not be read.
	Withheld int
}

// Status is what became of a rule.
type Status string

// The statuses of a rule.
const (
	Pass    Status = "pass"
	Fail    Status = "fail"
	Skipped Status = "skipped" // switched off, or the question has no answer
	Unknown Status = "unknown" // too little of the image was read to tell
)

// Result is the outcome of one rule.
type Result struct {
	Name      string `json:"name"`
	Threshold string `json:"threshold"`        // normalised: "0.9", "20000000", "disabled"
	Actual    string `json:"actual,omitempty"` // "0.9213", "12345678", "infinite"; "" if it is not known
	Status    Status `json:"status"`
	Message   string `json:"message"` // one plain sentence
}

// Verdict is the outcome of a policy.
type Verdict struct {
	Pass    bool     `json:"pass"`    // every rule passed or was skipped
	Unknown bool     `json:"unknown"` // some rule could not be decided
	Rules   []Result `json:"rules"`   // one for each rule, in a fixed order
}

// Failed reports whether some rule is surely violated, whatever the rest of a
// partly read image holds.
func (v Verdict) Failed() bool {
	for _, r := range v.Rules {
		if r.Status == Fail {
			return true
		}
	}
	return false
}

// Evaluate compares as dive does, strictly: a figure that equals its threshold
// passes. Of an image that was partly read nothing passes; it fails already if
// what was read wastes too much.
func Evaluate(r Rules, f Figures) Verdict {
	v := Verdict{Pass: true, Rules: []Result{efficiency(r, f), wastedBytes(r, f), userWasted(r, f), findings(r, f)}}
	for _, res := range v.Rules {
		switch res.Status {
		case Fail:
			v.Pass = false
		case Unknown:
			v.Pass, v.Unknown = false, true
		}
	}
	return v
}

func efficiency(r Rules, f Figures) Result {
	t := r.LowestEfficiency
	res := Result{Name: LowestEfficiency, Threshold: ratioString(t), Actual: figure(f.Efficiency, t.Limit)}
	switch {
	case !t.On:
		return res.off()
	case f.Partial:
		return res.unread("The efficiency")
	// A figure that is no number is no reason to pass.
	case !(f.Efficiency >= t.Limit):
		return res.is(Fail, "The efficiency %s is below the lowest allowed, %s.", res.Actual, res.Threshold)
	}
	return res.is(Pass, "The efficiency %s is at least %s.", res.Actual, res.Threshold)
}

func wastedBytes(r Rules, f Figures) Result {
	t := r.HighestWastedBytes
	res := Result{Name: HighestWastedBytes, Threshold: bytesString(t), Actual: strconv.FormatInt(f.WastedBytes, 10)}
	wasted, limit := text.Bytes(f.WastedBytes), text.Bytes(t.Limit)
	if wasted == limit { // so close that only exact figures tell them apart
		wasted, limit = res.Actual+" bytes", res.Threshold+" bytes"
	}
	switch {
	case !t.On:
		return res.off()
	case f.WastedBytes > t.Limit && f.Partial:
		return res.is(Fail, "At least %s are wasted, more than the highest allowed, %s.", wasted, limit)
	case f.WastedBytes > t.Limit:
		return res.is(Fail, "%s are wasted, more than the highest allowed, %s.", wasted, limit)
	case f.Partial:
		return res.is(Unknown, "At least %s are wasted, but the image was not read to its end.", wasted)
	}
	return res.is(Pass, "%s are wasted, no more than %s.", wasted, limit)
}

func userWasted(r Rules, f Figures) Result {
	t := r.HighestUserWastedPercent
	res := Result{Name: HighestUserWastedPercent, Threshold: ratioString(t)}
	if f.UserWastedPercent != nil {
		res.Actual = figure(*f.UserWastedPercent, t.Limit)
	}
	switch {
	case !t.On:
		return res.off()
	case f.Partial:
		return res.unread("The wasted share of the layers above the first")
	case f.UserWastedPercent == nil && f.WastedBytes > 0:
		// Layers that only delete: dive divides by zero here and fails, too.
		res.Actual = "infinite"
		return res.is(Fail, "The layers above the first hold no bytes, but make %s wasted.", text.Bytes(f.WastedBytes))
	case f.UserWastedPercent == nil:
		return res.is(Skipped, "Not applicable: no layer above the first holds any bytes.")
	case !(*f.UserWastedPercent <= t.Limit):
		return res.is(Fail, "The wasted share of the layers above the first is %s, more than the highest allowed, %s.", res.Actual, res.Threshold)
	}
	return res.is(Pass, "The wasted share of the layers above the first is %s, no more than %s.", res.Actual, res.Threshold)
}

func findings(r Rules, f Figures) Result {
	t := r.FailOn
	res := Result{Name: FailOn, Threshold: failOnString(r)}
	if f.Severities == nil {
		return res.is(Skipped, "Not applicable: nothing was asked to look for findings.")
	}
	if !t.On && len(r.FailOnChecks) == 0 {
		return res.off()
	}
	var bad, good, actual []string // what to say of each condition
	if t.On {
		count := 0
		for _, s := range f.Severities {
			if s >= t.Limit {
				count++
			}
		}
		actual = append(actual, strconv.Itoa(count))
		bad, good = tell(bad, good, count, len(f.Severities), "of severity "+t.Limit.String()+" or above")
	}
	for _, id := range r.FailOnChecks {
		actual = append(actual, fmt.Sprintf("%s: %d", id, f.Checks[id]))
		bad, good = tell(bad, good, f.Checks[id], len(f.Severities), "of the check "+id)
	}
	res.Actual = strings.Join(actual, ", ")
	switch {
	case bad != nil:
		return res.is(Fail, "%s.", strings.Join(bad, ", "))
	case f.Partial:
		return res.is(Unknown, "%s, but the image was not read to its end.", strings.Join(good, ", "))
	case f.Withheld > 0:
		return res.is(Unknown, "%s, but the contents of %d files could not be read.", strings.Join(good, ", "), f.Withheld)
	}
	return res.is(Pass, "%s.", strings.Join(good, ", "))
}

// Breaking tells the findings that FailOn failed for, by their severity and the
// checks that they name. A verdict has the rule as failOnString writes it.
func (v Verdict) Breaking() func(s finding.Severity, checks ...string) bool {
	var r Rules
	for _, res := range v.Rules {
		if res.Name == FailOn && res.Status == Fail {
			_ = r.setFailOn(res.Threshold) // it can be read: Evaluate wrote it
		}
	}
	return func(s finding.Severity, checks ...string) bool {
		return r.FailOn.On && s >= r.FailOn.Limit ||
			slices.ContainsFunc(r.FailOnChecks, func(id string) bool { return slices.Contains(checks, id) })
	}
}

// tell words how many of all findings a condition of the policy is about.
func tell(bad, good []string, count, all int, which string) ([]string, []string) {
	if count > 0 {
		return append(bad, fmt.Sprintf("%d of %d findings are %s", count, all, which)), good
	}
	return bad, append(good, fmt.Sprintf("None of %d findings is %s", all, which))
}

// failOnString is the rule as a file writes it: "high", "high,S050", "disabled".
func failOnString(r Rules) string {
	list := slices.Clone(r.FailOnChecks)
	if r.FailOn.On {
		list = append([]string{r.FailOn.Limit.String()}, list...)
	}
	if len(list) == 0 {
		return disabled
	}
	return strings.Join(list, ",")
}

func (r Result) is(s Status, format string, args ...any) Result {
	r.Status, r.Message = s, fmt.Sprintf(format, args...)
	return r
}

func (r Result) off() Result { return r.is(Skipped, "The rule is switched off.") }

// unread is for a figure that may move either way: what is known of it is left out.
func (r Result) unread(what string) Result {
	r.Actual = ""
	return r.is(Unknown, "%s is not known: the image was not read to its end.", what)
}

// figure gives a ratio with four decimals, and with all of them where four
// would hide on which side of the limit it is.
func figure(v, limit float64) string {
	s := strconv.FormatFloat(v, 'f', 4, 64)
	if r, err := strconv.ParseFloat(s, 64); err != nil || cmp.Compare(r, limit) != cmp.Compare(v, limit) {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return s
}

func ratioString(t Threshold[float64]) string {
	if !t.On {
		return disabled
	}
	return strconv.FormatFloat(t.Limit, 'f', -1, 64)
}

func bytesString(t Threshold[int64]) string {
	if !t.On {
		return disabled
	}
	return strconv.FormatInt(t.Limit, 10)
}
