package secrets

import (
	"archive/tar"
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"peel/source/layer"
)

// Limits of what is unpacked of one file.
const (
	// maxDepth is how many archives may lie in each other: a jar in a war in a
	// tar.gz is four.
	maxDepth = 4
	// maxUnpacked bounds the bytes, packed ones again for each depth. The
	// biggest jars and wheels unpack to some hundred megabytes.
	maxUnpacked = 1 << 30
	// freeUnpacked and maxRatio tell bombs: more than the first is unpacked only
	// of archives that do not grow more than that.
	freeUnpacked = 16 << 20
	maxRatio     = 100
	// maxMembers bounds the files; the largest jars have about 50,000.
	maxMembers = 200_000
	// maxInnerName bounds a member's name in what is reported.
	maxInnerName = 1024
)

var (
	errBudget  = errors.New("it unpacks to more than is looked at")
	errMembers = errors.New("it has more files than are looked at")
)

// unpacker looks into one file that is an archive or compressed, and into what
// lies in it.
type unpacker struct {
	s       *Scanner
	left    int64 // bytes that may still be unpacked
	members int
	found   []match
	notes   []string
	xz      bool // it holds xzOnce

	effort    *effort
	inPackage bool // in an ar archive
	cut       bool // something was too slow to unpack wholly
}

func newUnpacker(s *Scanner, effort *effort, size int64) *unpacker {
	return &unpacker{s: s, effort: effort, left: min(maxUnpacked, max(freeUnpacked, size*maxRatio))}
}

// packed reports whether there is something inside of contents of this kind.
func packed(k layer.Kind) bool {
	switch k {
	case layer.KindGzip, layer.KindZstd, layer.KindBzip2, layer.KindXz, layer.KindTar, layer.KindZip, layer.KindArchiveAr:
		return true
	}
	return false
}

// content is what was found, nil for nothing.
func (u *unpacker) content() *content {
	c := mergeMatches(u.found)
	if len(u.notes) > 0 || u.cut {
		if c == nil {
			c = new(content)
		}
		c.notes, c.cut = u.notes, u.cut
	}
	return c
}

// file looks into an archive. Faults are noted, not returned: what could be
// read was looked at.
func (u *unpacker) file(r io.Reader, k layer.Kind) {
	br := bufferOf(r)
	defer readers.Put(br)
	if err := u.open(br, k, "", 1); err != nil && !errors.Is(err, errSlow) {
		u.notes = append(u.notes, fmt.Sprintf("not all of this %s was looked at for secrets: %v", k, err))
	}
}

func (u *unpacker) open(r *bufio.Reader, k layer.Kind, name string, depth int) error {
	switch k {
	case layer.KindTar:
		return u.tar(r, name, depth)
	case layer.KindZip:
		return u.zip(r, name, depth)
	case layer.KindArchiveAr:
		defer func(outer bool) { u.inPackage = outer }(u.inPackage)
		u.inPackage = true
		return u.ar(r, name, depth)
	}
	return u.compressed(r, k, name, depth)
}

// inner looks at a member: into it, if it is an archive too, or at it.
func (u *unpacker) inner(src pieces, name string, depth int) error {
	if u.members++; u.members > maxMembers {
		return errMembers
	}
	in := budget{src, u}
	p, err := in.first()
	if len(p) == 0 {
		return unlessEOF(err)
	}
	k := layer.Sniff(p[:min(len(p), layer.SniffLen)])
	if depth == maxDepth || !packed(k) {
		return u.scan(in, p, err, name)
	}
	br := bufferOf(&pieceReader{in, p, err})
	defer readers.Put(br)
	err = u.open(br, k, name, depth+1)
	if isLimit(err) {
		return err
	}
	return nil // one member is broken, or only looks like an archive
}

// read is inner for what a reader gives.
func (u *unpacker) read(r io.Reader, name string, depth int) error {
	src := piecesOf(r)
	defer src.close()
	return u.inner(src, name, depth)
}

// isLimit is true for errors after which nothing more is unpacked.
func isLimit(err error) bool { return errors.Is(err, errBudget) || errors.Is(err, errMembers) }

func unlessEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// tar looks at the files of a tar.
func (u *unpacker) tar(r io.Reader, name string, depth int) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return err
		}
		if h.Typeflag != tar.TypeReg || h.Size < minSecretFile {
			continue
		}
		if err := u.read(t, joinInner(name, h.Name), depth); err != nil {
			return err
		}
	}
}

func joinInner(outer, name string) string {
	name = strings.TrimPrefix(name, "./")
	name = name[:min(len(name), maxInnerName)]
	if outer == "" {
		return name
	}
	return outer + "!/" + name
}

// scan looks at a member that is no archive, whose first piece is there.
func (u *unpacker) scan(in pieces, p []byte, err error, name string) error {
	st := u.s.pool.Get().(*stream)
	defer u.s.pool.Put(st)
	f := newFileScan(u.s, u.effort, st, name, p[:min(len(p), layer.SniffLen)])
	var c *content
	if err != nil {
		c = f.whole(p)
	} else {
		for ; err == nil; p, err = in.Next() {
			f.Write(p)
		}
		f.Write(p)
		c = f.finish()
	}
	if c != nil && len(u.found) < maxMatches {
		for _, m := range c.matches {
			m.inner = name
			u.found = append(u.found, m)
		}
	}
	return unlessEOF(err)
}
