// Package layout reads OCI image layouts (OCI image spec, image-layout.md),
// whether they are directories or the content of an archive.
package layout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/oci"
)

// Files are the files of a layout by their slash-separated names. An error for
// a file that is not there wraps fs.ErrNotExist.
type Files interface {
	Open(name string) (io.ReadCloser, error)
}

// ErrNotLayout says that a directory has no index.json.
var ErrNotLayout = errors.New("not an OCI image layout")

// Annotations that name an image in index.json. The first is OCI's, which tools
// fill with a tag or with a whole reference; the second is containerd's, and
// docker save's.
const (
	refName        = "org.opencontainers.image.ref.name"
	containerdName = "io.containerd.image.name"
)

// Dir is a layout in a directory. Symbolic links do not lead out of it.
type Dir struct{ root *os.Root }

// OpenDir opens a layout directory.
func OpenDir(path string) (*Dir, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	if _, err := root.Stat("index.json"); err != nil {
		root.Close()
		return nil, fmt.Errorf("%w: %s has no index.json", ErrNotLayout, path)
	}
	return &Dir{root}, nil
}

// Open implements Files.
func (d *Dir) Open(name string) (io.ReadCloser, error) { return d.root.Open(name) }

// Close releases the directory.
func (d *Dir) Close() error { return d.root.Close() }

// Store gives the blobs of a layout.
type Store struct{ Files }

var (
	_ oci.Store   = Store{}
	_ oci.Partial = Store{}
)

// Manifest implements oci.Store.
func (s Store) Manifest(ctx context.Context, d v1.Descriptor) (io.ReadCloser, error) {
	return s.Blob(ctx, d)
}

// Blob implements oci.Store.
func (s Store) Blob(_ context.Context, d v1.Descriptor) (io.ReadCloser, error) {
	if d.Digest == (v1.Hash{}) {
		return nil, fmt.Errorf("%w: it is named without its digest", oci.ErrMissing)
	}
	if d.Data != nil {
		return io.NopCloser(strings.NewReader(string(d.Data))), nil
	}
	rc, err := s.Open(BlobName(d.Digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: the layout has no %s", oci.ErrMissing, BlobName(d.Digest))
	}
	return rc, err
}

// Has implements oci.Partial: an archive of one platform has the whole index.
func (s Store) Has(d v1.Descriptor) bool {
	if d.Data != nil {
		return true
	}
	rc, err := s.Open(BlobName(d.Digest))
	if err == nil {
		rc.Close()
	}
	return !errors.Is(err, fs.ErrNotExist)
}

// BlobName is where a layout keeps a blob.
func BlobName(h v1.Hash) string { return "blobs/" + h.Algorithm + "/" + h.Hex }

// Index reads index.json, the entrance of a layout.
func Index(f Files) (*v1.IndexManifest, error) {
	rc, err := f.Open("index.json")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotLayout, err)
	}
	defer rc.Close()
	raw, err := oci.ReadDocument(rc, v1.Descriptor{}, oci.MaxManifest)
	if err != nil {
		return nil, fmt.Errorf("reading index.json: %w", err)
	}
	idx, err := oci.ParseIndex(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: reading index.json: %w", ErrNotLayout, err)
	}
	return idx, nil
}

// Found is an image of a layout.
type Found struct {
	oci.Image
	*oci.Selection
	Names []string // what index.json calls it, the one asked for first
}

// Open finds the image that sel picks, for the platform wanted. store is the
// layout's, or a Store around it. Layers are read until ctx ends.
func Open(ctx context.Context, store oci.Store, idx *v1.IndexManifest, sel oci.Selector, want *v1.Platform) (*Found, error) {
	list, err := pick(idx, sel)
	if err != nil {
		return nil, explain(ctx, store, err)
	}
	var s *oci.Selection
	if len(list) == 1 {
		s, err = oci.Resolve(ctx, store, list[0].Descriptor, want)
	} else {
		s, err = oci.ResolveAmong(ctx, store, descriptors(list), want)
	}
	if err != nil {
		return nil, err
	}
	followed := v1.Descriptor{} // among several, Resolve has told which
	if len(list) == 1 {
		followed = list[0].Descriptor
	}
	s.Beside(idx, followed)
	img, err := oci.NewImage(ctx, store, s)
	if err != nil {
		return nil, err
	}
	return &Found{Image: img, Selection: s, Names: list[0].names}, nil
}

// explain says of each image that there is to choose from what tells it from the
// others.
func explain(ctx context.Context, store oci.Store, err error) error {
	var choice *oci.ChoiceError
	if errors.As(err, &choice) {
		for i := range choice.Images {
			c := &choice.Images[i]
			if i < maxList && ctx.Err() == nil {
				names := c.Names
				c.Listed = describe(ctx, store, v1.Descriptor{Digest: hashOf(c.Digest)})
				c.Names = names
			}
		}
	}
	return err
}

// namesOf has the name that says more, if a descriptor has any.
func namesOf(d v1.Descriptor) []string {
	for _, key := range []string{containerdName, refName} {
		if n := d.Annotations[key]; n != "" {
			return []string{n}
		}
	}
	return nil
}

// pick chooses among the images of index.json. Several are returned if they
// differ in their platform alone: index.json is then an image index itself.
func pick(idx *v1.IndexManifest, sel oci.Selector) ([]listed, error) {
	list := images(idx)
	switch {
	case sel.Digest != (v1.Hash{}):
		for _, l := range list {
			if l.Digest == sel.Digest {
				return []listed{l}, nil
			}
		}
		for _, d := range idx.Manifests {
			if d.Digest == sel.Digest {
				return []listed{{Descriptor: d, names: namesOf(d)}}, nil
			}
		}
		return []listed{{Descriptor: v1.Descriptor{Digest: sel.Digest}}}, nil // perhaps of a nested one
	case sel.Number > 0:
		for _, l := range list {
			if slices.Contains(l.numbers, sel.Number-1) {
				return []listed{l}, nil
			}
		}
		return nil, choose(list, fmt.Sprintf("there is no image %s", sel))
	case sel.Name != "":
		list = named(list, sel)
		if len(list) == 0 {
			return nil, choose(images(idx), fmt.Sprintf("no image is called %q", sel.Name))
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: index.json names no image", oci.ErrNotImage)
	}
	if len(list) > 1 && !onePerPlatform(list) {
		return nil, choose(list, fmt.Sprintf("there are %d images", len(list)))
	}
	return list, nil
}

// named are the images that a name asks for, under that name first.
func named(list []listed, sel oci.Selector) (found []listed) {
	for _, l := range list {
		i := slices.IndexFunc(l.names, func(n string) bool { return sel.Matches(n) })
		if i < 0 {
			continue
		}
		l.names = slices.Concat(l.names[i:i+1], l.names[:i], l.names[i+1:])
		found = append(found, l)
	}
	return found
}

func onePerPlatform(list []listed) bool {
	for _, l := range list {
		if l.Platform == nil || !slices.Equal(l.names, list[0].names) {
			return false
		}
	}
	return true
}

// listed is one image of index.json, which may be there several times: under
// each of its names.
type listed struct {
	v1.Descriptor
	names   []string
	numbers []int // its places, from 0
}

// images leaves out what is only there to accompany an image; what accompanies
// nothing is left, so that an error can name it.
func images(idx *v1.IndexManifest) []listed {
	list := slices.DeleteFunc(slices.Clone(idx.Manifests), func(d v1.Descriptor) bool {
		return d.Annotations["vnd.docker.reference.type"] != ""
	})
	if alone := slices.DeleteFunc(slices.Clone(list), isCompanion); len(alone) > 0 {
		list = alone
	}
	var out []listed
	at := map[v1.Hash]int{}
	for n, d := range list {
		i, again := at[d.Digest]
		if !again || d.Digest == (v1.Hash{}) || !samePlatform(out[i].Platform, d.Platform) {
			i = len(out)
			at[d.Digest] = i
			out = append(out, listed{Descriptor: d})
		}
		l := &out[i]
		l.numbers = append(l.numbers, n)
		for _, name := range namesOf(d) {
			if !slices.Contains(l.names, name) {
				l.names = append(l.names, name)
			}
		}
	}
	return out
}

func samePlatform(a, b *v1.Platform) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equals(*b)
}

func descriptors(list []listed) []v1.Descriptor {
	out := make([]v1.Descriptor, len(list))
	for i, l := range list {
		out[i] = l.Descriptor
	}
	return out
}

// choose is the error that lists what there is.
func choose(list []listed, problem string) error {
	e := &oci.ChoiceError{Problem: problem}
	for _, l := range list {
		e.Images = append(e.Images, oci.Choice{Number: l.numbers[0], Listed: oci.Listed{Names: l.names, Digest: l.Digest.String()}})
	}
	return e
}

// hashOf is the zero Hash for what is none.
func hashOf(s string) v1.Hash {
	h, err := v1.NewHash(s)
	if err != nil {
		return v1.Hash{}
	}
	return h
}
