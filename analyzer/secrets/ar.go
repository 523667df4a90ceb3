package secrets

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
)

// The form of an ar archive (ar(5)): a line, then members of a header of fixed
// width and the data, each at an even offset. Debian packages are such, and
// static libraries.
const (
	arMagic     = "!<arch>\n"
	arHeaderLen = 60
	arEnd       = "`\n"
)

var errAr = errors.New("a member's header is broken")

// ar looks at the members of an ar archive.
func (u *unpacker) ar(r *bufio.Reader, name string, depth int) error {
	if _, err := r.Discard(len(arMagic)); err != nil {
		return err
	}
	var h [arHeaderLen]byte
	for {
		if _, err := io.ReadFull(r, h[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		size, err := strconv.ParseInt(strings.TrimRight(string(h[48:58]), " "), 10, 64)
		if err != nil || size < 0 || string(h[58:]) != arEnd {
			return errAr
		}
		part := &io.LimitedReader{R: r, N: size + size&1}
		inner := joinInner(name, strings.TrimRight(string(h[:16]), " /"))
		if err := u.read(&io.LimitedReader{R: part, N: size}, inner, depth); err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, part); err != nil {
			return err
		}
	}
}
