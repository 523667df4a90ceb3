package inflate

import (
	"bytes"
	"testing"
	"testing/iotest"

	kflate "github.com/klauspost/compress/flate"
)

func FuzzAgainstStdlib(f *testing.F) {
	text := wordText(3000)
	for level := -2; level <= 9; level++ {
		f.Add(pack(f, text, level))
	}
	f.Add(append(pack(f, text[:100], 6), pack(f, nil, 6)...))
	f.Add(append(pack(f, make([]byte, 1000), 9), make([]byte, 30)...))
	f.Add(member(fixedBlock().code(fixedLit('x')+fixedLit(285)+"00000"+fixedLit(256)).bytes(), nil))
	f.Add([]byte{0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 255, 3, 0, 1, 2, 3, 'n', 0, 'c', 0})
	f.Fuzz(func(t *testing.T, packed []byte) {
		if err := agree(packed); err != nil {
			t.Fatal(err)
		}
		// As it is, and as the data of a member, so that the fuzzer need not
		// find the header.
		if err := agree(member(packed, nil)); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzRoundTrip(f *testing.F) {
	text := wordText(3000)
	for level := -2; level <= 9; level++ {
		f.Add(text, level, 100)
	}
	f.Add(make([]byte, 1000), 6, 1000)
	f.Fuzz(func(t *testing.T, data []byte, level, repeat int) {
		level = min(9, max(-2, level))
		// Repeated, with a change in each, to get over the buffers' sizes.
		var want []byte
		for i := range min(max(1, repeat), 1+(outSize+windowSize)/(2+len(data))) {
			want = append(want, data...)
			want = append(want, byte(i), byte(i*i>>3))
		}
		check(t, pack(t, want, level), want)

		var b bytes.Buffer
		w, err := kflate.NewWriter(&b, level)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(want)
		w.Close()
		packed := member(b.Bytes(), want)
		check(t, packed, want)
		got, err := ours(iotest.HalfReader(bytes.NewReader(packed)))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("HalfReader: %d bytes with %v, want %d", len(got), err, len(want))
		}
	})
}
