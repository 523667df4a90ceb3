package oci

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// maxDepth bounds indexes within indexes. Two levels occur (an OCI layout whose
// index.json names an image index).
const maxDepth = 8

// maxManifests bounds how many descriptors of nested indexes are looked at.
const maxManifests = 10_000

// HostPlatform is what images are asked for if the user names no platform:
// Linux on this machine's architecture, for there are hardly others.
func HostPlatform() v1.Platform {
	p := v1.Platform{OS: "linux", Architecture: runtime.GOARCH}
	if runtime.GOOS == "windows" {
		p.OS = "windows"
	}
	return p
}

// Selection is one image that was found.
type Selection struct {
	Descriptor v1.Descriptor
	Manifest   []byte
	Platforms  []v1.Platform // of the index it was chosen from; nil without one
	Notes      []string

	Annotations  []Annotations   // around the manifest, in the indexes that lead to it
	Attestations []v1.Descriptor // of the manifests that speak of this one
	Indexes      []v1.Descriptor // the one that was asked for, if it leads to the manifest
	RawIndex     []byte          // that one; nil without
	Listed       []v1.Descriptor // all images and attestations that it lists
}

// Resolve goes from a descriptor to the image it stands for. An index is
// searched for the platform wanted, or the host's if that is nil, through
// nested indexes. Attestations and other artifacts beside the images are passed
// over; asked for directly they give ErrNotImage, with their name.
func Resolve(ctx context.Context, s Store, desc v1.Descriptor, want *v1.Platform) (*Selection, error) {
	raw, err := readManifest(ctx, s, desc)
	if err != nil {
		return nil, fmt.Errorf("reading the manifest%s: %w", called(desc), err)
	}
	doc, err := parse(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the manifest%s: %w", called(desc), err)
	}
	if desc.Digest == (v1.Hash{}) {
		if err := describe(&desc, raw, doc); err != nil {
			return nil, err
		}
	}
	if !doc.isIndex() {
		if err := doc.checkImage(); err != nil {
			return nil, err
		}
		return &Selection{Descriptor: desc, Manifest: raw}, nil
	}
	sel, err := resolveIndex(ctx, s, doc, want)
	if err == nil {
		sel.Indexes, sel.RawIndex = []v1.Descriptor{desc}, raw
	}
	return sel, err
}

// ResolveAmong is Resolve for the descriptors of an index.
func ResolveAmong(ctx context.Context, s Store, list []v1.Descriptor, want *v1.Platform) (*Selection, error) {
	return resolveIndex(ctx, s, &document{Manifests: list}, want)
}

func resolveIndex(ctx context.Context, s Store, doc *document, want *v1.Platform) (*Selection, error) {
	c := &chooser{ctx: ctx, store: s}
	if err := c.collect(doc, nil, 0); err != nil {
		return nil, err
	}
	return c.choose(want)
}

// called is the digest of a manifest that was asked for by digest.
func called(desc v1.Descriptor) string {
	if desc.Digest == (v1.Hash{}) {
		return ""
	}
	return " " + desc.Digest.String()
}

// document is the common part of manifests and indexes.
type document struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     types.MediaType   `json:"mediaType"`
	ArtifactType  string            `json:"artifactType"`
	Config        *v1.Descriptor    `json:"config"`
	Manifests     []v1.Descriptor   `json:"manifests"`
	Layers        []v1.Descriptor   `json:"layers"`
	Annotations   map[string]string `json:"annotations"`
	FSLayers      json.RawMessage   `json:"fsLayers"`
}

func parse(raw []byte) (*document, error) {
	var d document
	if _, err := decodeLenient(raw, &d); err != nil {
		return nil, fmt.Errorf("%w: its manifest cannot be read: %w", ErrNotImage, err)
	}
	if d.SchemaVersion == 1 || d.FSLayers != nil {
		return nil, fmt.Errorf("%w: a Docker schema 1 manifest, which has had no use since 2017: push the image again with a current tool", ErrNotImage)
	}
	return &d, nil
}

// isIndex trusts the content more than the media type, which OCI lets be absent.
func (d *document) isIndex() bool {
	return d.MediaType.IsIndex() || d.MediaType == "" && d.Manifests != nil && d.Config == nil
}

func (d *document) checkImage() error {
	if d.ArtifactType != "" {
		return fmt.Errorf("%w: an artifact of type %s", ErrNotImage, d.ArtifactType)
	}
	if d.Config == nil {
		return fmt.Errorf("%w: its manifest names no config", ErrNotImage)
	}
	if mt := d.Config.MediaType; mt != "" && !mt.IsConfig() {
		return fmt.Errorf("%w: an artifact with a config of type %s", ErrNotImage, mt)
	}
	if d.Config.Digest == (v1.Hash{}) {
		return fmt.Errorf("%w: its manifest names the config without its digest", ErrNotImage)
	}
	for _, l := range d.Layers {
		if l.Digest == (v1.Hash{}) {
			return fmt.Errorf("%w: its manifest names a layer without its digest", ErrNotImage)
		}
		if strings.HasPrefix(string(l.MediaType), "application/vnd.in-toto") {
			return fmt.Errorf("%w: an attestation (%s)", ErrNotImage, l.MediaType)
		}
	}
	return nil
}

// describe fills in the descriptor of a document that was asked for by name.
func describe(desc *v1.Descriptor, raw []byte, d *document) (err error) {
	desc.Digest, desc.Size, err = v1.SHA256(strings.NewReader(string(raw)))
	if desc.MediaType == "" {
		desc.MediaType = d.MediaType
	}
	return err
}

// chooser gathers the images of an index and of those in it.
type chooser struct {
	ctx   context.Context
	store Store

	images       []v1.Descriptor // each with a platform
	absent       []v1.Platform   // of images that a Partial store does not have
	around       [][]Annotations // of each image
	attestations []v1.Descriptor
	artifacts    int
	missing      int
	seen         int
}

// collect takes in what an index names. around are the annotations on the way
// to it.
func (c *chooser) collect(index *document, around []Annotations, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%w: indexes nested more than %d deep", ErrNotImage, maxDepth)
	}
	around = annotated(around, onIndex, index.Annotations)
	for _, m := range index.Manifests {
		if c.seen++; c.seen > maxManifests {
			return fmt.Errorf("%w: an index of more than %d manifests", ErrTooLarge, maxManifests)
		}
		if m.Digest == (v1.Hash{}) {
			return fmt.Errorf("%w: an index that names a manifest without its digest", ErrNotImage)
		}
		if m.Annotations[attestationType] != "" || isUnknown(m.Platform) {
			c.attestations = append(c.attestations, m)
			continue
		}
		if m.ArtifactType != "" && !types.MediaType(m.ArtifactType).IsConfig() { // which go-containerregistry names for images
			c.artifacts++
			continue
		}
		on := annotated(around, onDescriptor, m.Annotations)
		if err := c.add(m, on, depth); err != nil {
			return err
		}
	}
	return nil
}

func isUnknown(p *v1.Platform) bool {
	return p != nil && p.OS == "unknown" && p.Architecture == "unknown"
}

// add takes a descriptor in; it reads the document only where the descriptor
// leaves open what it is.
func (c *chooser) add(m v1.Descriptor, around []Annotations, depth int) error {
	if m.Platform != nil && !m.MediaType.IsIndex() {
		if p, ok := c.store.(Partial); ok && !p.Has(m) {
			c.absent = append(c.absent, *m.Platform)
		} else {
			c.images, c.around = append(c.images, m), append(c.around, around)
		}
		return nil
	}
	raw, err := readManifest(c.ctx, c.store, m)
	if errors.Is(err, ErrMissing) {
		c.missing++ // docker save keeps the whole index, but the blobs of one platform
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading manifest %s: %w", m.Digest, err)
	}
	d, err := parse(raw)
	if err != nil {
		return fmt.Errorf("manifest %s: %w", m.Digest, err)
	}
	if d.isIndex() {
		return c.collect(d, around, depth+1)
	}
	if d.checkImage() != nil {
		c.artifacts++
		return nil
	}
	cfg, err := readConfig(c.ctx, c.store, *d.Config)
	if err != nil {
		return err
	}
	p := v1.Platform{OS: cfg.OS, Architecture: cfg.Architecture, Variant: cfg.Variant, OSVersion: cfg.OSVersion}
	m.Platform = &p
	c.images, c.around = append(c.images, m), append(c.around, around)
	return nil
}

func (c *chooser) choose(want *v1.Platform) (*Selection, error) {
	platforms := c.platforms()
	target := HostPlatform()
	if want != nil {
		target = *want
	}
	n := c.match(target)
	if n < 0 && want == nil && len(platforms) == 1 && len(c.absent) > 0 {
		n = 0 // the one that was pulled is the one that is meant
	}
	if n < 0 {
		return nil, c.noMatch(target, platforms)
	}
	m := c.images[n]
	raw, err := readManifest(c.ctx, c.store, m)
	if err != nil {
		return nil, fmt.Errorf("reading the manifest for %s (%s): %w", target, m.Digest, err)
	}
	d, err := parse(raw)
	if err == nil {
		err = d.checkImage()
	}
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", m.Digest, err)
	}
	return &Selection{
		Descriptor: m, Manifest: raw, Platforms: platforms, Notes: c.notes(),
		Annotations: c.around[n], Attestations: c.about(m.Digest),
		Listed: slices.Concat(c.images, c.attestations),
	}, nil
}

// about are the attestation manifests for one image.
func (c *chooser) about(h v1.Hash) (list []v1.Descriptor) {
	for _, d := range c.attestations {
		if speaksOf(d, h) {
			list = append(list, d)
		}
	}
	return list
}

// match is the number of the image for a platform, -1 for none. It prefers the
// platform exactly as asked for to one with a variant.
func (c *chooser) match(target v1.Platform) int {
	best := -1
	for i, m := range c.images {
		if m.Platform.Equals(target) {
			return i
		}
		if best < 0 && m.Platform.Satisfies(target) {
			best = i
		}
	}
	if best < 0 {
		// arm64 is arm64/v8, whichever of the two says so.
		alias := target
		switch {
		case target.Architecture == "arm64" && target.Variant == "v8":
			alias.Variant = ""
		default:
			return -1
		}
		return c.match(alias)
	}
	return best
}

func (c *chooser) noMatch(target v1.Platform, have []v1.Platform) error {
	if len(have) == 0 && len(c.absent) > 0 {
		return fmt.Errorf("%w: the index names images for %s, and none of them is here", ErrMissing, names(c.absent))
	}
	if len(have) == 0 {
		return fmt.Errorf("%w: the index names no image, only %s", ErrNotImage, c.others())
	}
	if len(c.absent) > 0 {
		return fmt.Errorf("%w: %s is not here, only %s, of an index that also names %s", ErrPlatform, target, names(have), names(c.absent))
	}
	return fmt.Errorf("%w: %s is not among %s", ErrPlatform, target, names(have))
}

// maxNames bounds the platforms in one message.
const maxNames = 20

func names(list []v1.Platform) string {
	var out []string
	for i, p := range uniquePlatforms(list) {
		if i == maxNames {
			out = append(out, "…")
			break
		}
		out = append(out, p.String())
	}
	return strings.Join(out, ", ")
}

func (c *chooser) platforms() []v1.Platform {
	var list []v1.Platform
	for _, m := range c.images {
		list = append(list, *m.Platform)
	}
	return uniquePlatforms(list)
}

func (c *chooser) others() string {
	return fmt.Sprintf("%d attestations, %d other artifacts and %d manifests that are not there", len(c.attestations), c.artifacts, c.missing)
}

func (c *chooser) notes() []string {
	var notes []string
	if len(c.absent) > 0 {
		notes = append(notes, fmt.Sprintf("the index also names %s, which this source does not have", names(c.absent)))
	}
	if n := len(c.attestations); n == 1 {
		notes = append(notes, "the index also has an attestation manifest (provenance, SBOM)")
	} else if n > 1 {
		notes = append(notes, fmt.Sprintf("the index also has %d attestation manifests (provenance, SBOM)", n))
	}
	if c.artifacts > 0 {
		notes = append(notes, fmt.Sprintf("the index also has %d artifacts that are no images", c.artifacts))
	}
	return notes
}
