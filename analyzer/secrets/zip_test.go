package secrets

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"peel/source/layer"
)

// TestZip reads zip files front to back in all the ways in which their members
// can be written.
func TestZip(t *testing.T) {
	s := scanner(t)
	secret := "token = " + signed("ghp_", random30) + "\n"
	big := strings.Repeat("nothing at all, and then some more\n", 20_000) // more than the buffers hold
	broken := zipSized(t, zip.Deflate, big, secret)
	copy(broken[zipHeaderLen+1+20:], "\xff\xff\xff\xff\xff\xff\xff\xff")
	for name, test := range map[string]struct {
		zip   []byte
		inner string
		noted bool
	}{
		"deflated, sizes behind":    {zipStreams(t, zip.Deflate, big, secret), "b", false},
		"deflated, sizes before":    {zipSized(t, zip.Deflate, big, secret), "b", false},
		"stored, sizes before":      {zipSized(t, zip.Store, big, secret), "b", false},
		"deflated, in small pieces": {zipStreams(t, zip.Deflate, "a", secret), "b", false},
		// The members' names are lost, for only the directory tells them apart.
		"stored, sizes behind":      {zipStreams(t, zip.Store, big, secret), "a", true},
		"first member broken":       {broken, "b", false},
		"without its directory":     {zipStreams(t, zip.Deflate, big, secret)[:len(zipStreams(t, zip.Deflate, big, secret))-60], "b", false},
		"zip in a zip":              {zipStreams(t, zip.Deflate, big, string(zipSized(t, zip.Deflate, big, secret))), "b!/b", false},
		"zip in a zip, stored":      {zipSized(t, zip.Store, big, string(zipStreams(t, zip.Deflate, big, secret))), "b!/b", false},
		"what follows an inner zip": {zipStreams(t, zip.Deflate, string(zipSized(t, zip.Deflate, big, "x")), secret), "b", false},
	} {
		u := newUnpacker(s, new(effort), int64(len(test.zip)))
		u.file(bytes.NewReader(test.zip), layer.KindZip)
		c := u.content()
		switch {
		case c == nil || len(c.matches) != 1:
			t.Errorf("%s: found %+v", name, c)
		case c.matches[0].inner != test.inner || (len(c.notes) > 0) != test.noted:
			t.Errorf("%s: found in %q with notes %q", name, c.matches[0].inner, c.notes)
		}
	}
}

// zipStreams is a zip of the members a and b as a stream has it: the sizes
// follow the data.
func zipStreams(t *testing.T, method uint16, a, b string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i, content := range []string{a, b} {
		f, err := w.CreateHeader(&zip.FileHeader{Name: "ab"[i : i+1], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(f, content)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// zipSized is the same with the sizes before the data, as zip(1) writes it.
func zipSized(t *testing.T, method uint16, a, b string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i, content := range []string{a, b} {
		data := []byte(content)
		if method == zip.Deflate {
			var packed bytes.Buffer
			z, _ := flate.NewWriter(&packed, 6)
			z.Write(data)
			z.Close()
			data = packed.Bytes()
		}
		f, err := w.CreateRaw(&zip.FileHeader{
			Name: "ab"[i : i+1], Method: method, CRC32: crc32.ChecksumIEEE([]byte(content)),
			CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(content)),
		})
		if err != nil {
			t.Fatal(err)
		}
		f.Write(data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// FuzzZip feeds the reader of zip files what no zip has.
func FuzzZip(f *testing.F) {
	f.Add([]byte("PK\x03\x04\x14\x00\x08\x00\x08\x00"))
	header := append([]byte(zipLocal), make([]byte, zipHeaderLen-4)...)
	binary.LittleEndian.PutUint16(header[8:], zipDeflated)
	f.Add(append(header, 3, 0))
	s := scanner(f)
	f.Fuzz(func(_ *testing.T, b []byte) {
		u := newUnpacker(s, new(effort), int64(len(b)))
		u.file(bytes.NewReader(b), layer.KindZip)
	})
}
