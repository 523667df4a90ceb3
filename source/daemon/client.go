package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const (
	// maxMessage bounds an engine's error message.
	maxMessage = 64 << 10
	// maxWords bounds what is shown of it.
	maxWords = 400
	// firstAnswer is how long an engine may take to say that it is there: a socket
	// that nobody serves must not keep the other sources waiting.
	firstAnswer = 5 * time.Second
	// saveAnswer is how long it may take to begin to save an image, for which
	// some write it to their own disk first.
	saveAnswer = 10 * time.Minute
)

type client struct {
	http    *http.Client
	base    string
	address string
	api     string // its version, "1.47"
	podman  bool
	libpod  string // the version of podman's own API, "5.4.2"; "" of others
}

// connect finds an engine that answers.
func (e Engine) connect(ctx context.Context) (*client, error) {
	p, err := e.chosen()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoSocket, err)
	}
	if p != nil {
		return p.dial(ctx)
	}
	paths := e.sockets()
	var refused error
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			continue
		}
		c, err := (&endpoint{host: "unix://" + path}).dial(ctx)
		if err == nil || ctx.Err() != nil {
			return c, err
		}
		refused = cmp.Or(refused, err)
	}
	if refused != nil {
		return nil, refused
	}
	return nil, fmt.Errorf("%w at %s", ErrNoSocket, strings.Join(paths, " or "))
}

// dial connects to an endpoint and waits for its first answer.
func (p *endpoint) dial(ctx context.Context) (*client, error) {
	c, err := p.client()
	if err != nil {
		return nil, err
	}
	wait := firstAnswer
	if d, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(d))
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	resp, err := c.do(ctx, "/_ping")
	if err != nil {
		c.close()
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, hung{fmt.Errorf("%w: %s does not answer within %s", ErrNoSocket, c.address, wait.Round(10*time.Millisecond))}
		}
		return nil, err
	}
	c.api = resp.Header.Get("Api-Version")
	c.libpod = resp.Header.Get("Libpod-Api-Version")
	c.podman = c.libpod != ""
	io.Copy(io.Discard, io.LimitReader(resp.Body, maxMessage))
	resp.Body.Close()
	return c, nil
}

// hung is the error of a socket that takes a call and does not answer it.
type hung struct{ error }

func (h hung) Unwrap() []error { return []error{h.error, context.DeadlineExceeded} }

func (p *endpoint) client() (*client, error) {
	named := ""
	if p.from != "" {
		named = p.from + ": "
	}
	u, err := url.Parse(p.host)
	if bad := (*url.Error)(nil); errors.As(err, &bad) { // it quotes the address, with the password in it
		return nil, fmt.Errorf("%w: %sno address: %w", ErrNoSocket, named, bad.Err)
	}
	address := p.host
	if u.User != nil {
		address = u.Redacted()
	}
	tr := &http.Transport{ResponseHeaderTimeout: saveAnswer, TLSClientConfig: p.tls}
	c := &client{http: &http.Client{Transport: tr}, base: "http://engine", address: address}
	switch u.Scheme {
	case "unix":
		tr.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", u.Path)
		}
	case "tcp", "http", "https":
		scheme := "http://"
		if p.tls != nil || u.Scheme == "https" {
			scheme = "https://"
		}
		c.base = scheme + u.Host
	case "ssh":
		return nil, fmt.Errorf("%w: %s%s needs a tunnel: ssh -L /tmp/engine.sock:/var/run/docker.sock %s, and DOCKER_HOST=unix:///tmp/engine.sock", ErrNoSocket, named, address, u.Host)
	case "npipe":
		return nil, fmt.Errorf("%w: %s%s is a named pipe, which peel does not open: let the engine listen on tcp://localhost:2375", ErrNoSocket, named, address)
	default:
		return nil, fmt.Errorf("%w: %s%q: only unix:// and tcp:// are addresses of engines", ErrNoSocket, named, address)
	}
	return c, nil
}

func (c *client) close() { c.http.CloseIdleConnections() }

// do asks, and returns answers other than 200 as errors.
func (c *client) do(ctx context.Context, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.explain(err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound {
		return nil, fmt.Errorf("%w in %s", ErrNotFound, c.address)
	}
	return nil, fmt.Errorf("%s answered %s: %s", c.address, resp.Status, message(resp.Body))
}

// explain tells a socket that nobody serves, or that is closed to the user.
func (c *client) explain(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w at %s", ErrClosed, c.address)
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return fmt.Errorf("%w that answers at %s: %v", ErrNoSocket, c.address, op.Err) //nolint:errorlint // a socket that is not there is no file of the user's
	}
	return err
}

func (c *client) get(ctx context.Context, path string) (io.ReadCloser, error) {
	resp, err := c.do(ctx, path)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// json decodes an answer of at most max bytes.
func (c *client) json(ctx context.Context, path string, max int64, into any) error {
	ctx, cancel := context.WithTimeout(ctx, saveAnswer)
	defer cancel()
	body, err := c.get(ctx, path)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := json.NewDecoder(io.LimitReader(body, max)).Decode(into); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", c.address, err)
	}
	return nil
}

func message(r io.Reader) string {
	b, _ := io.ReadAll(io.LimitReader(r, maxMessage))
	m := struct{ Message string }{string(b)}
	_ = json.Unmarshal(b, &m) // else it is the text itself
	words := strings.TrimSpace(m.Message)
	if len(words) > maxWords {
		words = words[:maxWords] + "…"
	}
	return words
}
