package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"peel/source/oci"
)

// accept are the media types that a manifest may have, in one line, for not
// everything in between passes on several. Schema 1 is asked for so that it can
// be named, not to be read.
var accept = strings.Join([]string{
	string(types.OCIImageIndex), string(types.DockerManifestList), string(types.OCIManifestSchema1),
	string(types.DockerManifestSchema2), string(types.DockerManifestSchema1Signed), string(types.DockerManifestSchema1),
}, ", ")

// Manifest implements oci.Store. A descriptor without a digest stands for the
// reference that was opened. One whose connection breaks is asked for again from
// its beginning: it is small, and a tag may have moved meanwhile.
func (s *store) Manifest(ctx context.Context, d v1.Descriptor) (io.ReadCloser, error) {
	id := s.ref.Identifier()
	if d.Digest != (v1.Hash{}) {
		id = d.Digest.String()
	}
	header := http.Header{"Accept": {accept}}
	for try := 1; ; try++ {
		raw, _, err := s.document(ctx, "manifests/"+id, header, oci.MaxManifest)
		if err == nil {
			return io.NopCloser(bytes.NewReader(raw)), nil
		}
		if !errors.Is(err, ErrBroken) || try >= maxTries {
			return nil, err
		}
		if err := s.pause(ctx, try); err != nil {
			return nil, err
		}
	}
}

// document reads a whole answer, up to one byte more than it may have.
func (s *store) document(ctx context.Context, what string, header http.Header, limit int64) ([]byte, http.Header, error) {
	resp, err := s.get(ctx, what, header)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, nil, s.lost(ctx, err)
	}
	return raw, resp.Header, nil
}

// lost is the error of an answer that breaks off. What it wraps is not to be
// told from io.ErrUnexpectedEOF, which would say that the image is at fault.
func (s *store) lost(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return fmt.Errorf("%w to %s: %v", ErrBroken, s.host, err) //nolint:errorlint // see above
}

// pause waits before the next try after a connection that broke.
func (s *store) pause(ctx context.Context, try int) error {
	return wait(ctx, s.tell, Wait{Host: s.host, Try: try + 1}, backoff(try))
}

// get sends a GET; redirects are followed, without the credentials, which the
// transport adds for the registry's own host alone. An answer of which nothing
// comes for a while breaks off.
func (s *store) get(ctx context.Context, what string, header http.Header) (*http.Response, error) {
	url := fmt.Sprintf("%s://%s/v2/%s/%s", s.wire.scheme, s.wire.host, s.ref.Context().RepositoryStr(), what)
	inner, cancel := context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(inner, http.MethodGet, url, nil)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	req.Header = header
	resp, err := s.client.Do(req)
	if err != nil {
		cancel(nil)
		return nil, s.explain(ctx, what, err)
	}
	resp.Body = watch(inner, resp.Body, s.idle, cancel)
	if err := s.check(ctx, what, resp); err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

func (s *store) check(ctx context.Context, what string, resp *http.Response) error {
	fine := []int{http.StatusOK}
	if resp.Request.Header.Get("Range") != "" {
		fine = append(fine, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable)
	}
	if err := transport.CheckError(resp, fine...); err != nil {
		return s.explain(ctx, what, err)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/html" {
		return fmt.Errorf("%s answered with a web page: %w, or something in between answered for it", s.host, ErrNotRegistry)
	}
	return nil
}

// errIdle ends an answer of which nothing comes any more.
var errIdle = errors.New("nothing came for a long time")

// watched is the body of an answer that must not stop coming.
type watched struct {
	io.ReadCloser
	ctx    context.Context // of the request
	idle   time.Duration
	timer  *time.Timer // runs while a Read waits
	cancel context.CancelCauseFunc
}

func watch(ctx context.Context, body io.ReadCloser, idle time.Duration, cancel context.CancelCauseFunc) *watched {
	w := &watched{ReadCloser: body, ctx: ctx, idle: idle, cancel: cancel}
	w.timer = time.AfterFunc(idle, func() { cancel(errIdle) })
	w.timer.Stop()
	return w
}

func (w *watched) Read(p []byte) (int, error) {
	w.timer.Reset(w.idle)
	n, err := w.ReadCloser.Read(p)
	w.timer.Stop()
	if err != nil && err != io.EOF && context.Cause(w.ctx) == errIdle {
		err = fmt.Errorf("%w (%s)", errIdle, w.idle)
	}
	return n, err
}

func (w *watched) Close() error {
	w.timer.Stop()
	w.cancel(nil)
	return w.ReadCloser.Close()
}
