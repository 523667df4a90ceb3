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
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"peel/source/archive"
)

// Errors that mean "ask somebody else".
var (
	ErrNoSocket = errors.New("no socket")
	ErrNotFound = errors.New("no such image")
	// ErrClosed is given for a socket that the user may not open.
	ErrClosed = errors.New("permission denied")
)

// Engine says where an engine's sockets are looked for.
type Engine struct {
	Name    string
	Env     string // holds a URL that goes before all sockets
	sockets func() []string
}

// Docker is the engine of that name, rootless or not, or what serves its API in
// a virtual machine of the user's.
var Docker = Engine{"docker", "DOCKER_HOST", func() []string {
	paths := append(inRuntimeDir("docker.sock"), "/var/run/docker.sock")
	if home, err := os.UserHomeDir(); err == nil {
		for _, p := range []string{".docker/run/docker.sock", ".docker/desktop/docker.sock", ".colima/default/docker.sock", ".rd/docker.sock", ".orbstack/run/docker.sock"} {
			if p = filepath.Join(home, p); exists(p) {
				paths = append(paths, p)
			}
		}
	}
	return paths
}}

// Podman is podman's API service, rootless or not.
var Podman = Engine{"podman", "CONTAINER_HOST", func() []string {
	return append(inRuntimeDir("podman/podman.sock"), "/run/podman/podman.sock")
}}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func inRuntimeDir(name string) []string {
	if d := os.Getenv("XDG_RUNTIME_DIR"); d != "" {
		return []string{filepath.Join(d, name)}
	}
	return nil
}

// Open has the engine save an image, and scans its layers as they come. It
// returns the address of the engine beside the image.
func Open(ctx context.Context, e Engine, name string, opts archive.Options) (*archive.Image, string, error) {
	c, err := e.connect(ctx)
	if err != nil {
		return nil, "", err
	}
	defer c.close()
	name, err = c.inspect(ctx, name)
	if err != nil {
		return nil, c.address, err
	}
	query, err := c.platform(opts)
	if err != nil {
		return nil, c.address, err
	}
	body, err := c.get(ctx, "/images/"+escape(name)+"/get"+query)
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

// maxInspect bounds what an engine says of one image.
const maxInspect = 16 << 20

// inspect asks whether the engine has the image, which a save tells late, and
// returns the name to save it by. The part of an id that was given is one that
// means one image alone, or the engine would not know it.
func (c *client) inspect(ctx context.Context, name string) (string, error) {
	var found struct {
		ID string `json:"Id"`
	}
	if err := c.json(ctx, "/images/"+escape(name)+"/json", maxInspect, &found); err != nil {
		return "", err
	}
	hex := strings.TrimPrefix(found.ID, "sha256:")
	if given := strings.TrimPrefix(name, "sha256:"); hex != "" && strings.HasPrefix(hex, given) {
		return found.ID, nil
	}
	return name, nil
}

// platformAPI is the version of the API that can save one platform of several.
const platformAPI = 48

// platform asks for one platform of an image that the engine may have for
// several (API 1.48, ImageGet). Older engines have one alone, and ignore it.
func (c *client) platform(opts archive.Options) (string, error) {
	major, minor, _ := strings.Cut(c.api, ".")
	n, err := strconv.Atoi(minor)
	if opts.Platform == nil || err != nil || major == "1" && n < platformAPI {
		return "", nil
	}
	b, err := json.Marshal(opts.Platform)
	if err != nil {
		return "", err
	}
	return "?platform=" + url.QueryEscape(string(b)), nil
}
