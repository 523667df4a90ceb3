package oci

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// ErrCannotTell says that a source does not know what is attached to an image.
var ErrCannotTell = errors.New("the source does not keep what is attached to images")

// Companion is an artifact that is attached to an image: a signature, an SBOM,
// provenance. What it means is for others to find out.
type Companion struct {
	Subject      string // digest of the manifest or index it was found by
	Via          string // how it was found: one of the constants below
	Digest       string // of its manifest
	ArtifactType string // of the manifest, or else its config's media type
	Annotations  map[string]string
	Raw          []byte // the manifest; nil if all of them are too long to be kept
	Parts        []Part
}

// The ways to a companion.
const (
	ViaReferrers = "referrers"     // the referrers API, or a layout's manifests with a subject
	ViaFallback  = "referrers tag" // the tag sha256-… (distribution spec, "Referrers Tag Schema")
	ViaCosign    = "cosign tag"    // the tags sha256-….sig, .att and .sbom
)

// Part is one blob of a companion.
type Part struct {
	Digest      string
	MediaType   string
	Annotations map[string]string
	Raw         []byte // verified
}

// Referring is implemented by stores that know what refers to a manifest.
type Referring interface {
	// Referrers lists manifests whose subject is h. The error of a store that does
	// not know the question is ErrMissing.
	Referrers(ctx context.Context, h v1.Hash) ([]v1.Descriptor, error)
	// Tagged opens the manifest of another tag of the same repository. The error
	// if there is none is ErrMissing.
	Tagged(ctx context.Context, tag string) (io.ReadCloser, error)
}

// Attached is implemented by images of stores that are Referring.
type Attached interface {
	// Companions reads what is attached to the image or to an index that leads to
	// it, the latter first. With an error it returns those that could be read.
	Companions(context.Context) ([]Companion, error)
}

var _ Attached = (*manifestImage)(nil)

// What is read of companions. An image has a signature, an SBOM and provenance,
// and of each as often one as there were builds and signers.
const (
	maxCompanions     = 64  // manifests
	maxCompanionParts = 256 // blobs of all of them
	maxReferrers      = 1000
)

// cosignTags are what cosign appends to the digest (cosign, SPEC "Discovery").
var cosignTags = []string{".sig", ".att", ".sbom"}

// Companions implements Attached.
func (m *manifestImage) Companions(ctx context.Context) ([]Companion, error) {
	s, ok := m.core.store.(Referring)
	if !ok {
		return nil, ErrCannotTell
	}
	var subjects []v1.Hash
	for _, d := range append(m.selection.Indexes, m.selection.Descriptor) {
		if d.Digest != (v1.Hash{}) {
			subjects = append(subjects, d.Digest)
		}
	}
	r := companions{ctx: ctx, store: m.core.store, refs: s, left: maxAllStatements, seen: map[string]bool{}}
	var wg sync.WaitGroup
	found := make([]located, len(subjects)*(1+len(cosignTags)))
	for i, h := range subjects {
		at := found[i*(1+len(cosignTags)):]
		wg.Go(func() { at[0] = r.referrers(h) })
		for j, suffix := range cosignTags {
			wg.Go(func() { at[1+j] = r.tag(h, suffix) })
		}
	}
	wg.Wait()
	for _, l := range found {
		if l.err != nil {
			r.errs = append(r.errs, l.err)
		}
		for _, d := range l.list {
			if err := r.read(d, l); err != nil {
				r.errs = append(r.errs, fmt.Errorf("reading what is attached, %s: %w", d.Digest, err))
			}
		}
	}
	return r.list, errors.Join(r.errs...)
}

// companions gathers them.
type companions struct {
	ctx   context.Context
	store Store
	refs  Referring
	list  []Companion
	seen  map[string]bool // digests of manifests
	parts int
	left  int64 // bytes that may still be read
	errs  []error
}

// located are descriptors, and how they were found.
type located struct {
	subject v1.Hash
	via     string
	list    []v1.Descriptor
	err     error
}

// referrers asks the API, and where there is none the tag that stands for it.
func (r *companions) referrers(h v1.Hash) located {
	l := located{subject: h, via: ViaReferrers}
	l.list, l.err = r.refs.Referrers(r.ctx, h)
	if !errors.Is(l.err, ErrMissing) {
		return l
	}
	l = located{subject: h, via: ViaFallback}
	raw, err := r.tagged(tagOf(h))
	if err != nil || raw == nil {
		l.err = err
		return l
	}
	var idx v1.IndexManifest
	if err := json.Unmarshal(raw, &idx); err != nil {
		l.err = fmt.Errorf("reading the tag %s: %w", tagOf(h), err)
		return l
	}
	l.list = idx.Manifests[:min(len(idx.Manifests), maxReferrers)]
	return l
}

// tagOf is the name that a digest has as a tag.
func tagOf(h v1.Hash) string { return h.Algorithm + "-" + h.Hex }

// tagged reads the manifest of a tag; nil if there is none.
func (r *companions) tagged(tag string) ([]byte, error) {
	rc, err := r.refs.Tagged(r.ctx, tag)
	if errors.Is(err, ErrMissing) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("asking for the tag %s: %w", tag, err)
	}
	defer rc.Close()
	return ReadDocument(rc, v1.Descriptor{}, MaxManifest)
}

func (r *companions) tag(h v1.Hash, suffix string) located {
	l := located{subject: h, via: ViaCosign}
	raw, err := r.tagged(tagOf(h) + suffix)
	if err != nil || raw == nil {
		l.err = err
		return l
	}
	d := v1.Descriptor{MediaType: types.OCIManifestSchema1, Data: raw}
	if d.Digest, d.Size, l.err = v1.SHA256(strings.NewReader(string(raw))); l.err == nil {
		l.list = []v1.Descriptor{d}
	}
	return l
}

// read takes in one manifest and its blobs.
func (r *companions) read(d v1.Descriptor, l located) error {
	if d.Digest == (v1.Hash{}) || r.seen[d.Digest.String()] {
		return nil
	}
	r.seen[d.Digest.String()] = true
	if len(r.list) >= maxCompanions {
		return fmt.Errorf("%w: more than %d artifacts", ErrTooLarge, maxCompanions)
	}
	raw := d.Data
	if raw == nil {
		var err error
		if raw, err = readManifest(r.ctx, r.store, d); err != nil {
			return err
		}
	}
	doc, err := parse(raw)
	if err != nil {
		return err
	}
	c := Companion{Subject: l.subject.String(), Via: l.via, Digest: d.Digest.String(), ArtifactType: doc.ArtifactType, Annotations: doc.Annotations}
	if int64(len(raw)) <= r.left { // else it is read, but not kept
		c.Raw = raw
		r.left -= int64(len(raw))
	}
	if c.ArtifactType == "" && doc.Config != nil {
		c.ArtifactType = string(doc.Config.MediaType)
	}
	var errs []error
	for _, b := range doc.Layers {
		p, err := r.part(b)
		if err != nil {
			errs = append(errs, fmt.Errorf("blob %s: %w", b.Digest, err))
			continue
		}
		c.Parts = append(c.Parts, p)
	}
	r.list = append(r.list, c)
	return errors.Join(errs...)
}

func (r *companions) part(d v1.Descriptor) (Part, error) {
	if d.Digest == (v1.Hash{}) {
		return Part{}, fmt.Errorf("%w: it is named without its digest", ErrMissing)
	}
	if r.parts++; r.parts > maxCompanionParts {
		return Part{}, fmt.Errorf("%w: more than %d blobs", ErrTooLarge, maxCompanionParts)
	}
	raw, err := readFrom(d, min(maxStatement, r.left), func() (io.ReadCloser, error) { return r.store.Blob(r.ctx, d) })
	if err != nil {
		return Part{}, err
	}
	r.left -= int64(len(raw))
	return Part{Digest: d.Digest.String(), MediaType: string(d.MediaType), Annotations: d.Annotations, Raw: raw}, nil
}
