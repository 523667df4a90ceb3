// Package registry reads images from registries (OCI distribution spec) as
// streams: nothing is kept of a layer but what its reader keeps.
package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"peel/source/oci"
)

// Timeouts. There is none for a whole answer: a layer takes as long as it takes.
const (
	dialTimeout   = 15 * time.Second
	tlsTimeout    = 15 * time.Second
	headerTimeout = 60 * time.Second
)

// accepted are the media types that a manifest may have. Schema 1 is asked for
// so that it can be named, not to be read.
var accepted = []types.MediaType{
	types.OCIImageIndex, types.DockerManifestList, types.OCIManifestSchema1,
	types.DockerManifestSchema2, types.DockerManifestSchema1Signed, types.DockerManifestSchema1,
}

// Options of Open.
type Options struct {
	Platform  *v1.Platform      // wanted; nil: the host's, if there is a choice
	Keychain  authn.Keychain    // nil: Keychain()
	Transport http.RoundTripper // nil: one of its own
	UserAgent string
}

// Image is an image of a registry.
type Image struct {
	oci.Image
	*oci.Selection
	Reference name.Reference
	close     func()
}

// Close closes the connections that wait for further use.
func (i *Image) Close() error {
	i.close()
	return nil
}

// Open asks a registry for an image. Registries on the loopback interface are
// asked by plain HTTP if they do not speak TLS, all others by HTTPS alone. The
// layers can be read until ctx ends.
func Open(ctx context.Context, ref name.Reference, opts Options) (*Image, error) {
	s, err := connect(ctx, ref, &opts)
	if err != nil {
		return nil, err
	}
	desc := v1.Descriptor{}
	if d, ok := ref.(name.Digest); ok {
		if desc.Digest, err = v1.NewHash(d.DigestStr()); err != nil {
			return nil, err
		}
	}
	sel, err := oci.Resolve(ctx, s, desc, opts.Platform)
	if err != nil {
		s.close()
		return nil, err
	}
	img, err := oci.NewImage(ctx, s, sel)
	if err != nil {
		s.close()
		return nil, err
	}
	return &Image{Image: img, Selection: sel, Reference: ref, close: s.close}, nil
}

// store is a repository.
type store struct {
	ref    name.Reference
	repo   name.Repository
	client *http.Client
	auth   credentials
	close  func() // idle connections
}

var _ oci.Store = (*store)(nil)

func connect(ctx context.Context, ref name.Reference, opts *Options) (*store, error) {
	repo := ref.Context()
	creds, err := resolve(ctx, opts.Keychain, repo)
	if err != nil {
		return nil, err
	}
	s := &store{ref: ref, repo: repo, auth: creds, close: func() {}}
	inner := opts.Transport
	if inner == nil {
		own := newTransport()
		inner, s.close = own, own.CloseIdleConnections
	}
	inner = transport.NewUserAgent(inner, opts.UserAgent)
	rt, err := transport.NewWithContext(ctx, repo.Registry, creds.Authenticator, inner, []string{repo.Scope(transport.PullScope)})
	if err != nil {
		s.close()
		return nil, s.explain(ctx, "", err)
	}
	s.client = &http.Client{Transport: rt}
	return s, nil
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: dialTimeout}).DialContext,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   tlsTimeout,
		ResponseHeaderTimeout: headerTimeout,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   8,
		DisableCompression:    true, // blobs are hashed as they are stored
	}
}

// Manifest implements oci.Store. A descriptor without a digest stands for the
// reference that was opened.
func (s *store) Manifest(ctx context.Context, d v1.Descriptor) (io.ReadCloser, error) {
	id := s.ref.Identifier()
	if d.Digest != (v1.Hash{}) {
		id = d.Digest.String()
	}
	header := http.Header{}
	for _, mt := range accepted {
		header.Add("Accept", string(mt))
	}
	return s.get(ctx, "manifests/"+id, header)
}

// Blob implements oci.Store.
func (s *store) Blob(ctx context.Context, d v1.Descriptor) (io.ReadCloser, error) {
	if len(d.URLs) > 0 && !d.MediaType.IsDistributable() {
		return nil, fmt.Errorf("%w: a foreign layer, which its registry does not hold", oci.ErrMissing)
	}
	return s.get(ctx, "blobs/"+d.Digest.String(), http.Header{"Accept-Encoding": {"identity"}})
}

// get sends a GET; redirects are followed, without the credentials, which the
// transport adds for the registry's own host alone.
func (s *store) get(ctx context.Context, what string, header http.Header) (io.ReadCloser, error) {
	url := fmt.Sprintf("%s://%s/v2/%s/%s", s.repo.Scheme(), s.repo.RegistryStr(), s.repo.RepositoryStr(), what)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header = header
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, s.explain(ctx, what, err)
	}
	if err := transport.CheckError(resp, http.StatusOK); err != nil {
		resp.Body.Close()
		return nil, s.explain(ctx, what, err)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/html" {
		resp.Body.Close()
		return nil, fmt.Errorf("%s answered with a web page: %w, or something in between answered for it", s.repo.RegistryStr(), ErrNotRegistry)
	}
	return body{resp.Body, s}, nil
}

// body says whose connection it was that broke.
type body struct {
	io.ReadCloser
	store *store
}

func (b body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w to %s: %v", ErrBroken, b.store.repo.RegistryStr(), err) //nolint:errorlint // io.ErrUnexpectedEOF would say that the image is at fault
	}
	return n, err
}
