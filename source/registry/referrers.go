package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"peel/source/oci"
)

var _ oci.Referring = (*store)(nil)

// maxReferrerPages bounds the answers of one list. A page has some hundred
// descriptors, and hardly an image as many referrers.
const maxReferrerPages = 10

// Referrers implements oci.Referring by the referrers API (distribution spec,
// "Listing Referrers"). Registries that do not have it answer 404, as the spec
// says, or as they answer any path that they do not know.
func (s *store) Referrers(ctx context.Context, h v1.Hash) ([]v1.Descriptor, error) {
	what := "referrers/" + h.String()
	var list []v1.Descriptor
	for range maxReferrerPages {
		raw, header, err := s.document(ctx, what, http.Header{"Accept": {string(types.OCIImageIndex)}}, oci.MaxManifest)
		if err != nil {
			return list, missing(err)
		}
		var idx v1.IndexManifest
		if err := json.Unmarshal(raw, &idx); err != nil || idx.SchemaVersion != 2 {
			return list, fmt.Errorf("%w: the answer for what refers to %s is no index", oci.ErrMissing, h)
		}
		list = append(list, idx.Manifests...)
		query := nextPage(header)
		if query == "" {
			return list, nil
		}
		what = "referrers/" + h.String() + "?" + query
	}
	return list, fmt.Errorf("%w: more than %d pages of referrers", oci.ErrTooLarge, maxReferrerPages)
}

// Tagged implements oci.Referring.
func (s *store) Tagged(ctx context.Context, tag string) (io.ReadCloser, error) {
	raw, _, err := s.document(ctx, "manifests/"+tag, http.Header{"Accept": {accept}}, oci.MaxManifest)
	if err != nil {
		return nil, missing(err)
	}
	return io.NopCloser(bytes.NewReader(raw)), nil
}

// missing is the error of what a registry does not have, or does not know.
func missing(err error) error {
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrNotRegistry) {
		return fmt.Errorf("%w: %w", oci.ErrMissing, err)
	}
	return err
}
