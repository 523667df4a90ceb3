// Package storage reads images out of containers/storage, where podman,
// buildah, skopeo and CRI-O keep them: an ordinary user's store and root's,
// with additional stores beside them.
//
// It reads the files of the store alone, without its locks, and writes nothing:
// what a store holds is in JSON documents, what a layer holds is in a tar-split
// file, from which, with the files below the layer's directory, comes the very
// tar that the layer was made of. Files of other users that the reader may not
// open are read by a child of this process in a user namespace; where that
// cannot be had, they are listed without their contents.
//
// Open finds an image, List names them all.
package storage

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
	ErrNoStore  = errors.New("no containers/storage")
	ErrNotFound = errors.New("no such image")

	// ErrAmbiguous is given for a name or an id that is not enough.
	ErrAmbiguous = errors.New("several images")
)

// Errors of stores that cannot be read.
var (
	// ErrUnsupported is given for what a newer podman, or another driver, may
	// have written.
	ErrUnsupported = errors.New("not supported")
	// ErrDamaged is given for a store that is not as containers/storage writes it.
	ErrDamaged = errors.New("the store is damaged")
)

// Options of Open and List.
type Options struct {
	// Root is the directory of a store to read in place of the configured ones;
	// Driver is its driver, "" for any.
	Root, Driver string
	Platform     *v1.Platform // of Open; nil is the host's
}

// Image is an image of a store.
type Image struct {
	oci.Image
	*oci.Selection
	Name  string // one of its names
	Store string // the directory it was found in
	// Unreadable tells of the first layer that is kept in a way that cannot be
	// read here; the others, manifest and config can. It is ErrUnsupported, or nil.
	Unreadable error

	files *files
}

// Close ends what reads its files.
func (i *Image) Close() error { return i.files.close() }

// Open finds an image by its name, as podman does: with or without registry and
// tag, by a prefix of its id, by its digest. It returns where it has looked.
func Open(ctx context.Context, name string, opts Options) (*Image, string, error) {
	stores, err := find(opts)
	if err != nil {
		return nil, "", err
	}
	where := locations(stores)
	set, err := load(stores)
	if err != nil {
		return nil, where, err
	}
	found, err := set.resolve(name)
	if err != nil {
		return nil, where, err
	}
	img, err := set.open(ctx, found, opts.Platform)
	if err != nil {
		return nil, found.store.root, err
	}
	img.Name = name
	if len(found.Names) > 0 {
		img.Name = found.Names[0]
	}
	img.Store = found.store.root
	return img, found.store.root, nil
}

func locations(stores []*store) string {
	var roots []string
	for _, s := range stores {
		roots = append(roots, s.root)
	}
	return strings.Join(roots, " and ")
}

// open makes an image of what resolve has found.
func (set *set) open(ctx context.Context, found *image, want *v1.Platform) (*Image, error) {
	raw, err := found.bigData(manifestKey, oci.MaxManifest)
	if err != nil {
		return nil, err
	}
	desc := v1.Descriptor{}
	if desc.Digest, desc.Size, err = v1.SHA256(strings.NewReader(string(raw))); err != nil {
		return nil, err
	}
	docs := documents{set: set, first: found}
	sel, err := oci.Resolve(ctx, docs, desc, want)
	if err != nil {
		return nil, err
	}
	chosen := docs.imageOf(sel.Descriptor.Digest)
	if chosen == nil {
		return nil, fmt.Errorf("%w: manifest %s belongs to no image", ErrDamaged, sel.Descriptor.Digest)
	}
	layers, err := set.chain(chosen.Layer)
	if err != nil {
		return nil, err
	}
	files := newFiles()
	docs.layers, docs.files = layers, files
	inner, err := oci.NewImage(ctx, docs.of(chosen), sel)
	if err != nil {
		return nil, err
	}
	img := &storedImage{Image: inner, layers: layers, files: files}
	if err := img.check(); err != nil {
		return nil, err
	}
	out := &Image{Image: img, Selection: sel, files: files}
	for _, l := range layers {
		if _, err := l.dir(); err != nil {
			out.Unreadable = err
			break
		}
	}
	return out, nil
}
