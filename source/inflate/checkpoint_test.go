package inflate

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os/exec"
	"slices"
	"testing"
	"testing/iotest"
)

// mixed is data as layers have it: text, zeros, and what does not compress.
func mixed(n int) []byte {
	rnd := rand.NewChaCha8([32]byte{7})
	var b []byte
	for len(b) < n {
		b = append(b, wordText(20000+len(b)%7919)...)
		noise := make([]byte, 30000)
		rnd.Read(noise)
		b = append(b, noise...)
		b = append(b, make([]byte, 50000)...)
	}
	return b[:n]
}

// checkpoints reads a stream to its end.
func checkpoints(t testing.TB, packed []byte, in, out int64) (data []byte, found []Checkpoint) {
	t.Helper()
	z, err := NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	z.Checkpoints(in, out, func(c Checkpoint) {
		c.Window = slices.Clone(c.Window)
		found = append(found, c)
	})
	data, err = io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data, found
}

// TestResume guards that reading goes on at every checkpoint with the very data
// that follows it, whatever wrote the stream: blocks of all kinds, at any bit,
// several members.
func TestResume(t *testing.T) {
	data := mixed(3 << 20)
	streams := map[string][]byte{}
	for level := -2; level <= 9; level++ {
		streams["level"+string(rune('0'+level+2))] = pack(t, data, level)
	}
	var members []byte
	for piece := range slices.Chunk(data, 100_000) {
		members = append(members, pack(t, piece, 6)...)
	}
	streams["members"] = members
	for _, tool := range [][]string{{"gzip", "-1"}, {"gzip", "-9"}, {"pigz", "-p2"}, {"pigz", "-p2", "-i"}} {
		if _, err := exec.LookPath(tool[0]); err != nil {
			continue
		}
		cmd := exec.Command(tool[0], tool[1:]...)
		cmd.Stdin = bytes.NewReader(data)
		b, err := cmd.Output()
		if err != nil {
			t.Fatal(tool, err)
		}
		streams[tool[0]+tool[1]] = b
	}
	for name, packed := range streams {
		t.Run(name, func(t *testing.T) {
			got, found := checkpoints(t, packed, 40_000, 200_000)
			if !bytes.Equal(got, data) {
				t.Fatal("the data differs")
			}
			if len(found) < 5 {
				t.Fatalf("only %d checkpoints", len(found))
			}
			for i, c := range found {
				if len(c.Window) > windowSize || c.Bit > 7 || c.Out > int64(len(data)) {
					t.Fatalf("%d: %d bytes of window, bit %d, out %d", i, len(c.Window), c.Bit, c.Out)
				}
				if i > 0 && c.Out <= found[i-1].Out {
					t.Fatalf("%d: not behind the one before", i)
				}
				resumed(t, packed, data, c)
			}
		})
	}
}

func resumed(t *testing.T, packed, data []byte, c Checkpoint) {
	t.Helper()
	z, err := Resume(iotest.HalfReader(bytes.NewReader(packed[c.In:])), c)
	if err != nil {
		t.Fatalf("at %d: %v", c.Out, err)
	}
	rest, err := io.ReadAll(z)
	if err != nil || !bytes.Equal(rest, data[c.Out:]) {
		t.Fatalf("at %d, bit %d: %d bytes of %d, %v", c.Out, c.Bit, len(rest), int64(len(data))-c.Out, err)
	}
}

// TestResumeCheckpoints guards that a resumed Reader leaves the checkpoints that
// the first one left, at the same places.
func TestResumeCheckpoints(t *testing.T) {
	packed := pack(t, mixed(2<<20), 6)
	_, all := checkpoints(t, packed, 1, 1)
	if len(all) < 10 {
		t.Fatalf("only %d checkpoints", len(all))
	}
	c := all[3]
	z, err := Resume(bytes.NewReader(packed[c.In:]), c)
	if err != nil {
		t.Fatal(err)
	}
	var again []Checkpoint
	z.Checkpoints(1, 1, func(c Checkpoint) { again = append(again, Checkpoint{c.In, c.Bit, c.Out, slices.Clone(c.Window)}) })
	if _, err := io.Copy(io.Discard, z); err != nil {
		t.Fatal(err)
	}
	if len(again) > 0 && again[0].Out == c.Out {
		again = again[1:]
	}
	same := func(a, b Checkpoint) bool {
		return a.In == b.In && a.Bit == b.Bit && a.Out == b.Out && bytes.Equal(a.Window, b.Window)
	}
	if !slices.EqualFunc(again, all[4:], same) {
		t.Errorf("%d checkpoints behind the fourth, want %d", len(again), len(all)-4)
	}
}

// TestResumeChecksum guards that only the checksum of the member in which a
// reading begins goes unverified.
func TestResumeChecksum(t *testing.T) {
	data := mixed(1 << 20)
	one := pack(t, data, 6)
	broken := slices.Clone(one)
	broken[len(broken)-8] ^= 1
	_, found := checkpoints(t, one, 1, 100_000)
	c := found[len(found)-1]
	for _, test := range []struct {
		name string
		tail []byte
		err  error
	}{
		{"its own", broken[c.In:], nil},
		{"the next one's", append(slices.Clone(one[c.In:]), broken...), ErrChecksum},
	} {
		z, err := Resume(bytes.NewReader(test.tail), c)
		if err == nil {
			_, err = io.Copy(io.Discard, z)
		}
		if !errors.Is(err, test.err) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// FuzzResume begins at every block of a stream, with the right window and with a
// wrong one: that may give an error or other data, and nothing worse.
func FuzzResume(f *testing.F) {
	text := wordText(30000)
	for level := -2; level <= 9; level++ {
		f.Add(pack(f, text, level), uint8(3), []byte("window"))
	}
	f.Fuzz(func(t *testing.T, packed []byte, bit uint8, window []byte) {
		z, err := NewReader(bytes.NewReader(packed))
		if err != nil {
			return
		}
		var found []Checkpoint
		z.Checkpoints(1, 1, func(c Checkpoint) { found = append(found, Checkpoint{c.In, c.Bit, c.Out, slices.Clone(c.Window)}) })
		data, fault := io.ReadAll(z)
		for _, c := range found {
			z, err := Resume(bytes.NewReader(packed[c.In:]), c)
			if err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(z)
			if fault == nil && (err != nil || !bytes.Equal(rest, data[c.Out:])) {
				t.Fatalf("at %d: %d bytes of %d, %v", c.Out, len(rest), int64(len(data))-c.Out, err)
			}
			c.Bit, c.Window = bit, window
			if z, err := Resume(bytes.NewReader(packed[c.In:]), c); err == nil {
				io.Copy(io.Discard, z)
			}
		}
	})
}
