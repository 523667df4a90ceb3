package registry

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

const (
	// maxTags bounds the tags that are taken of one repository. Those of the
	// busiest ones, with a tag for each commit, go beyond it.
	maxTags = 50_000
	// maxTagsPage bounds one answer: the distribution spec lets a tag have 128
	// characters, and registries send a few thousand at once.
	maxTagsPage = 8 << 20
)

// Tags lists the tags of the repository that ref is in, in the registry's order
// and at most 50,000 of them.
func Tags(ctx context.Context, ref name.Reference, opts Options) ([]string, error) {
	if opts.Transport == nil {
		own := newTransport()
		defer own.CloseIdleConnections()
		opts.Transport = own
	}
	opts.Transport = limited{opts.Transport}
	s, err := connect(ctx, ref, &opts)
	if err != nil {
		return nil, err
	}
	defer s.close()
	// The transport has asked for its token already; the puller sees that.
	puller, err := remote.NewPuller(remote.WithTransport(s.client.Transport))
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", s.repo.RegistryStr(), err)
	}
	pages, err := puller.Lister(ctx, s.repo)
	if err != nil {
		return nil, s.explain(ctx, "tags/list", err)
	}
	var tags []string
	for pages.HasNext() && len(tags) < maxTags {
		page, err := pages.Next(ctx)
		if err != nil {
			return nil, s.explain(ctx, "tags/list", err)
		}
		if len(page.Tags) == 0 && page.Next != "" {
			break // a registry that leads nowhere
		}
		tags = append(tags, page.Tags...)
	}
	return tags[:min(len(tags), maxTags)], nil
}

// limited cuts answers off that are too long to be lists of tags.
type limited struct{ http.RoundTripper }

func (l limited) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(req)
	if err == nil {
		resp.Body = cutOff{io.LimitReader(resp.Body, maxTagsPage), resp.Body}
	}
	return resp, err
}

type cutOff struct {
	io.Reader
	io.Closer
}
