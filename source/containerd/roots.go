package containerd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/pelletier/go-toml/v2"

	"peel/source/oci"
	"peel/source/place"
)

// Where containerd's plugins keep what is read here, below its root.
const (
	database = "io.containerd.metadata.v1.bolt/meta.db"
	blobs    = "io.containerd.content.v1.content"
)

const (
	// maxConfig bounds a config.toml.
	maxConfig = 1 << 20
	// maxRoots is how many roots an error names of those that are not there: the
	// user's own and the system's.
	maxRoots = 2
)

// namespaceEnv is what ctr and nerdctl look into for the namespace.
const namespaceEnv = "CONTAINERD_NAMESPACE"

// elsewhere are the roots of containerds that come with something else, below
// the system's root or, the second, below the user's data directory.
var elsewhere = []struct{ system, user, of string }{
	{"var/lib/docker/containerd/daemon", "docker/containerd/daemon", "dockerd, where it starts a containerd of its own"},
	{"var/lib/rancher/k3s/agent/containerd", "", "k3s"},
	{"var/lib/rancher/rke2/agent/containerd", "", "RKE2"},
	{"var/lib/k0s/containerd", "", "k0s"},
	{"var/snap/microk8s/common/var/lib/containerd", "", "MicroK8s"},
}

// surroundings are what the place of the stores depends on.
type surroundings struct{ place.Place }

func here() surroundings { return surroundings{place.Here()} }

// roots lists the directories in which a store may be, the user's own first.
func (s surroundings) roots() []string {
	var out []string
	data := s.Data()
	rootless := s.UID != 0 && filepath.IsAbs(data)
	if rootless {
		// Rootless containerd has this mounted where its root would be.
		out = append(out, filepath.Join(data, "containerd"))
	}
	out = append(out, s.configured())
	for _, e := range elsewhere {
		if rootless && e.user != "" {
			out = append(out, filepath.Join(data, e.user))
		}
		out = append(out, filepath.Join(s.System, e.system))
	}
	return out
}

// configured is the root of the system's containerd. A configuration that
// cannot be read leaves it where it is by default.
func (s surroundings) configured() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(s.Getenv("ProgramData"), "containerd", "root")
	}
	var config struct {
		Root string `toml:"root"`
	}
	f, err := os.Open(filepath.Join(s.System, "etc/containerd/config.toml"))
	if err == nil {
		defer f.Close()
		err = toml.NewDecoder(io.LimitReader(f, maxConfig)).Decode(&config)
	}
	if err == nil && filepath.IsAbs(config.Root) {
		return config.Root
	}
	return filepath.Join(s.System, "var/lib/containerd")
}

// find lists the stores there are, and those that are closed to the user.
func find(roots []string) (stores []*store, closed []string, err error) {
	for _, root := range roots {
		s := &store{root: root}
		f, err := s.openDatabase()
		switch {
		case err == nil:
			f.Close()
			stores = append(stores, s)
		case errors.Is(err, fs.ErrPermission):
			closed = append(closed, root)
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			return nil, nil, fmt.Errorf("looking for a store: %w", err)
		}
	}
	switch {
	case len(stores) > 0:
		return stores, closed, nil
	case len(closed) > 0:
		return nil, nil, fmt.Errorf("%w at %s", ErrClosed, strings.Join(closed, " and "))
	}
	more := ""
	if len(roots) > maxRoots {
		more = fmt.Sprintf(" or %d other places", len(roots)-maxRoots)
		roots = roots[:maxRoots]
	}
	return nil, nil, fmt.Errorf("%w at %s%s", ErrNoStore, strings.Join(roots, " or "), more)
}

// store is one containerd's root.
type store struct{ root string }

func (s *store) openDatabase() (*os.File, error) {
	return regular(os.OpenFile(filepath.Join(s.root, filepath.FromSlash(database)), os.O_RDONLY|syscall.O_NONBLOCK, 0))
}

// regular passes on a file that is one; a pipe would keep its reader waiting.
func regular(f *os.File, err error) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w: %s is no regular file", ErrDamaged, f.Name())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// content opens the store's blobs. Links in it do not lead out of it.
func (s *store) content() (*content, error) {
	dir, err := os.OpenRoot(filepath.Join(s.root, blobs))
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("%w at %s", ErrClosed, filepath.Join(s.root, blobs))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s has no %s", oci.ErrMissing, s.root, blobs)
	}
	if err != nil {
		return nil, err
	}
	return &content{dir: dir}, nil
}
