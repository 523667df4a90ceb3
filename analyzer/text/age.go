package text

import (
	"fmt"
	"time"
)

// ages are the units of an age, the largest first. Months and years are the
// calendar's on average.
var ages = []struct {
	name string
	long time.Duration
}{
	{"y", 8766 * time.Hour}, {"mo", 730 * time.Hour}, {"wk", 7 * 24 * time.Hour}, {"d", 24 * time.Hour},
	{"h", time.Hour}, {"min", time.Minute},
}

// AgeWidth is the most columns that Age needs, for what is younger than the
// epoch.
const AgeWidth = 6

// Age says how long ago something was, in one unit, cut and not rounded: "5 min",
// "3 wk", "11 mo". What lies in the future, as clocks differ, is "now".
func Age(d time.Duration) string {
	for _, a := range ages {
		if n := d / a.long; n >= 1 {
			return fmt.Sprintf("%d %s", n, a.name)
		}
	}
	return "now"
}
