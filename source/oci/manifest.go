package oci

import (
	"bytes"
	"context"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// maxLayers bounds the layers of one image. Docker stops at 127; nothing in the
// specs does.
const maxLayers = 4096

// NewImage makes an image of a manifest in a store. Its config is read here,
// its layers when they are asked for; both then fail with ctx.
func NewImage(ctx context.Context, s Store, sel *Selection) (Image, error) {
	m := &core{ctx: ctx, store: s, raw: sel.Manifest, mediaType: sel.Descriptor.MediaType}
	manifest, err := v1.ParseManifest(bytes.NewReader(sel.Manifest))
	if err != nil {
		return nil, fmt.Errorf("reading manifest %s: %w", sel.Descriptor.Digest, err)
	}
	if len(manifest.Layers) > maxLayers {
		return nil, fmt.Errorf("%w: an image of %d layers", ErrTooLarge, len(manifest.Layers))
	}
	if m.mediaType == "" {
		m.mediaType = types.OCIManifestSchema1
	}
	m.manifest = manifest
	if m.config, err = readRawConfig(ctx, s, manifest.Config); err != nil {
		return nil, err
	}
	if m.file, err = ParseConfig(m.config); err != nil {
		return nil, err
	}
	if have, want := len(m.file.RootFS.DiffIDs), len(manifest.Layers); have != want {
		return nil, fmt.Errorf("%w: the manifest has %d layers, the config %d diffIDs", ErrNotImage, want, have)
	}
	full, err := partial.CompressedToImage(m)
	if err != nil {
		return nil, err
	}
	return &manifestImage{full, m, sel}, nil
}

// ParseConfig reads an image config. A config that names no operating system
// and no layers may be any JSON: it is told from an image's by that.
func ParseConfig(raw []byte) (*v1.ConfigFile, error) {
	cfg, err := v1.ParseConfigFile(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: its config cannot be read: %w", ErrNotImage, err)
	}
	return cfg, nil
}

func readRawConfig(ctx context.Context, s Store, desc v1.Descriptor) ([]byte, error) {
	raw, err := readFrom(desc, MaxConfig, func() (io.ReadCloser, error) { return s.Blob(ctx, desc) })
	if err != nil {
		return nil, fmt.Errorf("reading config %s: %w", desc.Digest, err)
	}
	return raw, nil
}

func readConfig(ctx context.Context, s Store, desc v1.Descriptor) (*v1.ConfigFile, error) {
	raw, err := readRawConfig(ctx, s, desc)
	if err != nil {
		return nil, err
	}
	return ParseConfig(raw)
}

type manifestImage struct {
	v1.Image
	core      *core
	selection *Selection
}

// Blobs implements Image.
func (m *manifestImage) Blobs() ([]Blob, error) { return m.core.blobs() }

// core is the least from which partial makes a v1.Image.
type core struct {
	ctx       context.Context
	store     Store
	raw       []byte
	config    []byte
	mediaType types.MediaType
	manifest  *v1.Manifest
	file      *v1.ConfigFile
}

var (
	_ Image                       = (*manifestImage)(nil)
	_ partial.CompressedImageCore = (*core)(nil)
)

func (m *core) RawConfigFile() ([]byte, error)      { return m.config, nil }
func (m *core) RawManifest() ([]byte, error)        { return m.raw, nil }
func (m *core) MediaType() (types.MediaType, error) { return m.mediaType, nil }
func (m *core) LayerByDigest(h v1.Hash) (partial.CompressedLayer, error) {
	for i, d := range m.manifest.Layers {
		if d.Digest == h {
			return storedLayer{m, d, m.file.RootFS.DiffIDs[i]}, nil
		}
	}
	return nil, fmt.Errorf("%w: %s", ErrMissing, h)
}

func (m *core) blobs() ([]Blob, error) {
	blobs := make([]Blob, len(m.manifest.Layers))
	for i, d := range m.manifest.Layers {
		blobs[i] = Blob{
			Digest: d.Digest.String(), DiffID: m.file.RootFS.DiffIDs[i].String(),
			MediaType: string(d.MediaType), Size: d.Size,
			Open: func(ctx context.Context) (io.ReadCloser, error) { return m.store.Blob(ctx, d) },
		}
		if s, ok := m.store.(Scanned); ok {
			if idx, err, ok := s.Scanned(d.Digest); ok {
				blobs[i].Open, blobs[i].Index = nil, idx // it was read, and cannot be again
				blobs[i].ReadErr = idx.Explain(err, blobs[i].Digest, blobs[i].DiffID, blobs[i].Size)
			}
		}
	}
	return blobs, nil
}

// storedLayer is the least from which partial makes a v1.Layer.
type storedLayer struct {
	image  *core
	desc   v1.Descriptor
	diffID v1.Hash
}

// DiffID implements partial.WithDiffID, which would read the layer for it.
func (l storedLayer) DiffID() (v1.Hash, error) { return l.diffID, nil }

func (l storedLayer) Digest() (v1.Hash, error)            { return l.desc.Digest, nil }
func (l storedLayer) Size() (int64, error)                { return l.desc.Size, nil }
func (l storedLayer) MediaType() (types.MediaType, error) { return l.desc.MediaType, nil }
func (l storedLayer) Compressed() (io.ReadCloser, error) {
	return l.image.store.Blob(l.image.ctx, l.desc)
}
func (l storedLayer) Descriptor() (*v1.Descriptor, error) { return &l.desc, nil }
