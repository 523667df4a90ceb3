package layer_test

import (
	"bytes"
	"context"
	"testing"

	"peel/source/layer"
	. "peel/source/sourcetest"
)

// TestXattrWithoutValue guards that a PAX record without a value sets nothing:
// rootless overlay leaves user.overlay.origin behind in that way, and umoci does
// not unpack it.
func TestXattrWithoutValue(t *testing.T) {
	tar, err := Tar(Reg("f", "").Xattr("user.note", "hi").Xattr("user.overlay.origin", ""))
	if err != nil {
		t.Fatal(err)
	}
	idx, err := layer.Scan(context.Background(), bytes.NewReader(tar), layer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if x := idx.Entries[0].Xattr; len(x) != 1 || x[0] != (layer.Xattr{Name: "user.note", Value: "hi"}) {
		t.Errorf("xattrs %q, want user.note alone", x)
	}
}
