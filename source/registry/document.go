package registry

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// document reads a whole answer, up to one byte more than it may have.
func (s *store) document(ctx context.Context, what string, header http.Header, limit int64) ([]byte, http.Header, error) {
	url := fmt.Sprintf("%s://%s/v2/%s/%s", s.repo.Scheme(), s.repo.RegistryStr(), s.repo.RepositoryStr(), what)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, nil, err
	}
	req.Header = header
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, nil, s.explain(ctx, what, err)
	}
	defer resp.Body.Close()
	if err := transport.CheckError(resp, http.StatusOK); err != nil {
		return nil, nil, s.explain(ctx, what, err)
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, nil, fmt.Errorf("%w to %s: %v", ErrBroken, s.repo.RegistryStr(), err) //nolint:errorlint // see body
	}
	return raw, resp.Header, nil
}
