package storage

import (
	"context"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/oci"
)

// storedImage is an image whose layers are kept unpacked, whatever its manifest
// says of them.
type storedImage struct {
	oci.Image
	layers []*layerRecord // bottom first
	files  *files
}

// check holds the layers against the config.
func (i *storedImage) check() error {
	cfg, err := i.ConfigFile()
	if err != nil {
		return err
	}
	if have, want := len(i.layers), len(cfg.RootFS.DiffIDs); have != want {
		return fmt.Errorf("%w: the image has %d layers, its config says %d", ErrDamaged, have, want)
	}
	return nil
}

// Blobs implements oci.Image. The tars are what the diffIDs are of; digest and
// size are those of the manifest only where it describes plain tars.
func (i *storedImage) Blobs() ([]oci.Blob, error) {
	blobs, err := i.Image.Blobs()
	if err != nil {
		return nil, err
	}
	for n := range blobs {
		b, l := &blobs[n], i.layers[n]
		if b.Digest != b.DiffID {
			b.Digest, b.Size, b.Unpacked = "", 0, true
		}
		b.Open = func(ctx context.Context) (io.ReadCloser, error) { return l.open(ctx, i.files) }
	}
	return blobs, nil
}

// documents are the manifests and configs of all images of a set, and the
// layers of one image that its manifest describes as plain tars.
type documents struct {
	set    *set
	first  *image // the image that was asked for
	config *image // the image whose config is meant
	layers []*layerRecord
	files  *files
}

func (d documents) of(img *image) documents {
	d.config = img
	return d
}

// imageOf is the image that has a manifest.
func (d documents) imageOf(h v1.Hash) *image {
	if d.first.manifestDigest() == h.String() || d.first.Layer != "" {
		return d.first
	}
	return d.set.byManifest(h.String())
}

// Manifest implements oci.Store.
func (d documents) Manifest(_ context.Context, desc v1.Descriptor) (io.ReadCloser, error) {
	img := d.first
	if img.manifestDigest() != desc.Digest.String() && img.Layer == "" {
		if img = d.set.byManifest(desc.Digest.String()); img == nil {
			return nil, fmt.Errorf("%w: manifest %s is in none of the stores", oci.ErrMissing, desc.Digest)
		}
	}
	return img.open(manifestKey)
}

// Blob implements oci.Store: of configs, and of layers that are plain tars.
func (d documents) Blob(ctx context.Context, desc v1.Descriptor) (io.ReadCloser, error) {
	key := desc.Digest.String()
	for _, l := range d.layers {
		if l.DiffDigest == key {
			return l.open(ctx, d.files)
		}
	}
	img := d.config
	if img == nil {
		img = d.set.byConfig(key)
	}
	if img == nil || !img.has(key) {
		return nil, fmt.Errorf("%w: %s is not kept in the store", oci.ErrMissing, key)
	}
	return img.open(key)
}
