package inflate

import (
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/iotest"
)

// rawAll reads DEFLATE data, and what follows it.
func rawAll(r *bufio.Reader) (data, behind []byte, taken int64, err error) {
	var z Raw
	z.Reset(r)
	defer z.Close()
	for err == nil {
		var p []byte
		p, err = z.Next()
		data = append(data, p...)
	}
	if _, again := z.Next(); again != err {
		return data, nil, z.Taken(), fmt.Errorf("first %w, then %w", err, again)
	}
	behind, _ = io.ReadAll(r)
	if err == io.EOF {
		err = nil
	}
	return data, behind, z.Taken(), err
}

func deflated(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// TestRawTakesNoMore guards that what follows the data is left where it is.
func TestRawTakesNoMore(t *testing.T) {
	behind := []byte("PK\x07\x08 and what comes then")
	for name, want := range contents(300_000) {
		for level := -2; level <= 9; level++ {
			packed := deflated(t, want, level)
			stream := append(bytes.Clone(packed), behind...)
			for kind, r := range map[string]io.Reader{
				"whole": bytes.NewReader(stream), "halves": iotest.HalfReader(bytes.NewReader(stream)),
				"with the error": iotest.DataErrReader(bytes.NewReader(stream)),
			} {
				for _, size := range []int{64, 32 << 10} {
					got, rest, taken, err := rawAll(bufio.NewReaderSize(r, size))
					if err != nil || !bytes.Equal(got, want) {
						t.Fatalf("%s, level %d, %s, buffer of %d: %d bytes with %v, want %d", name, level, kind, size, len(got), err, len(want))
					}
					if !bytes.Equal(rest, behind) || taken != int64(len(packed)) {
						t.Fatalf("%s, level %d, %s, buffer of %d: %d of %d bytes taken, %q left", name, level, kind, size, taken, len(packed), rest)
					}
					r = bytes.NewReader(stream)
				}
			}
		}
	}
}

func TestRawInPieces(t *testing.T) {
	want := wordText(90_000)
	var z Raw
	for range 3 { // a Raw can be used again
		z.Reset(bufio.NewReader(bytes.NewReader(deflated(t, want, 6))))
		if p, err := z.Next(); err != io.EOF || !bytes.Equal(p, want) {
			t.Errorf("%d bytes with %v, want all %d in one piece", len(p), err, len(want))
		}
	}
	z.Close()
	z.Close()
	if p, err := z.Next(); len(p) != 0 || err != io.EOF {
		t.Errorf("%d bytes with %v after Close", len(p), err)
	}
}

func TestRawTruncated(t *testing.T) {
	packed := deflated(t, wordText(2000), 6)
	for n := range len(packed) {
		if _, _, _, err := rawAll(bufio.NewReader(bytes.NewReader(packed[:n]))); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("the first %d of %d bytes: %v", n, len(packed), err)
		}
	}
}

func TestNext(t *testing.T) {
	want := wordText(500_000)
	z, err := NewReader(bytes.NewReader(append(pack(t, want[:200_000], 6), pack(t, want[200_000:], 1)...)))
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	for err == nil {
		var p []byte
		p, err = z.Next()
		got = append(got, p...)
	}
	if err != io.EOF || !bytes.Equal(got, want) {
		t.Errorf("%d bytes with %v, want %d", len(got), err, len(want))
	}
}

func FuzzRaw(f *testing.F) {
	text := wordText(3000)
	for level := -2; level <= 9; level++ {
		f.Add(append(deflated(f, text, level), "behind"...))
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		source := bytes.NewReader(packed) // a ByteReader: the stdlib takes no more than it needs
		want, wantErr := io.ReadAll(flate.NewReader(source))
		for _, size := range []int{64, 4096} {
			got, rest, _, err := rawAll(bufio.NewReaderSize(bytes.NewReader(packed), size))
			if (err == nil) != (wantErr == nil) || !bytes.HasPrefix(got, want) && !bytes.HasPrefix(want, got) {
				t.Fatalf("%d bytes with %v, the stdlib has %d with %v", len(got), err, len(want), wantErr)
			}
			if err == nil && (len(got) != len(want) || len(rest) != source.Len()) {
				t.Fatalf("%d bytes and %d behind them, the stdlib has %d and %d", len(got), len(rest), len(want), source.Len())
			}
		}
	})
}
