package secrets

import (
	"iter"
	"math/bits"
)

// charset is a set of bytes.
type charset [4]uint64

func (c *charset) has(b byte) bool { return c[b>>6]>>(b&63)&1 != 0 }

func (c *charset) add(lo, hi byte) {
	for b := int(lo); b <= int(hi); b++ {
		c[b>>6] |= 1 << (b & 63)
	}
}

// size is the number of members.
func (c *charset) size() (n int) {
	for _, word := range c {
		n += bits.OnesCount64(word)
	}
	return n
}

// each gives the members; of nil, which stands for all bytes, those.
func (c *charset) each() iter.Seq[byte] {
	return func(yield func(byte) bool) {
		for b := range 256 {
			if (c == nil || c.has(byte(b))) && !yield(byte(b)) {
				return
			}
		}
	}
}

// chars makes a set of ranges ("a-z") and single bytes, written without
// separators: "a-z0-9_". A minus that is meant comes last.
func chars(spec string) *charset {
	c := new(charset)
	for i := 0; i < len(spec); i++ {
		if i+2 < len(spec) && spec[i+1] == '-' {
			c.add(spec[i], spec[i+2])
			i += 2
			continue
		}
		c.add(spec[i], spec[i])
	}
	return c
}

// The sets that rules and scanners share.
var (
	alnum     = chars("a-zA-Z0-9")
	letters   = chars("a-zA-Z")
	digits    = chars("0-9")
	hexDigits = chars("0-9a-fA-F")
	wordChars = chars("a-zA-Z0-9_")
	identity  = chars("a-zA-Z0-9_.-")     // of a key's name
	base64Set = chars("a-zA-Z0-9+/=_-")   // both alphabets
	tokenSet  = chars("a-zA-Z0-9+/=_.~-") // what tokens are made of
	spaces    = chars(" \t\r\n\v\f")
	blankSet  = chars(" \t")
)

// lower maps A-Z to a-z and all else to itself.
var lower = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
	}
	for c := 'A'; c <= 'Z'; c++ {
		t[c] = byte(c) + 'a' - 'A'
	}
	return t
}()
