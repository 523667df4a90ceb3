package registry

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"peel/source/oci"
)

// store is a repository at one place.
type store struct {
	endpoint
	host   string // as people know it
	auth   credentials
	wire   *wire
	quota  *quota
	tell   func(Wait) // may be nil
	idle   time.Duration
	client *http.Client
}

var _ oci.Store = (*store)(nil)

// connect asks a registry who may read from it, and logs in if need be. TLS is
// tried first; where plain HTTP is allowed, it is next.
func connect(ctx context.Context, e endpoint, helpers []string, opts *Options) (*store, error) {
	e.insecure = e.insecure || opts.Insecure
	s := &store{endpoint: e, host: e.host(), quota: new(quota), tell: opts.Waiting, idle: opts.idle}
	if s.idle == 0 {
		s.idle = idleTimeout
	}
	repo := e.ref.Context()
	var err error
	if s.wire, err = newWire(repo.RegistryStr(), e.insecure); err != nil {
		return nil, err
	}
	s.auth = findCredentials(ctx, repo, helpers)
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	below := transport.NewUserAgent(&patient{inner: s.wire, host: s.wire.host, tell: opts.Waiting, quota: s.quota}, opts.UserAgent)
	above, err := s.handshake(ctx, below)
	if err != nil {
		s.wire.close()
		return nil, s.explain(ctx, "", err)
	}
	s.client = &http.Client{Transport: above, CheckRedirect: redirect}
	return s, nil
}

func (s *store) handshake(ctx context.Context, below http.RoundTripper) (http.RoundTripper, error) {
	repo := s.ref.Context()
	scopes := []string{repo.Scope(transport.PullScope)}
	above, err := transport.NewWithContext(ctx, repo.Registry, s.auth.Authenticator, below, scopes)
	if err == nil || ctx.Err() != nil {
		return above, err
	}
	first := s.wire.silence()
	if first == nil {
		return nil, err // not about the connection, or after it was there
	}
	if s.wire.handshook() || !s.wire.plain(s.wire.host) || answersTLS(first) {
		return nil, first
	}
	plain, err := name.NewRegistry(s.wire.host, name.Insecure)
	if err != nil {
		return nil, err
	}
	s.wire.usePlain()
	above, err = transport.NewWithContext(ctx, plain, s.auth.Authenticator, below, scopes)
	if last := s.wire.silence(); err != nil && last != nil {
		if speaksHTTP(first) {
			return nil, last
		}
		return nil, first
	}
	return above, err
}

// answersTLS is true if what went wrong shows that a host does speak TLS, so
// that credentials must not be sent to it in the clear.
func answersTLS(err error) bool {
	var cert *tls.CertificateVerificationError
	return errors.As(err, &cert) || refusedByTLS(err) || errors.Is(err, ErrConfig) || errors.Is(err, ErrProxy)
}

// refusedByTLS is true if the host ended the handshake in due form.
func refusedByTLS(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}

// speaksHTTP is true if a host answered by HTTP where TLS was to be. net/http
// tells only of those that it reaches without a proxy.
func speaksHTTP(err error) bool {
	var record tls.RecordHeaderError
	return errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/"
}
