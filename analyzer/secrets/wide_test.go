package secrets

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// widen writes each byte of s as a 16-bit character.
func widen(s string) string {
	var b []byte
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return string(b)
}

// TestWideInBinaries guards tokens that a program keeps as 16-bit strings, at
// any alignment and across the pieces of a stream.
func TestWideInBinaries(t *testing.T) {
	s := scanner(t)
	tok := signed("ghp_", random30)
	code := make([]byte, 600_000)
	r := rand.New(rand.NewPCG(5, 6))
	for i := range code {
		code[i] = byte(r.UintN(256))
	}
	copy(code, "MZ\x90\x00\x03\x00\x00\x00")
	for _, at := range []int{1000, 1001, streamBuf - lookAhead - 3, streamBuf - lookAhead - 60, streamBuf - 9, streamBuf, len(code) - 200} {
		for _, form := range []string{"%s", "token=%s;", "the key is %s, and more text follows it here", "AKIAQ3EGRBSIWJ5TMPQK"} {
			b := bytes.Clone(code)
			want := tok
			if form == "AKIAQ3EGRBSIWJ5TMPQK" {
				want = form
			}
			text := widen(string(bytes.Replace([]byte(form), []byte("%s"), []byte(tok), 1)))
			copy(b[at:], "\x01\x80"+text+"\x02\xff")
			list := s.Scan("a.dll", b)
			if len(list) != 1 || list[0].Secret != want || list[0].ID == "" {
				t.Errorf("%q at %d: %+v", form, at, list)
			}
		}
	}
}

func TestAlternates(t *testing.T) {
	for text, want := range map[string]bool{
		"a\x00b\x00c\x00d\x00": true, "\x00a\x00b\x00c\x00~": true, " \x00~\x00 \x00~\x00": true,
		"a\x00b\x00c\x00\x1f\x00": false, "a\x00b\x00\x7f\x00d\x00": false, "a\x00\xffb\x00c\x00d": false, "\x00\x80\x00b\x00c\x00d": false,
	} {
		w := binary.LittleEndian.Uint64([]byte(text))
		if got := (w&lowBytes == 0) != (w&^lowBytes == 0) && alternates(w); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// FuzzWide guards that every string of minWide characters is found, whatever is
// around it, and that nothing is read that is not there.
func FuzzWide(f *testing.F) {
	f.Add([]byte("\x00\x00a\x00"), uint16(3), "0123456789abcdefghij")
	f.Fuzz(func(t *testing.T, around []byte, at uint16, s string) {
		for _, c := range []byte(s) {
			if c < ' ' || c > '~' {
				return
			}
		}
		if len(s) < minWide {
			return
		}
		n := int(at) % (len(around) + 1)
		b := append(append(bytes.Clone(around[:n]), widen(s)...), around[n:]...)
		found := false
		for i := 0; i+8 <= len(b); {
			if i = nextWide(b, i, len(b)-8); i > len(b)-8 {
				break
			}
			start, end := wideRun(b, i)
			if start < 0 || end > len(b) || start > i+1 || end <= i {
				t.Fatalf("run %d:%d around %d of %d", start, end, i, len(b))
			}
			found = found || start <= n && n+2*len(s)-1 <= end || start <= n+1 && start >= n-1 && end >= n+2*len(s)-2
			i = max(end&^7, i+wideStep)
		}
		if !found {
			t.Errorf("%q at %d of %q is not found", s, n, b)
		}
	})
}
