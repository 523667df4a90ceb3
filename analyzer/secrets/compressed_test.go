package secrets

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"peel/source/layer"
)

// TestPackages looks into what Debian's packages are: xz in ar.
func TestPackages(t *testing.T) {
	s := scanner(t)
	secret := "token = " + signed("ghp_", random30) + "\n"
	data := tarOf("etc/app.ini", secret)
	for name, test := range map[string]struct {
		file  string
		inner string
	}{
		"xz":               {xzOf(secret, 1<<20), ""},
		"package":          {arOf("debian-binary", "2.0\n", "data.tar.xz", xzOf(data, 8<<20)), "data.tar!/etc/app.ini"},
		"package, gzip":    {arOf("debian-binary", "2.0\n", "data.tar.gz", gzipOf(data)), "data.tar!/etc/app.ini"},
		"static library":   {arOf("/", "index!", "a.o/", secret), "a.o"},
		"odd sizes":        {arOf("a", "odd", "b", secret), "b"},
		"large dictionary": {xzOf(secret, 128<<20), "-"},
		"broken":           {arMagic + "what is this", "-"},
		"lying size":       {strings.Replace(arOf("a", secret), fmt.Sprintf("%-10d", len(secret)), "9999999999", 1), "a"},
	} {
		u := newUnpacker(s, new(effort), int64(len(test.file)))
		u.file(strings.NewReader(test.file), layer.Sniff([]byte(test.file)))
		c := u.content()
		switch {
		case c == nil:
			t.Errorf("%s: nothing is found or said", name)
		case test.inner == "-":
			if len(c.matches) > 0 || len(c.notes) != 1 {
				t.Errorf("%s: %+v, want a note", name, c)
			}
		case len(c.matches) != 1 || c.matches[0].inner != test.inner:
			t.Errorf("%s: %+v, want a match in %q", name, c, test.inner)
		}
	}
}

// TestSlow guards that what unpacks slowly costs no more than a share of its
// layer, that this is said, and that what lies beside it is looked at all the
// same.
func TestSlow(t *testing.T) {
	s := scanner(t)
	secret := "token = " + signed("ghp_", random30) + "\n"
	late := func(zeros int) string { return xzOf(strings.Repeat("0", zeros)+secret, 1<<20) }
	for name, test := range map[string]struct {
		seen, used int64
		file       string
		inner      string // of the match; - for none
		cut        bool
	}{
		"little":                   {0, 0, late(freePackage), "", false},
		"much":                     {0, 0, late(freeSlow), "-", true},
		"much of a big layer":      {slowShare << 20, 0, late(freeSlow), "", false},
		"after others":             {slowShare << 20, freeSlow, late(freeSlow), "-", true},
		"in a package":             {0, 0, arOf("a.xz", late(freePackage), "b", secret), "b", true},
		"in a package, big layer":  {slowShare << 20, 0, arOf("a.xz", late(freePackage)), "a", false},
		"in a package, after much": {0, freeSlow, arOf("a.xz", late(0), "b", secret), "b", true},
	} {
		u := newUnpacker(s, &effort{seen: test.seen, used: test.used}, int64(len(test.file)))
		u.file(strings.NewReader(test.file), layer.Sniff([]byte(test.file)))
		got, cut := "-", false
		if c := u.content(); c != nil {
			cut = c.cut
			if len(c.matches) == 1 {
				got = c.matches[0].inner
			}
			if len(c.notes) > 0 {
				t.Errorf("%s: notes %q", name, c.notes)
			}
		}
		if got != test.inner || cut != test.cut {
			t.Errorf("%s: a match in %q, cut %v; want %q, %v", name, got, cut, test.inner, test.cut)
		}
	}
}

// arOf is an ar archive of names and contents.
func arOf(members ...string) string {
	var b strings.Builder
	b.WriteString(arMagic)
	for i := 0; i < len(members); i += 2 {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8o%-10d`\n%s", members[i], 0, 0, 0, 0o644, len(members[i+1]), members[i+1])
		if len(members[i+1])%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// xzOf is an xz file (The .xz File Format, 1.2.1) whose LZMA2 chunks are not
// compressed, without a check.
func xzOf(content string, dict uint32) string {
	withCRC := func(b []byte) []byte { return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b)) }
	flags := withCRC([]byte{0, 0})
	bits := byte(0)
	for size := uint32(4 << 10); size < dict; size *= 2 {
		bits += 2
	}
	block := withCRC([]byte{2, 0, 0x21, 1, bits, 0, 0, 0})
	for first, rest := byte(1), content; len(rest) > 0; first = 2 {
		n := min(len(rest), 1<<16)
		block = append(block, first, byte((n-1)>>8), byte(n-1))
		block = append(block, rest[:n]...)
		rest = rest[n:]
	}
	block = append(block, 0)
	index := binary.AppendUvarint([]byte{0, 1}, uint64(len(block)))
	index = binary.AppendUvarint(index, uint64(len(content)))
	index = withCRC(padded(index))
	footer := binary.LittleEndian.AppendUint32(nil, uint32(len(index)/4-1))
	footer = append(footer, 0, 0)
	footer = append(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(footer)), footer...)
	return "\xfd7zXZ\x00" + string(flags) + string(padded(block)) + string(index) + string(footer) + "YZ"
}

// padded fills up to a multiple of four bytes.
func padded(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }

func gzipOf(content string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(content))
	w.Close()
	return b.String()
}

func tarOf(name, content string) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o644})
	w.Write([]byte(content))
	w.Close()
	return b.String()
}
