package sourcetest

import (
	"fmt"
	"io"
	"maps"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// refName annotates a descriptor with its name (OCI image spec, annotations.md).
const refName = "org.opencontainers.image.ref.name"

// OCILayout writes an OCI layout below dir, which may exist (OCI image spec,
// image-layout.md): blobs/sha256/…, index.json, oci-layout.
func OCILayout(dir string, entries ...Entry) error { return Pack{}.OCILayout(dir, entries...) }

// OCIArchive writes an OCI layout as a tar, as skopeo's oci-archive and
// buildkit's type=oci do.
func OCIArchive(w io.Writer, entries ...Entry) error { return Pack{}.OCIArchive(w, entries...) }

// OCILayout is the function of that name; of p's options only Edit matters.
func (p Pack) OCILayout(dir string, entries ...Entry) error {
	b, err := layoutBundle(&store{}, entries, byRefName)
	if err != nil {
		return err
	}
	return p.unpack(dir, b)
}

// OCIArchive is the function of that name with p's options.
func (p Pack) OCIArchive(w io.Writer, entries ...Entry) error {
	b, err := layoutBundle(&store{}, entries, byRefName)
	if err != nil {
		return err
	}
	return p.write(w, b)
}

// Entry is what an index may point to: Image, Index, Attestation, Artifact.
type Entry interface {
	// put stores the entry's blobs and describes its manifest.
	put(*store) (v1.Descriptor, error)
	// names are its ref.name annotations in an index.json.
	names() []string
}

var _ = []Entry{Image{}, Index{}, Attestation{}, Artifact{}}

// naming gives the annotations that carry a name in an index.json.
type naming func(name string) map[string]string

func byRefName(name string) map[string]string { return map[string]string{refName: name} }

// layoutBundle stores entries in s, which may hold blobs already, and gives
// the files of the layout.
func layoutBundle(s *store, entries []Entry, naming naming) (*bundle, error) {
	top := Index{Entries: entries}
	manifest, err := top.manifest(s, naming)
	if err != nil {
		return nil, err
	}
	var b bundle
	b.dir("blobs")
	b.dir("blobs/sha256")
	for _, h := range s.order {
		b.file(blobName(h), s.blobs[h])
	}
	if err := b.json("index.json", manifest); err != nil {
		return nil, err
	}
	b.file("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`))
	return &b, nil
}

func blobName(h v1.Hash) string { return "blobs/" + h.Algorithm + "/" + h.Hex }

func asEntries(imgs []Image) []Entry {
	entries := make([]Entry, len(imgs))
	for i, img := range imgs {
		entries[i] = img
	}
	return entries
}

func (img Image) names() []string { return img.Names }

func (img Image) put(s *store) (v1.Descriptor, error) {
	built, err := img.build(nil)
	if err != nil {
		return v1.Descriptor{}, err
	}
	config, err := img.config(built)
	if err != nil {
		return v1.Descriptor{}, err
	}
	manifestType, configType := img.manifestTypes()
	m := v1.Manifest{
		SchemaVersion: 2,
		MediaType:     manifestType,
		Config:        s.describe(configType, config),
		Layers:        []v1.Descriptor{},
		Annotations:   img.Annotations,
	}
	for i, l := range img.filled() {
		s.put(built[i].Blob)
		m.Layers = append(m.Layers, l.descriptor(built[i], img.Docker))
	}
	d, err := s.putJSON(manifestType, m)
	d.Platform = img.Platform
	return d, err
}

func (l Layer) descriptor(b Built, docker bool) v1.Descriptor {
	d := v1.Descriptor{
		MediaType:   b.Compression.mediaType(docker),
		Size:        int64(len(b.Blob)),
		Digest:      b.Digest,
		Annotations: l.Annotations,
	}
	if l.MediaType != "" {
		d.MediaType = l.MediaType
	}
	return d
}

// Index is an index of several manifests; it may hold further ones.
type Index struct {
	Names       []string
	Entries     []Entry
	Docker      bool // a Docker manifest list
	Annotations map[string]string
}

func (x Index) names() []string { return x.Names }

func (x Index) mediaType() types.MediaType {
	if x.Docker {
		return types.DockerManifestList
	}
	return types.OCIImageIndex
}

func (x Index) put(s *store) (v1.Descriptor, error) {
	m, err := x.manifest(s, nil)
	if err != nil {
		return v1.Descriptor{}, err
	}
	return s.putJSON(x.mediaType(), m)
}

// manifest describes the entries. At the top, in an index.json, an entry is
// there once for each of its names; below, where naming is nil, names mean
// nothing and images carry their platform.
func (x Index) manifest(s *store, naming naming) (v1.IndexManifest, error) {
	m := v1.IndexManifest{
		SchemaVersion: 2,
		MediaType:     x.mediaType(),
		Manifests:     []v1.Descriptor{},
		Annotations:   x.Annotations,
	}
	for i, e := range x.Entries {
		d, err := e.put(s)
		if err != nil {
			return m, fmt.Errorf("building index entry %d: %w", i, err)
		}
		if img, ok := e.(Image); ok && naming == nil {
			p := img.platform()
			d.Platform = &p
		}
		if naming == nil || len(e.names()) == 0 {
			m.Manifests = append(m.Manifests, d)
			continue
		}
		for _, name := range e.names() {
			m.Manifests = append(m.Manifests, annotated(d, naming(name)))
		}
	}
	return m, nil
}

func annotated(d v1.Descriptor, more map[string]string) v1.Descriptor {
	annotations := maps.Clone(more)
	maps.Copy(annotations, d.Annotations)
	d.Annotations = annotations
	return d
}
