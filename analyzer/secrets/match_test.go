package secrets

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// naive is the matcher in three lines.
func naive(keywords []keyword, b []byte, from, to int) (hits []hit) {
	for p := from; p < to; p++ {
		for n := range keywords {
			if keywords[n].at(b, p) {
				hits = append(hits, hit{p, uint16(n)})
			}
		}
	}
	return hits
}

func sorted(hits []hit) []hit {
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.pos, b.pos), cmp.Compare(a.keyword, b.keyword))
	})
	return hits
}

var testKeywords = []keyword{
	{text: "password"}, {text: "sword"}, {text: "token"}, {text: "akia", next: chars("a-zA-Z2-7")},
	{text: "key", next: chars("=: "), prev: chars("a-z_ ")}, {text: "hf_", next: alnum, prev: chars("=\"")},
	{text: "ghp_", next: alnum}, {text: "-----begin"}, {text: "abcd"}, {text: "aaaaa"},
}

func checkMatcher(t *testing.T, m *matcher, b []byte, from, to int) {
	t.Helper()
	got, want := sorted(m.find(nil, b, from, to)), naive(m.keywords, b, from, to)
	if !slices.Equal(got, want) {
		t.Fatalf("%q[%d:%d]\n got %v\nwant %v", b, from, to, got, want)
	}
}

// endings that a short keyword at an odd last position cannot be found in do
// not matter: something must follow it to be a secret.
func pad(b []byte) []byte { return append(bytes.Clone(b), "\x00\x00\x00\x00"...) }

func FuzzMatcher(f *testing.F) {
	m := newMatcher(testKeywords)
	f.Add([]byte("my PASSWORD=key= hf_x \"hf_A ghp_x AKIAZ akia1 aaaaaaaa"), uint8(0))
	f.Fuzz(func(t *testing.T, b []byte, from uint8) {
		b = pad(b)
		checkMatcher(t, m, b, 0, len(b)-4)
		if lo := int(from) &^ 1; lo < len(b)-4 {
			checkMatcher(t, m, b, lo, len(b)-4)
			checkMatcher(t, m, b, 0, lo)
		}
	})
}

func TestMatcherAgainstNaive(t *testing.T) {
	m := newMatcher(testKeywords)
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var b []byte
		for range r.IntN(12) {
			k := testKeywords[r.IntN(len(testKeywords))]
			b = append(b, k.text...)
			b = append(b, "=: _aAZ\"x"[r.IntN(9)])
		}
		if len(b) > 0 {
			b[r.IntN(len(b))] ^= 0x20
		}
		b = pad(b)
		from := r.IntN(len(b)-3) &^ 1
		to := from + r.IntN(len(b)-3-from)
		checkMatcher(t, m, b, from, to)
	}
}

// FuzzBinaryMatcher guards that a binary's keywords are found in all runs of
// printable bytes that are long enough, and no others than there are.
func FuzzBinaryMatcher(f *testing.F) {
	m := newMatcher(testKeywords)
	run := "ghp_x0123456789"
	for n := range 20 {
		f.Add(append(make([]byte, n), "\x7f\xff"+run+"\x01tokentokentoken!\x80AKIAZ23456789012"...), uint8(n))
	}
	f.Fuzz(func(t *testing.T, b []byte, from uint8) {
		b = pad(b)
		for _, lo := range []int{0, min(int(from)&^1, len(b)-4)} {
			got := sorted(m.findBinary(nil, b, lo, len(b)-4))
			for _, h := range naive(m.keywords, b, lo, len(b)-4) {
				n := slices.Index(got, h)
				if n < 0 && longRun(b, h.pos, h.pos+len(m.keywords[h.keyword].text)) {
					t.Fatalf("%q from %d: %+v is not found", b, lo, h)
				}
				if n >= 0 {
					got = slices.Delete(got, n, n+1)
				}
			}
			if len(got) > 0 {
				t.Fatalf("%q from %d: found %+v, which is not there", b, lo, got)
			}
		}
	})
}

// longRun reports whether a keyword lies in a run of minPrintable bytes.
func longRun(b []byte, from, to int) bool {
	isPrintable := func(c byte) bool { return c >= ' ' && c < 0x80 }
	for from > 0 && isPrintable(b[from-1]) {
		from--
	}
	for to < len(b) && isPrintable(b[to]) {
		to++
	}
	return to-from >= minPrintable && !slices.ContainsFunc(b[from:to], func(c byte) bool { return !isPrintable(c) })
}

func BenchmarkMatcher(b *testing.B) {
	text, err := os.ReadFile("gitleaks/table.go")
	if err != nil {
		b.Skip(err)
	}
	m := newMatcher(testKeywords)
	b.SetBytes(int64(len(text)))
	var hits []hit
	for b.Loop() {
		hits = m.find(hits[:0], text, 0, len(text))
	}
}
