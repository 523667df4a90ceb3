package oci_test

import (
	"testing"

	"peel/source/oci"
)

// FuzzParseSelector guards that what a selector prints is the same selector.
func FuzzParseSelector(f *testing.F) {
	for _, s := range []string{"", ":1", ":a/b:2", "@0", "@2147483647", ":@3", "@sha256:0000000000000000000000000000000000000000000000000000000000000000", "@", ":", "@-1", "@99999999999", "::@1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sel, err := oci.ParseSelector(s)
		if err != nil {
			return
		}
		if sel.Number < 0 {
			t.Errorf("%q picks image %d", s, sel.Number)
		}
		again, err := oci.ParseSelector(sel.String())
		if err != nil || again != sel {
			t.Errorf("%q is %+v, printed %q, which is %+v, %v", s, sel, sel, again, err)
		}
		sel.Matches(s, "a", "a:1", "", "::", "localhost/")
	})
}
