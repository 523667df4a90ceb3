package sourcetest

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Pack is how the tar around an image is written. The zero value is what the
// shape's own tool does; the package level functions use it.
type Pack struct {
	// DotSlash gives every name a leading "./", as tar -C dir . does.
	DotSlash bool
	// Order of the entries.
	Order Order
	// LinkedLayers makes a podman archive's manifest.json name the
	// <v1id>/layer.tar symlinks instead of the files they point to.
	LinkedLayers bool
	// Edit may change an entry: give other bytes, or false to leave it out.
	// It sees regular files only, by their name without "./".
	Edit func(name string, content []byte) ([]byte, bool)
}

// Order of an archive's entries.
type Order int

// The orders.
const (
	Natural       Order = iota // as the shape's own tool writes them
	Sorted                     // by name
	Reversed                   // Natural, backwards: links before targets
	MetadataFirst              // manifest.json, index.json and oci-layout first
	MetadataLast               // the same last: nothing is known before the end
)

// member is one entry of an archive, or one file of a layout.
type member struct {
	name    string
	content []byte
	dir     bool
	link    string // target of a symlink
}

// bundle is the members of an archive. A name that is already there is not
// added again, as no tool writes one blob twice.
type bundle struct {
	members []member
	seen    map[string]bool
}

func (b *bundle) add(m member) {
	if b.seen[m.name] {
		return
	}
	if b.seen == nil {
		b.seen = map[string]bool{}
	}
	b.seen[m.name] = true
	b.members = append(b.members, m)
}

func (b *bundle) dir(name string)                  { b.add(member{name: name, dir: true}) }
func (b *bundle) file(name string, content []byte) { b.add(member{name: name, content: content}) }
func (b *bundle) symlink(name, target string)      { b.add(member{name: name, link: target}) }

func (b *bundle) json(name string, v any) error {
	content, err := marshal(v)
	if err != nil {
		return err
	}
	b.file(name, content)
	return nil
}

func (b *bundle) sort() {
	slices.SortStableFunc(b.members, func(x, y member) int { return strings.Compare(x.name, y.name) })
}

var metadata = []string{"manifest.json", "index.json", "oci-layout", "repositories"}

func (m member) isMetadata() bool { return slices.Contains(metadata, m.name) }

func (p Pack) order(b *bundle) {
	first := func(is func(member) bool) {
		slices.SortStableFunc(b.members, func(x, y member) int {
			switch {
			case is(x) == is(y):
				return 0
			case is(x):
				return -1
			}
			return 1
		})
	}
	switch p.Order {
	case Sorted:
		b.sort()
	case Reversed:
		slices.Reverse(b.members)
	case MetadataFirst:
		first(member.isMetadata)
	case MetadataLast:
		first(func(m member) bool { return !m.isMetadata() })
	}
}

// edited is b's members after Edit.
func (p Pack) edited(b *bundle) []member {
	if p.Edit == nil {
		return b.members
	}
	var kept []member
	for _, m := range b.members {
		if !m.dir && m.link == "" {
			content, keep := p.Edit(m.name, m.content)
			if !keep {
				continue
			}
			m.content = content
		}
		kept = append(kept, m)
	}
	return kept
}

// write writes b as an uncompressed tar.
func (p Pack) write(w io.Writer, b *bundle) error {
	p.order(b)
	tw := tar.NewWriter(w)
	for _, m := range p.edited(b) {
		hdr := m.header()
		if p.DotSlash {
			hdr.Name = "./" + hdr.Name
		}
		if err := tw.WriteHeader(hdr); err != nil {
			return fmt.Errorf("writing header of %q: %w", hdr.Name, err)
		}
		if _, err := tw.Write(m.content); err != nil {
			return fmt.Errorf("writing content of %q: %w", hdr.Name, err)
		}
	}
	if err := tw.Close(); err != nil {
		return fmt.Errorf("closing archive: %w", err)
	}
	return nil
}

func (m member) header() *tar.Header {
	switch {
	case m.dir:
		return &tar.Header{Typeflag: tar.TypeDir, Name: m.name + "/", Mode: 0o755, ModTime: Epoch}
	case m.link != "":
		return &tar.Header{Typeflag: tar.TypeSymlink, Name: m.name, Linkname: m.link, Mode: 0o777, ModTime: Epoch}
	}
	return &tar.Header{Typeflag: tar.TypeReg, Name: m.name, Size: int64(len(m.content)), Mode: 0o644, ModTime: Epoch}
}

// unpack writes b below dir, which may exist.
func (p Pack) unpack(dir string, b *bundle) error {
	for _, m := range p.edited(b) {
		name := filepath.Join(dir, filepath.FromSlash(m.name))
		if m.dir {
			if err := os.MkdirAll(name, 0o755); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, m.content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
