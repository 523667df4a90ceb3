package sourcetest

import (
	"maps"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Attestation is what buildkit puts beside an image in its index: a manifest
// for platform unknown/unknown whose layers are in-toto statements.
type Attestation struct {
	// For is the image that it speaks of; it must be an entry as well.
	For Image
	// Statements are the JSON bodies by predicate type, such as
	// "https://slsa.dev/provenance/v0.2" or "https://spdx.dev/Document".
	Statements map[string]string
}

const inToto = "application/vnd.in-toto+json"

func (a Attestation) names() []string { return nil }

func (a Attestation) put(s *store) (v1.Descriptor, error) {
	subject, err := a.For.put(&store{})
	if err != nil {
		return v1.Descriptor{}, err
	}
	m := v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1}
	var diffIDs []v1.Hash
	for _, predicate := range slices.Sorted(maps.Keys(a.Statements)) {
		d := s.describe(inToto, []byte(a.Statements[predicate]))
		d.Annotations = map[string]string{"in-toto.io/predicate-type": predicate}
		m.Layers = append(m.Layers, d)
		diffIDs = append(diffIDs, d.Digest)
	}
	config, err := marshal(v1.ConfigFile{
		Architecture: "unknown",
		OS:           "unknown",
		RootFS:       v1.RootFS{Type: "layers", DiffIDs: diffIDs},
	})
	if err != nil {
		return v1.Descriptor{}, err
	}
	m.Config = s.describe(types.OCIConfigJSON, config)
	d, err := s.putJSON(types.OCIManifestSchema1, m)
	d.Platform = &v1.Platform{OS: "unknown", Architecture: "unknown"}
	d.Annotations = map[string]string{
		"vnd.docker.reference.digest": subject.Digest.String(),
		"vnd.docker.reference.type":   "attestation-manifest",
	}
	return d, err
}

// Artifact is a manifest that is no image: artifactType and the empty config
// (OCI image spec, manifest.md, "Guidelines for Artifact Usage").
type Artifact struct {
	Names       []string
	Type        string // such as "application/vnd.example.sbom"
	Blobs       []ArtifactBlob
	Subject     Entry // what it refers to, or nil
	Annotations map[string]string
}

// ArtifactBlob is one of an artifact's "layers".
type ArtifactBlob struct {
	MediaType types.MediaType
	Content   string
	Title     string // org.opencontainers.image.title, the file's name
	// Annotations are on its descriptor.
	Annotations map[string]string
}

func (a Artifact) names() []string { return a.Names }

func (a Artifact) put(s *store) (v1.Descriptor, error) {
	m := v1.Manifest{
		SchemaVersion: 2,
		MediaType:     types.OCIManifestSchema1,
		ArtifactType:  a.Type,
		Config:        s.describe(types.OCIEmptyJSON, []byte("{}")),
		Layers:        []v1.Descriptor{},
		Annotations:   a.Annotations,
	}
	for _, blob := range a.Blobs {
		d := s.describe(blob.MediaType, []byte(blob.Content))
		if blob.Annotations != nil {
			d = annotated(d, blob.Annotations)
		}
		if blob.Title != "" {
			d = annotated(d, map[string]string{"org.opencontainers.image.title": blob.Title})
		}
		m.Layers = append(m.Layers, d)
	}
	if a.Subject != nil {
		subject, err := a.Subject.put(&store{})
		if err != nil {
			return v1.Descriptor{}, err
		}
		m.Subject = &v1.Descriptor{MediaType: subject.MediaType, Size: subject.Size, Digest: subject.Digest}
	}
	d, err := s.putJSON(types.OCIManifestSchema1, m)
	d.ArtifactType = a.Type
	return d, err
}
