// Package daemon reads images out of container engines that serve the Docker
// Engine API on a socket: Docker, and Podman's API service.
//
// The engine is asked to save the image, and the archive it streams is read as
// it comes: nothing is written.
package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"peel/source/archive"
)

// Errors that mean "ask somebody else".
var (
	ErrNoSocket = errors.New("no socket")
	ErrNotFound = errors.New("no such image")
)

const (
	// maxMessage bounds an engine's error message.
	maxMessage = 64 << 10
	// maxWords bounds what is shown of it.
	maxWords = 400
)

// Engine says where an engine's sockets are looked for.
type Engine struct {
	Name    string
	Env     string // holds a URL that goes before all sockets
	sockets func() []string
}

// Docker is the engine of that name, rootless or not.
var Docker = Engine{"docker", "DOCKER_HOST", func() []string {
	return append(inRuntimeDir("docker.sock"), "/var/run/docker.sock")
}}

// Podman is podman's API service, rootless or not.
var Podman = Engine{"podman", "CONTAINER_HOST", func() []string {
	return append(inRuntimeDir("podman/podman.sock"), "/run/podman/podman.sock")
}}

func inRuntimeDir(name string) []string {
	if d := os.Getenv("XDG_RUNTIME_DIR"); d != "" {
		return []string{filepath.Join(d, name)}
	}
	return nil
}

// Open has the engine save an image, and scans its layers as they come. It
// returns the address of the engine beside the image.
func Open(ctx context.Context, e Engine, name string, opts archive.Options) (*archive.Image, string, error) {
	c, err := e.connect()
	if err != nil {
		return nil, "", err
	}
	defer c.http.CloseIdleConnections()
	if err := c.inspect(ctx, name); err != nil {
		return nil, c.address, err
	}
	body, err := c.get(ctx, "/images/"+escape(name)+"/get")
	if err != nil {
		return nil, c.address, err
	}
	defer body.Close()
	img, err := archive.OpenStream(ctx, body, opts)
	if err != nil {
		return nil, c.address, fmt.Errorf("reading what %s saves: %w", c.address, err)
	}
	return img, c.address, nil
}

// escape leaves the slashes of a name as they are: the engine's routes want them.
func escape(name string) string {
	return strings.ReplaceAll(url.PathEscape(name), "%2F", "/")
}

type client struct {
	http    *http.Client
	base    string
	address string
}

func (e Engine) connect() (*client, error) {
	if host := os.Getenv(e.Env); host != "" {
		return dial(host, e)
	}
	paths := e.sockets()
	for _, p := range paths {
		if _, err := os.Stat(p); err == nil {
			return dial("unix://"+p, e)
		}
	}
	return nil, fmt.Errorf("%w at %s", ErrNoSocket, strings.Join(paths, " or "))
}

func dial(host string, e Engine) (*client, error) {
	u, err := url.Parse(host)
	if err != nil {
		return nil, fmt.Errorf("%s=%q: %w", e.Env, host, err)
	}
	tr := &http.Transport{ResponseHeaderTimeout: 5 * time.Minute}
	c := &client{http: &http.Client{Transport: tr}, base: "http://engine", address: host}
	switch u.Scheme {
	case "unix":
		tr.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", u.Path)
		}
	case "tcp", "http":
		c.base = "http://" + u.Host
	default:
		return nil, fmt.Errorf("%s=%q: only unix:// and tcp:// are supported", e.Env, host)
	}
	return c, nil
}

func (c *client) get(ctx context.Context, path string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			return nil, fmt.Errorf("%w that answers at %s: %v", ErrNoSocket, c.address, op.Err) //nolint:errorlint // a socket that is not there is no file of the user's
		}
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound {
		return nil, fmt.Errorf("%w in %s", ErrNotFound, c.address)
	}
	return nil, fmt.Errorf("%s answered %s: %s", c.address, resp.Status, message(resp.Body))
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

// inspect asks whether the engine has the image, which a save tells late.
func (c *client) inspect(ctx context.Context, name string) error {
	body, err := c.get(ctx, "/images/"+escape(name)+"/json")
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(body, 16<<20))
	return err
}
