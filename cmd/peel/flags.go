package main

import (
	"fmt"
	"strconv"

	"github.com/dustin/go-humanize"

	"peel/analyzer/policy"
)

// byteSize is a flag that takes "500MB" as well as "500000000".
type byteSize int64

func (b *byteSize) String() string { return strconv.FormatInt(int64(*b), 10) }

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

// ruleFlags are the rules of dive, which are flags too.
var ruleFlags = []string{policy.LowestEfficiency, policy.HighestWastedBytes, policy.HighestUserWastedPercent}

var ruleHelp = map[string]string{
	policy.LowestEfficiency:         "fail --ci below this efficiency, a `ratio` from 0 to 1, or off",
	policy.HighestWastedBytes:       "fail --ci above this `size` of wasted bytes, or off",
	policy.HighestUserWastedPercent: "fail --ci above this `ratio` of wasted bytes to the bytes of all layers but the first, or off",
}
