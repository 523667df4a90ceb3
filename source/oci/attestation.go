package oci

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Attestation is a statement about an image, as buildkit attaches it: its
// provenance, or a list of what is in it (buildkit,
// docs/attestations/attestation-storage.md).
type Attestation struct {
	Digest        string // of the statement, "sha256:…"
	MediaType     string // "application/vnd.in-toto+json"
	PredicateType string // "https://slsa.dev/provenance/v1"; "" if the manifest does not tell
	Raw           []byte // the statement, JSON; verified
}

// Annotations are those of one place around a manifest: of an index that leads
// to it, or of the descriptor there that does.
type Annotations struct {
	Where  string // "index.annotations" or "descriptor.annotations"
	Values map[string]string
}

// The places of Annotations.
const (
	onIndex      = "index.annotations"
	onDescriptor = "descriptor.annotations"
)

// annotated is around and one more place, if it has any annotations.
func annotated(around []Annotations, where string, values map[string]string) []Annotations {
	if len(values) == 0 {
		return around
	}
	return append(slices.Clip(around), Annotations{where, values})
}

// Beside takes in what the index.json of a layout says of the image: its own
// annotations and those of the descriptor that was followed, which Resolve does
// not know, and attestation manifests that lie beside the image there.
func (s *Selection) Beside(index *v1.IndexManifest, followed v1.Descriptor) {
	s.Annotations = append(annotated(annotated(nil, onIndex, index.Annotations), onDescriptor, followed.Annotations), s.Annotations...)
	for _, d := range index.Manifests {
		if speaksOf(d, s.Descriptor.Digest) && !slices.ContainsFunc(s.Attestations, func(have v1.Descriptor) bool { return have.Digest == d.Digest }) {
			s.Attestations = append(s.Attestations, d)
		}
	}
}

// Accompanied is implemented by images whose source knows more of them than
// manifest, config and layers.
type Accompanied interface {
	// Annotations are around the manifest; its own are not among them.
	Annotations() []Annotations
	// Attestations reads the statements that the image's index holds about it.
	// With an error it returns those that could be read.
	Attestations(context.Context) ([]Attestation, error)
}

var _ Accompanied = (*manifestImage)(nil)

// What is read of attestations. buildkit makes one manifest for an image, with
// provenance and an SBOM of each stage that was asked for; large SBOMs have
// some 20 MB.
const (
	maxAttestationManifests = 16
	maxStatements           = 64
	maxStatement            = 32 << 20
	maxAllStatements        = 64 << 20
)

// Annotations of buildkit's: on the descriptor of an attestation manifest, and
// on those of its layers.
const (
	attestationType    = "vnd.docker.reference.type"
	attestationSubject = "vnd.docker.reference.digest"
	predicateType      = "in-toto.io/predicate-type"

	attestationManifest = "attestation-manifest"
	mediaTypeInToto     = types.MediaType("application/vnd.in-toto+json")
)

// speaksOf reports whether a descriptor is of an attestation manifest for the
// manifest with that digest.
func speaksOf(d v1.Descriptor, h v1.Hash) bool {
	return d.Annotations[attestationType] == attestationManifest && d.Annotations[attestationSubject] == h.String()
}

// Annotations implements Accompanied.
func (m *manifestImage) Annotations() []Annotations { return m.selection.Annotations }

// Attestations implements Accompanied.
func (m *manifestImage) Attestations(ctx context.Context) ([]Attestation, error) {
	r := statements{ctx: ctx, store: m.core.store, left: maxAllStatements}
	list := m.selection.Attestations
	if len(list) > maxAttestationManifests {
		r.errs = append(r.errs, fmt.Errorf("%w: %d attestation manifests, %d are read", ErrTooLarge, len(list), maxAttestationManifests))
		list = list[:maxAttestationManifests]
	}
	for _, d := range list {
		if err := r.manifest(d); err != nil {
			r.errs = append(r.errs, fmt.Errorf("reading attestation manifest %s: %w", d.Digest, err))
		}
	}
	return r.list, errors.Join(r.errs...)
}

// statements gathers what attestation manifests hold.
type statements struct {
	ctx   context.Context
	store Store
	list  []Attestation
	left  int64 // bytes that may still be read
	errs  []error
}

func (r *statements) manifest(d v1.Descriptor) error {
	raw, err := readManifest(r.ctx, r.store, d)
	if err != nil {
		return err
	}
	doc, err := parse(raw)
	if err != nil {
		return err
	}
	for _, l := range doc.Layers {
		if l.MediaType != mediaTypeInToto {
			continue
		}
		if len(r.list) >= maxStatements {
			return fmt.Errorf("%w: more than %d statements", ErrTooLarge, maxStatements)
		}
		if err := r.statement(l); err != nil {
			r.errs = append(r.errs, fmt.Errorf("reading attestation %s: %w", l.Digest, err))
		}
	}
	return nil
}

func (r *statements) statement(d v1.Descriptor) error {
	if d.Digest == (v1.Hash{}) {
		return fmt.Errorf("%w: it is named without its digest", ErrMissing)
	}
	raw, err := readFrom(d, min(maxStatement, r.left), func() (io.ReadCloser, error) { return r.store.Blob(r.ctx, d) })
	if err != nil {
		return err
	}
	r.left -= int64(len(raw))
	r.list = append(r.list, Attestation{
		Digest: d.Digest.String(), MediaType: string(d.MediaType),
		PredicateType: d.Annotations[predicateType], Raw: raw,
	})
	return nil
}
