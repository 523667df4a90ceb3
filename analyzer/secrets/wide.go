package secrets

import "encoding/binary"

// Text of 16-bit characters within binaries: the strings of .NET assemblies, of
// Windows' resources, of programs that are written for both. A file that is such
// text as a whole is transcoded before it is scanned; see utf16.go.
const (
	// minWide is the least number of characters of such a string that is looked
	// at: an AWS key id, the shortest of what its form alone tells, has so many.
	minWide = 20
	// wideStep is the distance of the groups of eight bytes that are sampled. One
	// of them lies wholly in each string of minWide characters, whose last byte
	// may be another's.
	wideStep = 2*minWide - 1 - 7 - (2*minWide-1-7)%8
)

// wide looks for secrets in the 16-bit strings of a binary that begin, each
// secret, in b[from:to].
func (t *text) wide(b []byte, from, to int) {
	// A string that begins before a piece is looked at with what is there of it.
	last := min(to+wideStep, len(b)) - 8
	for i := max(from-wideStep, 0) &^ 7; ; {
		if i = nextWide(b, i, last); i > last {
			return
		}
		start, end := wideRun(b, i)
		if end-start >= 2*minWide-1 {
			t.wideText(b, start, end, from, to)
		}
		i = max(end&^7, i+wideStep)
	}
}

// nextWide samples from b[i:i+8] on until b[last:last+8] for a group that
// alternates, and returns its place, or one behind last.
func nextWide(b []byte, i, last int) int {
	for ; i <= last; i += wideStep {
		w := binary.LittleEndian.Uint64(b[i:])
		// Code and numbers hardly have it, nor have zeros: one branch, foreseen.
		if (w&lowBytes == 0) != (w&^lowBytes == 0) && alternates(w) {
			return i
		}
	}
	return i
}

// lowBytes are the even ones of eight bytes.
const lowBytes = 0x00ff00ff00ff00ff

// alternates reports whether of eight bytes, every other of which is zero, the
// rest are printable.
func alternates(w uint64) bool {
	const each = 0x0001000100010001
	if w&lowBytes == 0 {
		w >>= 8
	}
	// Both differences have bit 15 set where a character is out of range.
	return ((w-each*' ')|(each*'~'-w))&(each*0x8000) == 0
}

// wideRun is the stretch around b[i:i+8] in which printable bytes and zeros
// alternate. It begins and ends with a printable byte.
func wideRun(b []byte, i int) (start, end int) {
	if b[i] == 0 {
		i++
	}
	start, end = i, i+1
	for start >= 2 && b[start-1] == 0 && isText(b[start-2]) {
		start -= 2
	}
	for end+1 < len(b) && b[end] == 0 && isText(b[end+1]) {
		end += 2
	}
	return start, end
}

// wideText scans the string in b[start:end] as if its characters were bytes.
func (t *text) wideText(b []byte, start, end, from, to int) {
	narrow := t.narrow[:0]
	for i := start; i < end; i += 2 {
		narrow = append(narrow, b[i])
	}
	n := len(narrow)
	narrow = append(narrow, 0, 0, 0, 0) // the matcher sees no keyword at an odd last position
	t.narrow, t.wideHits = narrow, t.s.matcher.find(t.wideHits[:0], narrow, 0, n)
	if len(t.wideHits) == 0 {
		return
	}
	sub := text{s: t.s, binary: true, line: 1, lastGen: -1, base: t.base, work: t.work, effort: t.effort}
	for _, h := range t.wideHits {
		if at := start + 2*h.pos; at >= from && at < to && len(t.found)+len(sub.found) < maxMatches {
			sub.candidate(narrow, h)
		}
	}
	t.work, t.tired = sub.work, t.tired || sub.tired
	for _, m := range sub.found {
		m.start = t.base + int64(start) + 2*(m.start-t.base)
		m.end = t.base + int64(start) + 2*(m.end-t.base)
		t.found = append(t.found, m)
	}
}
