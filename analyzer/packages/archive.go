package packages

import (
	"archive/zip"
	"bytes"
	"crypto/sha1" //nolint:gosec // syft tells this sum of an archive
	"encoding/hex"
	"hash"
	"io"
	"path"
	"strings"
)

// archiveSum is the sum of an archive's bytes as they are in the image.
type archiveSum struct{ hash.Hash }

func newArchiveSum() *archiveSum { return &archiveSum{sha1.New()} } //nolint:gosec // see above

func (s *archiveSum) String() string { return hex.EncodeToString(s.Sum(nil)) }

// maxArchiveEntries bounds the names of one archive: the largest, of whole
// application servers, have 100,000.
const maxArchiveEntries = 500_000

// reduceArchive is a Java archive with all its names, but with the contents
// alone that tell what it is: manifests, Maven's files, licences, and archives
// within. Nil if it cannot be read or gains nothing.
func reduceArchive(c *content) *content {
	r := c.open()
	in, err := zip.NewReader(r, c.size)
	if err != nil || len(in.File) > maxArchiveEntries {
		return nil
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		if err := copyEntry(out, f); err != nil || int64(b.Len()) >= c.size {
			return nil
		}
	}
	if err := out.Close(); err != nil || int64(b.Len()) >= c.size {
		return nil
	}
	var p packer
	p.write(b.Bytes())
	return p.content(int64(b.Len()))
}

func copyEntry(out *zip.Writer, f *zip.File) error {
	if !archiveEntryMatters(f.Name) {
		_, err := out.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store})
		return err
	}
	raw, err := f.OpenRaw()
	if err != nil {
		return err
	}
	header := f.FileHeader
	w, err := out.CreateRaw(&header)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, raw)
	return err
}

func archiveEntryMatters(name string) bool {
	base := strings.ToLower(path.Base(name))
	switch {
	case base == "manifest.mf", base == "version.properties",
		strings.HasSuffix(base, "pom.properties"), strings.HasSuffix(base, "pom.xml"):
		return true
	case path.Ext(base) == ".class":
		return false
	case licenseFile.MatchString(base):
		return true
	}
	for _, g := range javaArchives {
		if strings.HasSuffix(base, strings.TrimPrefix(g, "**/*")) {
			return true
		}
	}
	return false
}
