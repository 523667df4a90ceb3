package main

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"peel/analyzer/policy"
)

// byteSize is a flag that takes "500MB" as well as "500000000".
type byteSize int64

func (b *byteSize) String() string { return humanize.IBytes(uint64(*b)) }

// Type is what the help calls the value.
func (b *byteSize) Type() string { return "size" }

// Set implements pflag.Value.
func (b *byteSize) Set(s string) error {
	n, err := humanize.ParseBytes(s)
	if err != nil || n == 0 || n > 1<<62 {
		return fmt.Errorf("%q is not a size like 500MB", s)
	}
	*b = byteSize(n)
	return nil
}

// failOnFlag sets policy.FailOn; its name is trivy's kin.
const failOnFlag = "fail-on"

// ruleFlags are the rules of dive, which are flags too, and the one on findings.
var ruleFlags = []string{policy.LowestEfficiency, policy.HighestWastedBytes, policy.HighestUserWastedPercent, failOnFlag}

var ruleHelp = map[string]string{
	failOnFlag:                      "fail --ci on findings of this severity or above: info, low, medium, high, critical, or off (default high); ids of checks count too: high,S050",
	policy.LowestEfficiency:         "fail --ci below this efficiency, a ratio from 0 to 1, or off",
	policy.HighestWastedBytes:       "fail --ci above this size of wasted bytes, or off",
	policy.HighestUserWastedPercent: "fail --ci above this ratio of wasted bytes to the bytes of all layers but the first, or off",
}

// ruleOf is the rule that a flag sets.
func ruleOf(flag string) string {
	if flag == failOnFlag {
		return policy.FailOn
	}
	return flag
}
