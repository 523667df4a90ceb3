package secrets

import (
	"errors"
	"fmt"
	"io"
)

// What is unpacked of xz and bzip2 in one layer, in bytes: these decoders give
// 60 and 25 MB/s, a tenth of what a layer itself is read at. The packages that
// apt leaves in its cache would else cost more than the rest of the image.
const (
	// freeSlow is always unpacked. Of packages it is less: their files are mostly
	// installed beside them, where they are looked at.
	freeSlow    = 8 << 20
	freePackage = 1 << 20
	// slowShare of the layer's bytes so far comes on top.
	slowShare = 64
	// bzip2Weight is how many bytes of xz take as long as one of bzip2.
	bzip2Weight = 2
)

// freeWork and a byte for each of the layer's are what regular expressions look
// at in one layer, ten thousand times what layers that nobody has made for this
// need.
const freeWork = 64 << 20

// effort counts what one layer costs beyond reading it once.
type effort struct {
	seen int64 // bytes of files in the layer so far
	used int64 // bytes of slow formats unpacked, weighted
	work int64 // bytes that regular expressions have looked at
}

// afford reports whether regular expressions may look at n bytes more.
func (s *effort) afford(n int) bool {
	s.work += int64(n)
	return s.work <= freeWork+s.seen
}

// left is how many bytes may still be unpacked.
func (s *effort) left(inPackage bool) int64 {
	free := int64(freeSlow)
	if inPackage {
		free = freePackage
	}
	return max(free+s.seen/slowShare-s.used, 0)
}

var errSlow = errors.New("it is compressed in a way that takes long to unpack")

// slowly looks at what a slow decoder gives, as far as the layer's budget goes.
func (u *unpacker) slowly(r io.Reader, weight int64, name string, depth int) error {
	before := u.left
	spare := max(before-u.effort.left(u.inPackage)/weight, 0)
	u.left -= spare
	err := u.read(r, name, depth)
	u.left += spare
	u.effort.used += (before - u.left) * weight
	if spare > 0 && errors.Is(err, errBudget) {
		u.cut = true
		return errSlow
	}
	return err
}

// cutShort tells of the contents that were too slow to unpack wholly.
func (a *assembly) cutShort() {
	if len(a.cut) == 0 {
		return
	}
	what := "1 file"
	if n := len(a.cut); n > 1 {
		what = fmt.Sprintf("%d files", n)
	}
	a.notes = append(a.notes, fmt.Sprintf("%s compressed with xz or bzip2, which take long to unpack, looked at for secrets in part only, the first %s", what, a.cut[0]))
}
