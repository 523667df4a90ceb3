package oci

import (
	"context"
	"fmt"
	"io"
	"reflect"

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
	manifest := new(v1.Manifest)
	if _, err := decodeLenient(sel.Manifest, manifest); err != nil {
		return nil, fmt.Errorf("reading manifest %s: %w", sel.Descriptor.Digest, err)
	}
	if len(manifest.Layers) > maxLayers {
		return nil, fmt.Errorf("%w: an image of %d layers", ErrTooLarge, len(manifest.Layers))
	}
	if m.mediaType == "" {
		m.mediaType = types.OCIManifestSchema1
	}
	m.manifest = manifest
	var err error
	if m.config, err = readRawConfig(ctx, s, manifest.Config); err != nil {
		return nil, err
	}
	if m.file, _, err = ParseConfig(m.config); err != nil {
		return nil, err
	}
	full, err := partial.CompressedToImage(m)
	if err != nil {
		return nil, err
	}
	return &manifestImage{full, m, sel}, nil
}

// ParseConfig reads an image config (OCI image spec, config.md) field by field.
// The flaws are fields of another form than the spec's, which runtimes refuse.
// The error, ErrNotImage, is that of what is no JSON object, or one that says
// nothing of an image: some artifacts have an empty config of that type.
func ParseConfig(raw []byte) (*v1.ConfigFile, []Flaw, error) {
	cfg := new(v1.ConfigFile)
	flaws, err := decodeLenient(raw, cfg)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: its config cannot be read: %w", ErrNotImage, err)
	}
	if len(flaws) == 0 && cfg.OS == "" && cfg.Architecture == "" && cfg.Created.IsZero() &&
		len(cfg.RootFS.DiffIDs) == 0 && len(cfg.History) == 0 && reflect.ValueOf(cfg.Config).IsZero() {
		return nil, nil, fmt.Errorf("%w: its config is empty", ErrNotImage)
	}
	return cfg, flaws, nil
}

// ManifestFlaws are the fields of a manifest that have another form than the
// spec's; nil of what is no manifest at all.
func ManifestFlaws(raw []byte) []Flaw {
	flaws, err := decodeLenient(raw, new(v1.Manifest))
	if err != nil {
		return nil
	}
	return flaws
}

// ParseIndex reads an index (OCI image spec, image-index.md) field by field.
func ParseIndex(raw []byte) (*v1.IndexManifest, error) {
	idx := new(v1.IndexManifest)
	_, err := decodeLenient(raw, idx)
	return idx, err
}

// DiffID is the diffID that a config gives the layer at a place, counted from the
// bottom; "" if it gives none.
func DiffID(c *v1.ConfigFile, n int) string {
	if n >= len(c.RootFS.DiffIDs) || c.RootFS.DiffIDs[n] == (v1.Hash{}) {
		return ""
	}
	return c.RootFS.DiffIDs[n].String()
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
	cfg, _, err := ParseConfig(raw)
	return cfg, err
}

type manifestImage struct {
	v1.Image
	core      *core
	selection *Selection
}

// ConfigFile implements v1.Image: unlike partial's it reads what has flaws.
func (m *manifestImage) ConfigFile() (*v1.ConfigFile, error) { return m.core.file, nil }

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
			return storedLayer{m, d, hashOf(DiffID(m.file, i))}, nil
		}
	}
	return nil, fmt.Errorf("%w: %s", ErrMissing, h)
}

func (m *core) blobs() ([]Blob, error) {
	blobs := make([]Blob, len(m.manifest.Layers))
	for i, d := range m.manifest.Layers {
		blobs[i] = Blob{
			Digest: d.Digest.String(), DiffID: DiffID(m.file, i),
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

// hashOf is the zero Hash for what is none.
func hashOf(s string) v1.Hash {
	h, err := v1.NewHash(s)
	if err != nil {
		return v1.Hash{}
	}
	return h
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
