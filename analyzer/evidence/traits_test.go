package evidence_test

import (
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/evidence"
	"peel/source/layer"
	. "peel/source/sourcetest"
)

// Each finds the objects of a trait as the merged file system has them: not as a
// lower layer had them, and not those that were deleted.
func TestEach(t *testing.T) {
	img := image(t, v1.Config{}, []File{
		Reg("bin/su", "x").Mode(0o755 | layer.Setuid), Reg("bin/was", "x").Mode(0o755 | layer.Setuid), Reg("bin/gone", "x").Mode(0o777),
		Reg("data", "x").Mode(0o666), Dir("tmp", 0o777|layer.Sticky), Symlink("link", "data"), Reg("etc/passwd", "root:x:0:0::/:/bin/sh\n"),
	}, []File{Reg("bin/was", "x").Mode(0o755), Whiteout("bin/gone")})
	for trait, want := range map[evidence.Trait][]string{
		evidence.Elevating:     {"bin/su"},
		evidence.WorldWritable: {"data", "tmp"},
		evidence.SymbolicLink:  {"link"},
		evidence.Kept:          {"etc/passwd"},
		evidence.Special:       nil,
		evidence.Capable:       nil,
	} {
		var got []string
		img.Each(trait, func(o evidence.Object) { got = append(got, img.Path(o).Path) })
		if !slices.Equal(got, want) {
			t.Errorf("trait %d: %v, want %v", trait, got, want)
		}
	}
}
