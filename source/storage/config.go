package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"peel/source/place"
)

// maxConfig bounds a storage.conf.
const maxConfig = 1 << 20

// config is storage.conf (containers-storage.conf(5)), as far as it says where
// images lie.
type config struct {
	Storage struct {
		Driver              string `toml:"driver"`
		GraphRoot           string `toml:"graphroot"`
		ImageStore          string `toml:"imagestore"`
		RootlessStoragePath string `toml:"rootless_storage_path"`
		Options             struct {
			AdditionalImageStores []string `toml:"additionalimagestores"`
		} `toml:"options"`
	} `toml:"storage"`
}

// surroundings are what the place of the stores depends on.
type surroundings struct{ place.Place }

func here() surroundings { return surroundings{place.Here()} }

// drivers are those whose layers are directories of files, with the directory
// of one layer.
var drivers = map[string]func(root, id string) string{
	"overlay":  func(root, id string) string { return filepath.Join(root, "overlay", id, "diff") },
	"overlay2": func(root, id string) string { return filepath.Join(root, "overlay2", id, "diff") },
	"vfs":      func(root, id string) string { return filepath.Join(root, "vfs", "dir", id) },
	"btrfs":    func(root, id string) string { return filepath.Join(root, "btrfs", "subvolumes", id) },
}

// find lists the stores there are: those of the options, or the configured ones.
func find(opts Options) ([]*store, error) {
	if opts.Root != "" {
		found, err := at(opts.Root, opts.Driver)
		if err == nil && len(found) == 0 {
			err = fmt.Errorf("%w at %s", ErrNoStore, opts.Root)
		}
		return found, err
	}
	return here().find(opts.Driver)
}

func (s surroundings) find(driver string) ([]*store, error) {
	cfg, err := s.config()
	if err != nil {
		return nil, err
	}
	roots := append([]string{s.root(cfg)}, cfg.Storage.Options.AdditionalImageStores...)
	if cfg.Storage.ImageStore != "" {
		roots = append(roots, cfg.Storage.ImageStore)
	}
	var found []*store
	for _, r := range roots {
		r = s.expand(r)
		stores, err := at(r, driver)
		if err != nil {
			return nil, err
		}
		found = append(found, stores...)
	}
	// A store may hold what another driver left behind: the configured one first.
	slices.SortStableFunc(found, func(a, b *store) int {
		switch cfg.Storage.Driver {
		case a.driver:
			return order(b.driver != a.driver)
		case b.driver:
			return -order(b.driver != a.driver)
		}
		return 0
	})
	if len(found) == 0 {
		return nil, fmt.Errorf("%w at %s", ErrNoStore, strings.Join(roots, " or "))
	}
	return found, nil
}

func order(differ bool) int {
	if differ {
		return -1
	}
	return 0
}

// at lists the stores below a directory, one for each driver that was used.
// That nothing is there is no error.
func at(root, driver string) ([]*store, error) {
	names, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for a store: %w", err)
	}
	var found []*store
	for _, e := range names {
		name, ok := strings.CutSuffix(e.Name(), "-images")
		if !ok || driver != "" && name != driver {
			continue
		}
		if _, err := os.Stat(filepath.Join(root, e.Name(), "images.json")); err != nil {
			continue
		}
		found = append(found, &store{root: root, driver: name})
	}
	return found, nil
}

// root is the directory of the user's own store.
func (s surroundings) root(cfg *config) string {
	if s.UID == 0 {
		if cfg.Storage.GraphRoot != "" {
			return cfg.Storage.GraphRoot
		}
		return filepath.Join(s.System, "var/lib/containers/storage")
	}
	if cfg.Storage.RootlessStoragePath != "" {
		return cfg.Storage.RootlessStoragePath
	}
	if cfg.Storage.GraphRoot != "" {
		return cfg.Storage.GraphRoot
	}
	return filepath.Join(s.Data(), "containers/storage")
}

// config reads the configuration as podman does: one file that the environment
// names, or the distribution's, the system's and the user's, the later ones
// over the earlier. Of root's directories nothing counts for other users.
func (s surroundings) config() (*config, error) {
	cfg := new(config)
	if path := s.Getenv("CONTAINERS_STORAGE_CONF"); path != "" {
		if err := s.apply(cfg, path, true); err != nil {
			return nil, err
		}
		return cfg, nil
	}
	for _, path := range []string{"usr/share/containers/storage.conf", "etc/containers/storage.conf"} {
		if err := s.apply(cfg, filepath.Join(s.System, path), false); err != nil {
			return nil, err
		}
	}
	if s.UID == 0 {
		return cfg, nil
	}
	cfg.Storage.GraphRoot, cfg.Storage.ImageStore = "", ""
	err := s.apply(cfg, filepath.Join(s.Config(), "containers/storage.conf"), false)
	return cfg, err
}

func (s surroundings) apply(cfg *config, path string, must bool) error {
	b, err := readLimited(path, maxConfig)
	if errors.Is(err, fs.ErrNotExist) && !must || errors.Is(err, fs.ErrPermission) && !must {
		return nil
	}
	if err == nil {
		err = toml.Unmarshal(b, cfg)
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}

// expand fills in the variables that storage.conf allows.
func (s surroundings) expand(path string) string {
	return os.Expand(path, func(name string) string {
		switch name {
		case "HOME":
			return s.Home
		case "UID":
			return strconv.Itoa(s.UID)
		case "USER":
			if u, err := user.LookupId(strconv.Itoa(s.UID)); err == nil {
				return u.Username
			}
		}
		return s.Getenv(name)
	})
}
