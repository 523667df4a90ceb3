package sourcetest

import (
	"bytes"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// store is blobs by digest, in the order in which they came.
type store struct {
	blobs map[v1.Hash][]byte
	order []v1.Hash
}

func (s *store) put(content []byte) v1.Hash {
	h := sha256Of(content)
	if _, ok := s.blobs[h]; ok {
		return h
	}
	if s.blobs == nil {
		s.blobs = map[v1.Hash][]byte{}
	}
	s.blobs[h] = content
	s.order = append(s.order, h)
	return h
}

func (s *store) describe(mediaType types.MediaType, content []byte) v1.Descriptor {
	return v1.Descriptor{MediaType: mediaType, Size: int64(len(content)), Digest: s.put(content)}
}

func (s *store) putJSON(mediaType types.MediaType, v any) (v1.Descriptor, error) {
	content, err := marshal(v)
	if err != nil {
		return v1.Descriptor{}, err
	}
	return s.describe(mediaType, content), nil
}

func (s *store) get(h v1.Hash) ([]byte, error) {
	content, ok := s.blobs[h]
	if !ok {
		return nil, fmt.Errorf("finding blob %s: not stored", h)
	}
	return content, nil
}

// V1 gives the image to a go-containerregistry client, such as remote.Write.
func V1(img Image) (v1.Image, error) {
	var s store
	d, err := img.put(&s)
	if err != nil {
		return nil, err
	}
	return s.image(d)
}

// V1Index gives an index to a go-containerregistry client, such as
// remote.WriteIndex.
func V1Index(x Index) (v1.ImageIndex, error) {
	var s store
	d, err := x.put(&s)
	if err != nil {
		return nil, err
	}
	return s.index(d)
}

func (s *store) image(d v1.Descriptor) (v1.Image, error) {
	raw, err := s.get(d.Digest)
	if err != nil {
		return nil, err
	}
	return partial.CompressedToImage(&storedImage{store: s, mediaType: d.MediaType, raw: raw})
}

func (s *store) index(d v1.Descriptor) (v1.ImageIndex, error) {
	raw, err := s.get(d.Digest)
	if err != nil {
		return nil, err
	}
	return &storedIndex{store: s, mediaType: d.MediaType, raw: raw}, nil
}

type storedImage struct {
	store     *store
	mediaType types.MediaType
	raw       []byte // the manifest
}

var _ partial.CompressedImageCore = (*storedImage)(nil)

func (i *storedImage) MediaType() (types.MediaType, error) { return i.mediaType, nil }
func (i *storedImage) RawManifest() ([]byte, error)        { return i.raw, nil }

func (i *storedImage) RawConfigFile() ([]byte, error) {
	m, err := partial.Manifest(i)
	if err != nil {
		return nil, err
	}
	return i.store.get(m.Config.Digest)
}

func (i *storedImage) LayerByDigest(h v1.Hash) (partial.CompressedLayer, error) {
	m, err := partial.Manifest(i)
	if err != nil {
		return nil, err
	}
	for _, d := range append(m.Layers, m.Config) {
		if d.Digest == h {
			content, err := i.store.get(h)
			return &storedLayer{d, content}, err
		}
	}
	return nil, fmt.Errorf("finding layer %s: not in the manifest", h)
}

type storedLayer struct {
	desc    v1.Descriptor
	content []byte
}

func (l *storedLayer) Digest() (v1.Hash, error)            { return l.desc.Digest, nil }
func (l *storedLayer) Size() (int64, error)                { return l.desc.Size, nil }
func (l *storedLayer) MediaType() (types.MediaType, error) { return l.desc.MediaType, nil }
func (l *storedLayer) Descriptor() (*v1.Descriptor, error) { return &l.desc, nil }
func (l *storedLayer) Compressed() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(l.content)), nil
}

type storedIndex struct {
	store     *store
	mediaType types.MediaType
	raw       []byte
}

var _ v1.ImageIndex = (*storedIndex)(nil)

func (x *storedIndex) MediaType() (types.MediaType, error) { return x.mediaType, nil }
func (x *storedIndex) RawManifest() ([]byte, error)        { return x.raw, nil }
func (x *storedIndex) Digest() (v1.Hash, error)            { return partial.Digest(x) }
func (x *storedIndex) Size() (int64, error)                { return int64(len(x.raw)), nil }

func (x *storedIndex) IndexManifest() (*v1.IndexManifest, error) {
	return v1.ParseIndexManifest(bytes.NewReader(x.raw))
}

func (x *storedIndex) Image(h v1.Hash) (v1.Image, error) {
	d, err := x.find(h)
	if err != nil {
		return nil, err
	}
	return x.store.image(d)
}

func (x *storedIndex) ImageIndex(h v1.Hash) (v1.ImageIndex, error) {
	d, err := x.find(h)
	if err != nil {
		return nil, err
	}
	return x.store.index(d)
}

func (x *storedIndex) find(h v1.Hash) (v1.Descriptor, error) {
	m, err := x.IndexManifest()
	if err != nil {
		return v1.Descriptor{}, err
	}
	for _, d := range m.Manifests {
		if d.Digest == h {
			return d, nil
		}
	}
	return v1.Descriptor{}, fmt.Errorf("finding manifest %s: not in the index", h)
}
