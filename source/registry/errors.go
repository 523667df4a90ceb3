package registry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"peel/source/oci"
)

// Errors of a registry, to be told apart with errors.Is.
var (
	ErrUnauthorized = errors.New("not authorized")
	ErrNotFound     = errors.New("not found")
	ErrUnreachable  = errors.New("cannot be reached")
	ErrRateLimit    = errors.New("too many requests")
	ErrNotRegistry  = errors.New("it is no registry")
	ErrBroken       = errors.New("lost the connection") // in the middle of an answer
)

// explain says which side failed, and what was tried. what is the path that was
// asked for below the repository's, "" before there is one.
func (s *store) explain(ctx context.Context, what string, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	host := s.repo.RegistryStr()
	var te *transport.Error
	if errors.As(err, &te) {
		return s.answered(host, what, te)
	}
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("%s %w: its name cannot be resolved (%s)", host, ErrUnreachable, dns.Err)
	case errors.As(err, &op):
		return fmt.Errorf("%s %w: %w", host, ErrUnreachable, op)
	}
	return fmt.Errorf("asking %s: %w", host, err)
}

func (s *store) answered(host, what string, te *transport.Error) error {
	blob, isBlob := strings.CutPrefix(what, "blobs/")
	switch te.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%s answered %d for %s: %w; asked %s", host, te.StatusCode, s.repo.RepositoryStr(), ErrUnauthorized, s.auth)
	case http.StatusNotFound:
		if isBlob {
			return fmt.Errorf("%w: %s has no %s in %s%s", oci.ErrMissing, host, blob, s.repo.RepositoryStr(), detail(te))
		}
		return fmt.Errorf("%s has no %s: %w%s", host, s.ref, ErrNotFound, detail(te))
	case http.StatusTooManyRequests:
		return fmt.Errorf("%s answered 429: %w; asked %s", host, ErrRateLimit, s.auth)
	}
	return fmt.Errorf("%s answered %d %s%s", host, te.StatusCode, http.StatusText(te.StatusCode), detail(te))
}

// maxDetail bounds what a registry may add to a message of ours.
const maxDetail = 400

// detail is the registry's own words, of which the first are enough.
func detail(te *transport.Error) string {
	var parts []string
	for _, d := range te.Errors {
		parts = append(parts, strings.TrimSuffix(string(d.Code)+": "+d.Message, ": "))
	}
	if len(parts) == 0 {
		return ""
	}
	words := strings.Join(parts, "; ")
	if len(words) > maxDetail {
		words = words[:maxDetail] + "…"
	}
	return " (" + words + ")"
}
