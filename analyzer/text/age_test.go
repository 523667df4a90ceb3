package text_test

import (
	"testing"
	"time"

	"peel/analyzer/text"
)

func TestAge(t *testing.T) {
	const day = 24 * time.Hour
	for d, want := range map[time.Duration]string{
		-time.Hour: "now", 0: "now", 59 * time.Second: "now", time.Minute: "1 min", 59 * time.Minute: "59 min",
		time.Hour: "1 h", 23 * time.Hour: "23 h", day: "1 d", 6 * day: "6 d", 7 * day: "1 wk", 29 * day: "4 wk",
		31 * day: "1 mo", 364 * day: "11 mo", 366 * day: "1 y", 56 * 366 * day: "56 y",
	} {
		if got := text.Age(d); got != want || len(got) > text.AgeWidth {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
