package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

const (
	// maxTags bounds the tags that are taken of one repository. Those of the
	// busiest ones, with a tag for each commit, go beyond it.
	maxTags = 50_000
	// maxTagsPage bounds one answer: the distribution spec lets a tag have 128
	// characters, and a registry may send all of them whatever it was asked for.
	maxTagsPage = 16 << 20
	// tagsPage is how many are asked for at once; the largest number that all
	// well-known registries grant.
	tagsPage = 1000

	tagsList = "tags/list" // below a repository's path
)

// Tags lists the tags of the repository that ref is in, in the registry's order
// and at most 50,000 of them. It asks where Open would look for the image.
func Tags(ctx context.Context, ref name.Reference, opts Options) ([]string, error) {
	tags, _, err := first(ctx, ref, &opts, func(s *store) ([]string, error) {
		defer s.wire.close()
		return s.tags(ctx)
	})
	return tags, err
}

// tags goes from page to page (distribution spec, "Listing Tags").
func (s *store) tags(ctx context.Context) ([]string, error) {
	var tags []string
	query := fmt.Sprintf("n=%d", tagsPage)
	for seen := map[string]bool{}; query != "" && !seen[query] && len(tags) < maxTags; {
		seen[query] = true
		raw, header, err := s.document(ctx, tagsList+"?"+query, http.Header{"Accept": {"application/json"}}, maxTagsPage)
		if err != nil {
			return nil, err
		}
		var page struct {
			Tags []string `json:"tags"`
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			return nil, fmt.Errorf("reading the tags that %s lists: %w: %w", s.host, ErrNotRegistry, err)
		}
		if len(page.Tags) == 0 {
			break
		}
		tags = append(tags, page.Tags...)
		query = nextPage(header)
	}
	return tags[:min(len(tags), maxTags)], nil
}

// nextPage is the query of the link to it (RFC 8288); all else of the link is
// as it was, and not for the registry to choose.
func nextPage(h http.Header) string {
	for _, link := range h.Values("Link") {
		target, params, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(link), "<"), ">")
		if !ok || !strings.Contains(params, `rel="next"`) && !strings.Contains(params, "rel=next") {
			continue
		}
		if u, err := url.Parse(target); err == nil {
			return u.RawQuery
		}
	}
	return ""
}
