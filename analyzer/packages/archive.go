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

// syft unpacks archives within archives to temporary files, as deep as they go.
// What exceeds these bounds is made for mischief, and is left out.
const (
	// maxArchiveEntries is of one archive: the largest, of whole application
	// servers, have 100,000.
	maxArchiveEntries = 500_000
	// maxNesting is how deep archives may lie in each other: enterprise
	// applications have libraries in modules in an archive.
	maxNesting = 4
	// maxNested is of one archive within another, in bytes as unpacked.
	maxNested = 128 << 20
	// maxUnpacked is of all that is kept of an archive, in bytes as unpacked.
	maxUnpacked = 2 << 30
)

// reduceArchive is a Java archive with the files alone that tell what it is:
// manifests, Maven's files, licences, and archives within. syft compares each
// name with some hundred patterns, so that the others are not worth their names. Nil if it cannot be read or gains nothing. left tells that something
// was left out which might have told more.
func reduceArchive(c *content) (small *content, left bool) {
	in, err := zip.NewReader(c.open(), c.size)
	if err != nil || len(in.File) > maxArchiveEntries {
		return nil, err == nil
	}
	var b bytes.Buffer
	r := reduction{out: zip.NewWriter(&b)}
	for _, f := range in.File {
		if err := r.add(f); err != nil || !r.left && int64(b.Len()) >= c.size {
			return nil, r.left
		}
	}
	if err := r.out.Close(); err != nil || !r.left && int64(b.Len()) >= c.size {
		return nil, r.left
	}
	var p packer
	p.write(b.Bytes())
	return p.content(int64(b.Len())), r.left
}

// reduction is an archive that is being reduced.
type reduction struct {
	out      *zip.Writer
	unpacked uint64
	left     bool
}

func (r *reduction) add(f *zip.File) error {
	keep := archiveEntryMatters(f.Name)
	if keep && !r.harmless(f) {
		keep, r.left = false, true
	}
	if !keep {
		return nil
	}
	raw, err := f.OpenRaw()
	if err != nil {
		return err
	}
	header := f.FileHeader
	w, err := r.out.CreateRaw(&header)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, raw)
	return err
}

// harmless reports whether an entry keeps to the bounds.
func (r *reduction) harmless(f *zip.File) bool {
	r.unpacked += min(f.UncompressedSize64, maxUnpacked)
	return r.unpacked <= maxUnpacked && (!isArchive(f.Name) || shallow(f, maxNesting, new(int64)))
}

// shallow reports whether an archive within another holds no more than so many
// levels of them, which unpack to no more than maxUnpacked in all. One that
// cannot be read ends there for syft too.
func shallow(f *zip.File, levels int, total *int64) bool {
	if levels == 0 || f.UncompressedSize64 > maxNested {
		return false
	}
	r, err := f.Open()
	if err != nil {
		return true
	}
	b, err := io.ReadAll(io.LimitReader(r, maxNested+1))
	if *total += int64(len(b)); len(b) > maxNested || *total > maxUnpacked {
		return false
	}
	in, zipErr := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil || zipErr != nil {
		return true
	}
	for _, g := range in.File {
		if isArchive(g.Name) && !shallow(g, levels-1, total) {
			return false
		}
	}
	return true
}

func archiveEntryMatters(name string) bool {
	base := strings.ToLower(path.Base(name))
	switch {
	case base == "manifest.mf", base == "version.properties",
		strings.HasSuffix(base, "pom.properties"), strings.HasSuffix(base, "pom.xml"):
		return true
	case path.Ext(base) == ".class":
		return false
	case isLicense(base):
		return true
	}
	return isArchive(base)
}

func isArchive(name string) bool {
	name = strings.ToLower(name)
	for _, g := range javaArchives {
		if strings.HasSuffix(name, strings.TrimPrefix(g, "**/*")) {
			return true
		}
	}
	return false
}
