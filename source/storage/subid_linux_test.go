package storage

import (
	"reflect"
	"testing"
)

func TestSubRanges(t *testing.T) {
	const file = "# a comment\nalice:100000:65536\nbob:165536:65536\nalice:300000:10\n1000:400000:5\nalice:x:1\nalice:1\nalice:1:0\nalice:99999999999:1\n"
	for who, want := range map[string][][2]uint64{
		"alice": {{100000, 65536}, {300000, 10}}, "bob": {{165536, 65536}}, "1000": {{400000, 5}}, "carol": nil,
	} {
		if got := subRanges([]byte(file), []string{who}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", who, got, want)
		}
	}
}
