package layout

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"peel/source/oci"
)

var _ oci.Referring = Store{}

// Annotations by which cosign save says what a manifest of index.json is.
const (
	cosignKind       = "kind"
	cosignSignatures = "dev.cosignproject.cosign/sigs"
	cosignStatements = "dev.cosignproject.cosign/atts"
)

// maxLookedAt bounds the manifests of a layout that are read to see whom they
// refer to; a layout of a whole repository has some hundred.
const maxLookedAt = 1000

// Referrers implements oci.Referring. A layout has no such list: each manifest of
// index.json is asked for its subject. Those of cosign save name none, and are
// of the one image that it saves.
func (s Store) Referrers(ctx context.Context, h v1.Hash) ([]v1.Descriptor, error) {
	idx, err := Index(s.Files)
	if err != nil {
		return nil, err
	}
	var list []v1.Descriptor
	for _, d := range idx.Manifests[:min(len(idx.Manifests), maxLookedAt)] {
		if ctx.Err() != nil {
			return list, context.Cause(ctx)
		}
		if d.Digest == h || d.MediaType.IsIndex() {
			continue
		}
		if k := d.Annotations[cosignKind]; k == cosignSignatures || k == cosignStatements || s.refersTo(ctx, d, h) {
			list = append(list, d)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: no manifest of the layout refers to %s", oci.ErrMissing, h)
	}
	return list, nil
}

// refersTo reports whether a manifest has that subject. One that cannot be read
// refers to nothing.
func (s Store) refersTo(ctx context.Context, d v1.Descriptor, h v1.Hash) bool {
	rc, err := s.Blob(ctx, d)
	if err != nil {
		return false
	}
	defer rc.Close()
	raw, err := oci.ReadDocument(rc, d, oci.MaxManifest)
	if err != nil {
		return false
	}
	var m struct {
		Subject *v1.Descriptor `json:"subject"`
	}
	return json.Unmarshal(raw, &m) == nil && m.Subject != nil && m.Subject.Digest == h
}

// companionName is a name that a digest has as a tag, with or without what cosign
// appends to it.
var companionName = regexp.MustCompile(`^sha256-[0-9a-f]{64}(\.[a-z]+)?$`)

// isCompanion tells descriptors in index.json that are attached to an image.
func isCompanion(d v1.Descriptor) bool {
	k := d.Annotations[cosignKind]
	artifact := d.ArtifactType != "" && !types.MediaType(d.ArtifactType).IsConfig() // which some tools name for images
	return artifact || k == cosignSignatures || k == cosignStatements || companionName.MatchString(d.Annotations[refName])
}

// Tagged implements oci.Referring.
func (s Store) Tagged(ctx context.Context, tag string) (io.ReadCloser, error) {
	idx, err := Index(s.Files)
	if err != nil {
		return nil, err
	}
	sel := oci.Selector{Name: tag}
	for _, d := range idx.Manifests {
		if sel.Matches(d.Annotations[containerdName], d.Annotations[refName]) {
			return s.Blob(ctx, d)
		}
	}
	return nil, fmt.Errorf("%w: nothing in the layout is called %s", oci.ErrMissing, tag)
}
