package registry

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"peel/source/oci"
)

// Errors of a registry, to be told apart with errors.Is.
var (
	ErrUnauthorized = errors.New("not authorized")      // without credentials
	ErrRefused      = errors.New("credentials refused") // those that there are
	ErrNotFound     = errors.New("not found")
	ErrUnreachable  = errors.New("cannot be reached")
	ErrRateLimit    = errors.New("too many requests")
	ErrNotRegistry  = errors.New("it is no registry")
	ErrBroken       = errors.New("lost the connection") // before an answer or in the middle of it
	ErrCertificate  = errors.New("its certificate is not trusted")
	ErrClientCert   = errors.New("it ended the TLS handshake")
	ErrPlain        = errors.New("nothing is read without TLS unless that is asked for")
	ErrProxy        = errors.New("bad proxy")
)

// explain says which side failed, and what was tried. what is the path that was
// asked for below the repository's, "" before there is one.
func (s *store) explain(ctx context.Context, what string, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var te *transport.Error
	if errors.As(err, &te) {
		return s.answered(what, te)
	}
	who := s.host
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err // the address may be signed
		if u, err := url.Parse(at.URL); err == nil {
			who = s.who(u)
		}
	}
	if words := s.explainTLS(who, err); words != nil {
		return words
	}
	var dns *net.DNSError
	var op *net.OpError
	var slow net.Error
	switch {
	case errors.Is(err, ErrProxy), errors.Is(err, ErrConfig):
		return fmt.Errorf("asking %s: %w", s.host, err)
	case errors.As(err, &dns):
		name := "its name"
		if dns.Name != portless(s.wire.host) { // a proxy's, perhaps
			name = "the name " + dns.Name
		}
		return fmt.Errorf("%s %w: %s cannot be resolved (%s)", who, ErrUnreachable, name, dns.Err)
	case cut(err):
		return s.lost(ctx, err)
	case errors.As(err, &op):
		return fmt.Errorf("%s %w: %w", who, ErrUnreachable, op)
	case errors.As(err, &slow) && slow.Timeout():
		return fmt.Errorf("%s %w: %w", who, ErrUnreachable, err)
	}
	return fmt.Errorf("asking %s: %w", s.host, bounded(err))
}

// explainTLS is explain for what is wrong between a host's certificate and ours;
// nil for all else.
func (s *store) explainTLS(who string, err error) error {
	var cert *tls.CertificateVerificationError
	switch {
	case speaksHTTP(err):
		return fmt.Errorf("%s answers in plain HTTP: %w", who, ErrPlain)
	case errors.Is(err, ErrPlain):
		return fmt.Errorf("%s %w", s.host, err)
	case errors.As(err, &cert):
		return fmt.Errorf("%s: %w: %w; CAs are looked for in the system's store and in %s", who, ErrCertificate, cert.Err, &s.wire.certs)
	case refusedByTLS(err), s.wire.handshook() && cut(err):
		return fmt.Errorf("%s: %w: %w; it was shown %s; these are looked for in %s", who, ErrClientCert, err, s.wire.certs.shown(), &s.wire.certs)
	}
	return nil
}

// cut is true for connections that break, of which the next may not.
func cut(err error) bool {
	for _, e := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE} {
		if errors.Is(err, e) {
			return true
		}
	}
	return strings.Contains(err.Error(), "http2: ") // net/http does not export these
}

func (s *store) answered(what string, te *transport.Error) error {
	blob, isBlob := strings.CutPrefix(what, "blobs/")
	who := s.host
	if te.Request != nil {
		who = s.who(te.Request.URL)
	}
	switch te.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		class := ErrUnauthorized
		if s.auth.user != "" {
			class = ErrRefused
		}
		return fmt.Errorf("%s answered %d for %s: %w%s; asked %s", who, te.StatusCode, s.ref.Context().RepositoryStr(), class, detail(te), s.auth)
	case http.StatusNotFound:
		switch {
		case isBlob:
			return fmt.Errorf("%w: %s has no %s in %s%s", oci.ErrMissing, s.host, blob, s.ref.Context().RepositoryStr(), detail(te))
		case strings.HasPrefix(what, tagsList):
			return fmt.Errorf("%s has no %s: %w%s", s.host, s.ref.Context().RepositoryStr(), ErrNotFound, detail(te))
		case what == "":
			return fmt.Errorf("%s answered 404 before it was asked for an image: %w", who, ErrNotRegistry)
		}
		return fmt.Errorf("%s has no %s: %w%s", s.host, s.ref, ErrNotFound, detail(te))
	case http.StatusTooManyRequests:
		return fmt.Errorf("%s answered 429: %w%s%s; asked %s", who, ErrRateLimit, s.quota.refusal(), detail(te), s.auth)
	}
	return fmt.Errorf("%s answered %d %s%s%s", who, te.StatusCode, http.StatusText(te.StatusCode), s.quota.refusal(), detail(te))
}

// who is asked at an address: the registry, or a host that it sends us to.
func (s *store) who(u *url.URL) string {
	if u == nil || u.Host == "" || u.Host == s.wire.host {
		return s.host
	}
	return u.Host + " (to which " + s.host + " leads)"
}

// prefixed is s with something before it, if it is not empty.
func prefixed(before, s string) string {
	if s == "" {
		return ""
	}
	return before + s
}

// bounded keeps out of a message what a token server has sent: it is long, and
// may hold other tokens than the one that is missing.
func bounded(err error) error {
	if words, answer, ok := strings.Cut(err.Error(), "\n"); ok && answer != "" {
		return errors.New(words)
	}
	return err
}

// withoutSecrets is a URL that may have a password in it, without that.
func withoutSecrets(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "…"
	}
	return u.Redacted()
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
