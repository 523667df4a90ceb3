package inflate

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	kflate "github.com/klauspost/compress/flate"
)

// pack returns data in a gzip member made by compress/gzip.
func pack(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// member wraps raw DEFLATE data, which decodes to plain, in a gzip member.
func member(raw, plain []byte) []byte {
	b := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}
	b = append(b, raw...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(plain))
	return binary.LittleEndian.AppendUint32(b, uint32(len(plain)))
}

// ours decodes all of r. The output is what came before the error.
func ours(r io.Reader) ([]byte, error) {
	z, err := NewReader(r)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return io.ReadAll(z)
}

// stdlib is ours with compress/gzip.
func stdlib(r io.Reader) ([]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// bitWriter writes DEFLATE data by hand.
type bitWriter struct {
	out  []byte
	bits uint64
	n    uint
}

// num writes the n bits of v, the lowest first.
func (w *bitWriter) num(v uint64, n uint) *bitWriter {
	w.bits |= v << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.bits))
		w.bits >>= 8
	}
	return w
}

// code writes the codewords of s, each character a bit, spaces ignored.
func (w *bitWriter) code(s string) *bitWriter {
	for _, c := range strings.ReplaceAll(s, " ", "") {
		w.num(uint64(c-'0'), 1)
	}
	return w
}

// bytes ends the last byte and returns all.
func (w *bitWriter) bytes() []byte {
	if w.n > 0 {
		w.num(0, 8-w.n)
	}
	return w.out
}

// dynamic starts a final block with dynamic codes of the given lengths. The
// code of the code lengths has all of 0 to 15 with four bits.
func dynamic(lit, dist []int) *bitWriter {
	w := new(bitWriter)
	w.num(1, 1).num(2, 2)
	w.num(uint64(len(lit)-257), 5).num(uint64(len(dist)-1), 5).num(15, 4)
	for _, sym := range preOrder {
		if sym < 16 {
			w.num(4, 3)
		} else {
			w.num(0, 3)
		}
	}
	for _, n := range append(append([]int{}, lit...), dist...) {
		w.code(fmt.Sprintf("%04b", n))
	}
	return w
}

// lens returns n code lengths, all 0 but those in set.
func lens(n int, set map[int]int) []int {
	l := make([]int, n)
	for i, v := range set {
		l[i] = v
	}
	return l
}

// fixedLit returns the fixed code of a litlen symbol below 144 or over 255.
func fixedLit(sym int) string {
	switch {
	case sym < 144:
		return fmt.Sprintf("%08b", 0x30+sym)
	case sym < 280:
		return fmt.Sprintf("%07b", sym-256)
	}
	return fmt.Sprintf("%08b", 0xc0+sym-280)
}

func fixedBlock() *bitWriter { return new(bitWriter).num(1, 1).num(1, 2) }

// TestDeflate has raw streams that are right or wrong by one thing. Whether
// they are is also asked of compress/gzip.
func TestDeflate(t *testing.T) {
	end := map[int]int{256: 1}
	abEnd := map[int]int{'a': 2, 'b': 2, 256: 2, 257: 2}
	for _, test := range []struct {
		name string
		raw  []byte
		want string
		err  error
	}{
		{"stored empty", []byte{1, 0, 0, 0xff, 0xff}, "", nil},
		{"stored", []byte{1, 2, 0, 0xfd, 0xff, 'h', 'i'}, "hi", nil},
		{"stored, padding bits set", []byte{0xf9, 2, 0, 0xfd, 0xff, 'h', 'i'}, "hi", nil},
		{"stored twice", []byte{0, 1, 0, 0xfe, 0xff, 'a', 1, 1, 0, 0xfe, 0xff, 'b'}, "ab", nil},
		{"stored, wrong inverse", []byte{1, 2, 0, 0xfd, 0xfe, 'h', 'i'}, "", ErrCorrupt},
		{"reserved block type", []byte{7}, "", ErrCorrupt},
		{"fixed empty", []byte{3, 0}, "", nil},
		{"fixed literals", fixedBlock().code(fixedLit('h') + fixedLit('i') + fixedLit(256)).bytes(), "hi", nil},
		{"fixed match", fixedBlock().code(fixedLit('x') + fixedLit(257) + "00000" + fixedLit(256)).bytes(), "xxxx", nil},
		{"fixed longest match", fixedBlock().code(fixedLit('x') + fixedLit(285) + "00000" + fixedLit(256)).bytes(), strings.Repeat("x", 259), nil},
		{"fixed match of 258 with extra bits", fixedBlock().code(fixedLit('x')+fixedLit(284)).num(31, 5).code("00000" + fixedLit(256)).bytes(), strings.Repeat("x", 259), nil},
		{"fixed litlen 286", fixedBlock().code(fixedLit('x') + fixedLit(286) + "00000000000").bytes(), "x", ErrCorrupt},
		{"fixed litlen 287", fixedBlock().code(fixedLit('x') + fixedLit(287) + "00000000000").bytes(), "x", ErrCorrupt},
		{"fixed distance 30", fixedBlock().code(fixedLit('x') + fixedLit(257) + "11110" + "0000000000000000000").bytes(), "x", ErrCorrupt},
		{"fixed distance 31", fixedBlock().code(fixedLit('x') + fixedLit(257) + "11111" + "0000000000000000000").bytes(), "x", ErrCorrupt},
		{"distance too far", fixedBlock().code(fixedLit('x') + fixedLit(257) + "00001" + fixedLit(256)).bytes(), "x", ErrCorrupt},
		{"match first", fixedBlock().code(fixedLit(257) + "00000" + fixedLit(256)).bytes(), "", ErrCorrupt},
		{"no end of block", fixedBlock().code(fixedLit('x')).bytes(), "x", io.ErrUnexpectedEOF},

		{"dynamic end only, no distance", dynamic(lens(257, end), lens(1, nil)).code("0").bytes(), "", nil},
		{"dynamic end only, other bit", dynamic(lens(257, end), lens(1, nil)).code("1").bytes(), "", ErrCorrupt},
		{"dynamic two distances", dynamic(lens(258, abEnd), []int{1, 1}).code("00 01 11 1 10").bytes(), "ababa", nil},
		{"dynamic one distance", dynamic(lens(258, abEnd), []int{1}).code("00 11 0 10").bytes(), "aaaa", nil},
		{"dynamic one distance, not the first", dynamic(lens(258, abEnd), []int{0, 1}).code("00 01 11 0 10").bytes(), "ababa", nil},
		{"dynamic one distance, other bit", dynamic(lens(258, abEnd), []int{1}).code("00 11 1 10").bytes(), "a", ErrCorrupt},
		{"dynamic one distance of two bits", dynamic(lens(258, abEnd), []int{2}).code("00 11 0 10").bytes(), "", ErrCorrupt},
		{"dynamic no distance, but a match", dynamic(lens(258, abEnd), []int{0}).code("00 11 0 10").bytes(), "a", ErrCorrupt},
		{"dynamic litlen empty", dynamic(lens(257, nil), []int{1}).code("0000").bytes(), "", ErrCorrupt},
		{"dynamic litlen single, two bits", dynamic(lens(257, map[int]int{256: 2}), []int{1}).code("0000").bytes(), "", ErrCorrupt},
		{"dynamic litlen incomplete", dynamic(lens(257, map[int]int{'a': 2, 'b': 2, 256: 2}), []int{1}).code("0010").bytes(), "", ErrCorrupt},
		{"dynamic litlen over-subscribed", dynamic(lens(257, map[int]int{'a': 1, 'b': 1, 256: 1}), []int{1}).code("0010").bytes(), "", ErrCorrupt},
		{"dynamic distance over-subscribed", dynamic(lens(258, abEnd), []int{1, 1, 1}).code("00 10").bytes(), "", ErrCorrupt},
		{"dynamic distance incomplete", dynamic(lens(258, abEnd), []int{2, 2, 2}).code("00 10").bytes(), "", ErrCorrupt},
		{"dynamic no end of block symbol", dynamic(lens(257, map[int]int{'a': 1, 'b': 1}), []int{1}).code("0101").bytes(), "abab0", io.ErrUnexpectedEOF},
		{"dynamic 286 litlen", dynamic(lens(286, end), lens(30, nil)).code("0").bytes(), "", nil},
		{"dynamic 287 litlen", dynamic(lens(287, end), lens(1, nil)).code("0").bytes(), "", ErrCorrupt},
		{"dynamic 288 litlen", dynamic(lens(288, end), lens(1, nil)).code("0").bytes(), "", ErrCorrupt},
		{"dynamic 31 distances", dynamic(lens(257, end), lens(31, nil)).code("0").bytes(), "", ErrCorrupt},
		{"dynamic 32 distances", dynamic(lens(257, end), lens(32, nil)).code("0").bytes(), "", ErrCorrupt},
		{"dynamic longest codes", dynamic(lens(286, map[int]int{
			'a': 1, 'b': 2, 'c': 3, 'd': 4, 'e': 5, 'f': 6, 'g': 7, 'h': 8, 'i': 9, 'j': 10, 'k': 11,
			'l': 12, 'm': 13, 'n': 14, 256: 15, 284: 15}), []int{15, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}).
			code("0 10 11111111110 111111111110 11111111111110 111111111111111").num(31, 5).
			code("111111111111110 111111111111110").bytes(), "abkln" + strings.Repeat("n", 258), nil},
		{"code lengths over-subscribed", new(bitWriter).num(1, 1).num(2, 2).num(0, 5).num(0, 5).num(0, 4).num(01111, 12).bytes(), "", ErrCorrupt},
		{"code lengths incomplete", new(bitWriter).num(1, 1).num(2, 2).num(0, 5).num(0, 5).num(0, 4).num(02200, 12).bytes(), "", ErrCorrupt},
		{"code lengths empty", new(bitWriter).num(1, 1).num(2, 2).num(0, 5).num(0, 5).num(0, 4).num(0, 12).bytes(), "", ErrCorrupt},
		{"repeat of nothing", new(bitWriter).num(1, 1).num(2, 2).num(0, 5).num(0, 5).num(0, 4).num(00011, 12).code("0").bytes(), "", ErrCorrupt},
		{"repeat too long", new(bitWriter).num(1, 1).num(2, 2).num(0, 5).num(0, 5).num(0, 4).num(00100, 12).code("0 1111111 0 1111111 0 1111111").bytes(), "", ErrCorrupt},
	} {
		t.Run(test.name, func(t *testing.T) {
			for pad := range 2 {
				// With bytes after it the fast loop decodes it, without them
				// the careful one.
				packed := member(append([]byte{}, test.raw...), []byte(test.want))
				if pad > 0 && test.err != io.ErrUnexpectedEOF {
					packed = append(packed, pack(t, make([]byte, 300), 0)...)
				}
				if test.err == io.ErrUnexpectedEOF {
					packed = packed[:10+len(test.raw)]
				}
				got, err := ours(bytes.NewReader(packed))
				want := test.want
				if test.err == nil && pad > 0 {
					want += string(make([]byte, 300))
				}
				if test.err != io.ErrUnexpectedEOF && string(got) != want || !errors.Is(err, test.err) {
					t.Errorf("pad %d: got %q, %v, want %q, %v", pad, got, err, want, test.err)
				}
				if err := agree(packed); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// agree compares with compress/gzip for arbitrary input: the output and
// whether there is an error, apart from zero padding. compress/gzip needs as
// many bits as the end of block has to look at a symbol, and so stops earlier
// at the end of truncated data.
func agree(packed []byte) error {
	want, wantErr := stdlib(bytes.NewReader(packed))
	got, gotErr := ours(bytes.NewReader(packed))
	if (wantErr != nil) != (gotErr != nil) {
		trimmed := bytes.TrimRight(packed, "\x00")
		for pad := len(packed) - len(trimmed); gotErr == nil && pad > 0; pad-- {
			want, wantErr = stdlib(bytes.NewReader(packed[:len(packed)-pad]))
			if wantErr == nil {
				break
			}
		}
		if (wantErr != nil) != (gotErr != nil) {
			return fmt.Errorf("error %v, compress/gzip %v", gotErr, wantErr)
		}
	}
	if bytes.Equal(got, want) {
		return nil
	}
	if errors.Is(wantErr, io.ErrUnexpectedEOF) && bytes.HasPrefix(got, want) {
		return nil
	}
	return fmt.Errorf("%d bytes with %v, compress/gzip %d with %v", len(got), gotErr, len(want), wantErr)
}

// wordText returns n bytes of text of a few hundred different words.
func wordText(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var words []string
	for range 300 {
		w := make([]byte, 2+r.IntN(9))
		for i := range w {
			w[i] = 'a' + byte(r.IntN(26)*r.IntN(26)/26)
		}
		words = append(words, string(w))
	}
	var b []byte
	for len(b) < n {
		b = append(b, words[r.IntN(300)*r.IntN(300)/300]...)
		b = append(b, " \n"[r.IntN(12)/11])
	}
	return b[:n]
}

// contents are data of different kinds, up to n bytes.
func contents(n int) map[string][]byte {
	r := rand.New(rand.NewPCG(3, 4))
	random := make([]byte, n)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	periods := make([]byte, 0, n+64)
	for len(periods) < n {
		unit := random[:1+r.IntN(40)]
		for range 1 + r.IntN(60) {
			periods = append(periods, unit...)
		}
		periods = append(periods, byte(r.Uint32()))
	}
	far := append([]byte{}, random...)
	for i := windowSize; i < n; i++ {
		// Matches at the very end of the window.
		if i/100%3 > 0 {
			far[i] = far[i-windowSize]
		}
	}
	return map[string][]byte{
		"random":  random,
		"zero":    make([]byte, n),
		"text":    wordText(n),
		"periods": periods[:n],
		"far":     far,
	}
}

// edges are sizes around those of the window and of the buffers.
var edges = []int{
	0, 1, 2, 7, 8, 100, 258, 259, windowSize - 1, windowSize, windowSize + 1,
	inSize - 12, inSize - 1, inSize, inSize + 1, outSize - 258, outSize - 1, outSize,
	outSize + 1, outSize + 300, outSize + inSize, 2*outSize - windowSize, 2*outSize + 7,
}

func TestRoundTrip(t *testing.T) {
	for name, data := range contents(2*outSize + 1000) {
		t.Run(name, func(t *testing.T) {
			for level := -2; level <= 9; level++ {
				for _, n := range edges {
					check(t, pack(t, data[:n], level), data[:n])
					var b bytes.Buffer
					w, err := kflate.NewWriter(&b, level)
					if err != nil {
						t.Fatal(err)
					}
					w.Write(data[:n])
					w.Close()
					check(t, member(b.Bytes(), data[:n]), data[:n])
				}
			}
		})
	}
}

// check decodes packed with Read and with WriteTo and compares.
func check(t *testing.T, packed, want []byte) {
	t.Helper()
	got, err := ours(bytes.NewReader(packed))
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("Read: %d bytes with %v, want %d", len(got), err, len(want))
	}
	z, err := NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	n, err := z.WriteTo(struct{ io.Writer }{&b})
	if err != nil || n != int64(len(want)) || !bytes.Equal(b.Bytes(), want) {
		t.Fatalf("WriteTo: %d bytes with %v, want %d", n, err, len(want))
	}
}

func TestReaders(t *testing.T) {
	data := append(contents(outSize)["periods"], wordText(2*outSize)...)
	packed := append(pack(t, data, 6), pack(t, data[:50], 1)...)
	want := append(append([]byte{}, data...), data[:50]...)
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"one byte": iotest.OneByteReader,
		"half":     iotest.HalfReader,
		"data err": iotest.DataErrReader,
		"one byte with EOF": func(r io.Reader) io.Reader {
			return iotest.DataErrReader(iotest.OneByteReader(r))
		},
		"some": func(r io.Reader) io.Reader { return &choppy{r: r, rand: rand.New(rand.NewPCG(5, 6))} },
	} {
		got, err := ours(wrap(bytes.NewReader(packed)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes with %v, want %d", name, len(got), err, len(want))
		}
	}
	z, err := NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if err := iotest.TestReader(z, want); err != nil {
		t.Error(err)
	}
}

// choppy reads a few bytes at a time, and sometimes none.
type choppy struct {
	r    io.Reader
	rand *rand.Rand
}

func (c *choppy) Read(p []byte) (int, error) {
	return c.r.Read(p[:min(len(p), c.rand.IntN(70))])
}

func TestReaderErrors(t *testing.T) {
	data := wordText(100000)
	packed := pack(t, data, 6)
	broken := errors.New("broken")

	got, err := ours(io.MultiReader(bytes.NewReader(packed[:20000]), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || len(got) < 20000 || !bytes.HasPrefix(data, got) {
		t.Errorf("ErrReader: %d bytes with %v", len(got), err)
	}
	var at *Error
	if !errors.As(err, &at) || at.Offset < 19990 || at.Offset > 20000 {
		t.Errorf("ErrReader: offset of %v", err)
	}
	got, err = ours(iotest.TimeoutReader(iotest.HalfReader(bytes.NewReader(packed))))
	if !errors.Is(err, iotest.ErrTimeout) || len(got) == 0 || !bytes.HasPrefix(data, got) {
		t.Errorf("TimeoutReader: %d bytes with %v", len(got), err)
	}
	if _, err = NewReader(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("ErrReader in the header: %v", err)
	}
	if _, err = ours(io.MultiReader(bytes.NewReader(packed[:15]), stuck{})); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("reader without progress: %v", err)
	}
	if _, err = ours(io.MultiReader(bytes.NewReader(packed), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("ErrReader after the last member: %v", err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// TestFlush checks that data flushed by the writer can be read before the
// writer goes on.
func TestFlush(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		z := gzip.NewWriter(w)
		z.Write([]byte("hello"))
		z.Flush()
		// Neither closed nor continued: reading on would block.
	}()
	z, err := NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 5)
	if _, err := io.ReadFull(z, got); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTruncated(t *testing.T) {
	data := append(wordText(400), make([]byte, 600)...)
	head := []byte{0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 255, 3, 0, 1, 2, 3, 'n', 0, 'c', 0}
	head = binary.LittleEndian.AppendUint16(head, uint16(crc32.ChecksumIEEE(head)))
	for level := range 10 {
		packed := append(append([]byte{}, head...), pack(t, data, level)[10:]...)
		if got, err := ours(bytes.NewReader(packed)); err != nil || !bytes.Equal(got, data) {
			t.Fatal(err)
		}
		if _, err := NewReader(bytes.NewReader(nil)); err != io.EOF {
			t.Errorf("no input: %v", err)
		}
		for n := 1; n < len(packed); n++ {
			got, err := ours(bytes.NewReader(packed[:n]))
			if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(data, got) {
				t.Errorf("level %d cut to %d of %d: %d bytes with %v", level, n, len(packed), len(got), err)
			}
			var at *Error
			if !errors.As(err, &at) || at.Offset > int64(n) || at.Offset < int64(n)-40 {
				t.Errorf("level %d cut to %d of %d: offset of %v", level, n, len(packed), err)
			}
			if err := agree(packed[:n]); err != nil {
				t.Errorf("level %d cut to %d of %d: %v", level, n, len(packed), err)
			}
		}
	}
}

func TestFlippedBits(t *testing.T) {
	data := append(wordText(700), make([]byte, 300)...)
	for _, level := range []int{0, 1, 6, -2} {
		packed := pack(t, data, level)
		for bit := range 8 * len(packed) {
			flipped := append([]byte{}, packed...)
			flipped[bit/8] ^= 1 << (bit % 8)
			if err := agree(flipped); err != nil {
				t.Errorf("level %d, bit %d: %v", level, bit, err)
			}
		}
	}
}

func TestMembers(t *testing.T) {
	a, b := pack(t, []byte("first "), 6), pack(t, []byte("second"), 0)
	empty := pack(t, nil, 6)
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	zeros := func(n int) []byte { return make([]byte, n) }
	edit := func(p []byte, i int, v byte) []byte {
		p = append([]byte{}, p...)
		if i < 0 {
			i += len(p)
		}
		p[i] = v
		return p
	}
	// A member whose match reaches back into the member before.
	back := member(fixedBlock().code(fixedLit(257)+"00000"+fixedLit(256)).bytes(), []byte("   "))

	for _, test := range []struct {
		name   string
		packed []byte
		want   string
		err    error
	}{
		{"one", a, "first ", nil},
		{"two", join(a, b), "first second", nil},
		{"empty", empty, "", nil},
		{"empty ones", join(empty, a, empty, empty, b, empty), "first second", nil},
		{"one zero after", join(a, zeros(1)), "first ", nil},
		{"many zeros after", join(a, b, zeros(3*inSize)), "first second", nil},
		{"zeros and more", join(a, zeros(20), []byte("x")), "first ", ErrHeader},
		{"zeros and a member", join(a, zeros(20), b), "first ", ErrHeader},
		{"zeros only", zeros(20), "", ErrHeader},
		{"garbage after", join(a, []byte("garbage garbage")), "first ", ErrHeader},
		{"one byte after", join(a, []byte{0x1f}), "first ", io.ErrUnexpectedEOF},
		{"not gzip", []byte("this is not gzip"), "", ErrHeader},
		{"second magic byte", edit(a, 1, 0x8c), "", ErrHeader},
		{"method", edit(a, 2, 7), "", ErrHeader},
		{"CRC", edit(a, -8, a[len(a)-8]^1), "first ", ErrChecksum},
		{"length", edit(a, -1, 1), "first ", ErrChecksum},
		{"CRC of the second", join(a, edit(b, -5, b[len(b)-5]^0x80)), "first second", ErrChecksum},
		{"length of the second", join(a, edit(b, -4, 7), a), "first second", ErrChecksum},
		{"match into the member before", join(a, back), "first ", ErrCorrupt},
	} {
		got, err := ours(bytes.NewReader(test.packed))
		if string(got) != test.want || !errors.Is(err, test.err) {
			t.Errorf("%s: got %q, %v, want %q, %v", test.name, got, err, test.want, test.err)
		}
		if err := agree(test.packed); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestHeaders(t *testing.T) {
	for flags := range 256 {
		for _, wrong := range []bool{false, true} {
			packed := []byte{0x1f, 0x8b, 8, byte(flags), 1, 2, 3, 4, 2, 3}
			if flags&flagExtra != 0 {
				packed = append(packed, 3, 0, 0, 1, 0)
			}
			if flags&flagName != 0 {
				packed = append(packed, "n\xe4me\x00"...)
			}
			if flags&flagComment != 0 {
				packed = append(packed, "comment\x00"...)
			}
			var wantErr error
			if flags&flagHeaderCRC != 0 {
				sum := uint16(crc32.ChecksumIEEE(packed))
				if wrong {
					sum ^= 0x100
					wantErr = ErrHeader
				}
				packed = binary.LittleEndian.AppendUint16(packed, sum)
			}
			packed = append(packed, pack(t, []byte("data"), 6)[10:]...)
			got, err := ours(bytes.NewReader(packed))
			if !errors.Is(err, wantErr) || err == nil && string(got) != "data" {
				t.Errorf("flags %#x: got %q, %v, want %v", flags, got, err, wantErr)
			}
			if err := agree(packed); err != nil {
				t.Errorf("flags %#x: %v", flags, err)
			}
		}
	}
	for _, n := range []int{0, maxString - 1, maxString, 2 * maxString} {
		packed := []byte{0x1f, 0x8b, 8, flagName, 0, 0, 0, 0, 0, 3}
		packed = append(packed, strings.Repeat("n", n)...)
		packed = append(packed, 0)
		packed = append(packed, pack(t, []byte("data"), 6)[10:]...)
		if err := agree(packed); err != nil {
			t.Errorf("name of %d bytes: %v", n, err)
		}
	}
}

func TestErrorOffset(t *testing.T) {
	packed := pack(t, wordText(200000), 6)
	first := len(packed)
	packed = append(packed, member([]byte{0, 1, 0, 0xfe, 0xff, 'a', 7}, nil)...)
	_, err := ours(bytes.NewReader(packed))
	var at *Error
	if !errors.As(err, &at) || at.Offset != int64(first+10+6) || at.Err != ErrCorrupt {
		t.Errorf("got %v, want offset %d", err, first+10+6)
	}
	if !strings.Contains(err.Error(), fmt.Sprint(first+16)) {
		t.Errorf("message %q", err)
	}
}

func TestReset(t *testing.T) {
	a, b := wordText(300000), contents(200000)["periods"]
	z, err := NewReader(bytes.NewReader(pack(t, a, 6)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(z, make([]byte, 150000)); err != nil {
		t.Fatal(err)
	}
	for i, data := range [][]byte{b, a, nil, b} { // in the middle, then at the end
		if err := z.Reset(bytes.NewReader(pack(t, data, 6))); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d: %d bytes with %v, want %d", i, len(got), err, len(data))
		}
		if n, err := z.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("after the end: %d, %v", n, err)
		}
	}
	if err := z.Reset(strings.NewReader("what is this")); !errors.Is(err, ErrHeader) {
		t.Errorf("Reset: %v", err)
	}
	if _, err := z.Read(make([]byte, 1)); !errors.Is(err, ErrHeader) {
		t.Errorf("Read after a failed Reset: %v", err)
	}
	if err := z.Reset(bytes.NewReader(pack(t, a, 6))); err != nil {
		t.Fatal(err)
	}
	if n, err := z.Read(nil); n != 0 || err != nil {
		t.Errorf("Read of nothing: %d, %v", n, err)
	}
	if err := z.Close(); err != nil {
		t.Error(err)
	}
	if _, err := z.Read(make([]byte, 1)); err != ErrClosed {
		t.Errorf("Read after Close: %v", err)
	}
	if err := z.Close(); err != nil {
		t.Error(err)
	}
	if _, err := new(Reader).Read(make([]byte, 1)); err != ErrClosed {
		t.Errorf("Read of a zero Reader: %v", err)
	}
}

func TestWriteToErrors(t *testing.T) {
	data := wordText(300000)
	packed := pack(t, data, 6)
	open := func(p []byte) *Reader {
		z, err := NewReader(bytes.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	var b bytes.Buffer
	n, err := open(packed[:len(packed)-20]).WriteTo(&b)
	if !errors.Is(err, io.ErrUnexpectedEOF) || n != int64(b.Len()) || !bytes.HasPrefix(data, b.Bytes()) {
		t.Errorf("truncated: %d, %v", n, err)
	}
	// What the writer did not take can still be read.
	z := open(packed)
	full := errors.New("full")
	var got []byte
	n, err = z.WriteTo(writerFunc(func(p []byte) (int, error) {
		got = append(got, p[:1000]...)
		return 1000, full
	}))
	if n != 1000 || err != full {
		t.Errorf("writer with error: %d, %v", n, err)
	}
	rest, err := io.ReadAll(z)
	if err != nil || !bytes.Equal(append(got, rest...), data) {
		t.Errorf("after the writer's error: %d bytes with %v", len(rest), err)
	}
	_, err = open(packed).WriteTo(writerFunc(func(p []byte) (int, error) { return 5, nil }))
	if err != io.ErrShortWrite {
		t.Errorf("short write: %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// match writes a match with fixed codes.
func (w *bitWriter) match(length, dist int) {
	sym := 285
	for ; int(litTemplate[sym]>>entryValue) > length || sym == 285 && length < 258; sym-- {
	}
	w.code(fixedLit(sym))
	w.num(uint64(length)-uint64(litTemplate[sym]>>entryValue), uint(litTemplate[sym]&0xff))
	sym = 29
	for int(distTemplate[sym]>>entryValue) > dist {
		sym--
	}
	w.code(fmt.Sprintf("%05b", sym))
	w.num(uint64(dist)-uint64(distTemplate[sym]>>entryValue), uint(distTemplate[sym]&0xff))
}

// TestMatches has all lengths with all short distances, and with some long
// ones, at all alignments.
func TestMatches(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	w := fixedBlock()
	var want []byte
	literal := func() {
		c := byte(r.IntN(144))
		w.code(fixedLit(int(c)))
		want = append(want, c)
	}
	for range windowSize {
		literal()
	}
	for dist := 1; dist <= windowSize; dist += 1 + max(0, dist-40)/2 {
		for length := 3; length <= 258; length++ {
			for range 8 {
				literal()
			}
			w.match(length, dist)
			for range length {
				want = append(want, want[len(want)-dist])
			}
		}
	}
	w.match(258, windowSize)
	want = append(want, want[len(want)-windowSize:][:258]...)
	w.code(fixedLit(256))
	packed := member(w.bytes(), want)
	if got, err := stdlib(bytes.NewReader(packed)); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("the test is wrong: %v", err)
	}
	check(t, packed, want)
	got, err := ours(iotest.OneByteReader(bytes.NewReader(packed)))
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("by bytes: %d bytes with %v, want %d", len(got), err, len(want))
	}
}

// TestBuildRandom compares the tables of random codes, complete or not, with
// what compress/flate makes of them.
func TestBuildRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 2000 {
		lit := randomCode(r, 257+r.IntN(30), endOfBlock)
		dist := randomCode(r, 1+r.IntN(30), -1)
		if r.IntN(10) == 0 {
			dist[r.IntN(len(dist))] = r.IntN(16)
		}
		w := dynamic(lit, dist)
		for range 30 + r.IntN(400) {
			w.num(uint64(r.Uint32()), 8)
		}
		if err := agree(member(w.bytes(), nil)); err != nil {
			t.Fatalf("%v\n%v %v", err, lit, dist)
		}
	}
}

// randomCode returns the lengths of a complete code of some of n symbols,
// must among them unless negative.
func randomCode(r *rand.Rand, n, must int) []int {
	// Split a codeword in two again and again.
	words := []int{0}
	for range r.IntN(n) {
		i := len(words) - 1 - r.IntN(min(len(words), 1+r.IntN(len(words))))
		if words[i] == maxCodeBits {
			continue
		}
		words[i]++
		words = append(words, words[i])
	}
	l := make([]int, n)
	syms := r.Perm(n)
	for i, sym := range syms {
		if sym == must {
			syms[0], syms[i] = sym, syms[0]
		}
	}
	if len(words) > 1 {
		for i, bits := range words {
			l[syms[i]] = bits
		}
	} else if must >= 0 {
		l[must] = 1
	}
	return l
}

func TestBenchData(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a large archive")
	}
	plain, packed := benchData()
	check(t, packed, plain)
}
