// Package containerd reads images out of the directory in which containerd
// keeps them, for ctr, nerdctl, Kubernetes and Docker alike.
//
// It reads the files alone: the names of images from containerd's database, as
// it is at that moment, and manifests, configs and layers from its content
// store, where they lie as they were pulled. It asks no daemon, takes no lock
// and writes nothing.
//
// Open finds an image, List names them all.
package containerd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/oci"
)

// Errors that mean "ask somebody else".
var (
	ErrNoStore  = errors.New("no containerd store")
	ErrNotFound = errors.New("no such image")
	// ErrClosed is given for a store that the user may not read.
	ErrClosed = errors.New("permission denied")
	// ErrIncomplete is given for what was not pulled, or not kept.
	ErrIncomplete = errors.New("not all of the image is in containerd's store")
)

// ErrAmbiguous is given for an id that is not enough.
var ErrAmbiguous = errors.New("several images")

// ErrDamaged is given for a store that is not as containerd writes it.
var ErrDamaged = errors.New("the store is damaged")

// Options of Open and List.
type Options struct {
	// Root is the directory of a store to read in place of those there are.
	Root string
	// Namespace is the only one to look into. Without one it is that of the
	// environment, or all are searched.
	Namespace string
	Platform  *v1.Platform // of Open; nil is the host's, or the only one that was pulled
}

// Image is an image of a store.
type Image struct {
	oci.Image
	*oci.Selection
	Name string // in full
	// Unkept is how many layers are not in the store. containerd needs them only
	// until they are unpacked.
	Unkept int

	content *content
}

// Close releases the store.
func (i *Image) Close() error { return i.content.Close() }

// Open finds an image by its name, as nerdctl and ctr do: in full, or as docker
// shortens it; by its digest, its config's, or the beginning of one. It returns
// where it has looked.
func Open(ctx context.Context, name string, opts Options) (*Image, string, error) {
	set, err := load(opts)
	if err != nil {
		return nil, "", err
	}
	found, notes, err := set.resolve(ctx, name)
	if err != nil {
		return nil, set.String(), err
	}
	c, err := found.store.content()
	if err != nil {
		return nil, found.where(), err
	}
	img, err := c.open(ctx, found, opts.Platform)
	if err != nil {
		c.Close()
		return nil, found.where(), err
	}
	img.Notes = append(img.Notes, notes...)
	return img, found.where(), nil
}

// open makes an image of what resolve has found.
func (c *content) open(ctx context.Context, found *image, want *v1.Platform) (*Image, error) {
	c.image = found
	if found.target.Digest == (v1.Hash{}) {
		return nil, fmt.Errorf("%w: %s is the name of nothing", ErrDamaged, found.name)
	}
	sel, err := oci.Resolve(ctx, c, found.target, want)
	if errors.Is(err, oci.ErrMissing) || errors.Is(err, oci.ErrPlatform) {
		err = fmt.Errorf("%w: %w", ErrIncomplete, err)
	}
	if err != nil {
		return nil, err
	}
	inner, err := oci.NewImage(ctx, c, sel)
	if err != nil {
		return nil, err
	}
	img := &Image{Image: inner, Selection: sel, Name: found.name, content: c}
	blobs, err := inner.Blobs()
	if err != nil {
		return nil, err
	}
	for _, b := range blobs {
		if h, err := v1.NewHash(b.Digest); err != nil || !c.Has(v1.Descriptor{Digest: h}) {
			img.Unkept++
		}
	}
	if img.Unkept > 0 {
		img.Notes = append(img.Notes, fmt.Sprintf("%d of %d layers are not in containerd's store, only what was unpacked from them; to fetch them: %s", img.Unkept, len(blobs), found.fetch()))
	}
	return img, nil
}

// fetch is how layers that were not kept come back.
func (i *image) fetch() string {
	return fmt.Sprintf("ctr -n %s content fetch %s", i.namespace, i.name)
}

// where is the place of an image, for the user.
func (i *image) where() string {
	return fmt.Sprintf("%s, namespace %s", i.store.root, i.namespace)
}

// String is the place of all images, for the user.
func (s *set) String() string {
	var roots []string
	for _, st := range s.stores {
		roots = append(roots, st.root)
	}
	where := strings.Join(roots, " and ")
	if s.namespace != "" {
		where += ", namespace " + s.namespace
	}
	return where
}
