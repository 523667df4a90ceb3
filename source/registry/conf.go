package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// ErrConfig says that a configuration file of docker's or podman's is wrong.
var ErrConfig = errors.New("bad configuration")

// conf is what the files of this machine say about registries:
// containers-registries.conf(5), in version 2, and dockerd's daemon.json. It is
// read here and not by podman's library, which takes lock files in the user's
// home and keeps what it has read for the life of the process.
type conf struct {
	registries []entry  // each prefix once
	search     []string // hosts to look for short names, in order
	searchFrom string   // the file that says so
	helpers    []string // credential helpers for all registries
	aliases    map[string]alias
	daemon     daemonConf
}

// entry is a [[registry]] table.
type entry struct {
	location
	Prefix             string     `toml:"prefix"`
	Mirrors            []location `toml:"mirror"`
	Blocked            bool       `toml:"blocked"`
	MirrorByDigestOnly bool       `toml:"mirror-by-digest-only"`
	from               string     // the file
}

// location is where images are read from.
type location struct {
	Location       string `toml:"location"`
	Insecure       bool   `toml:"insecure"`
	PullFromMirror string `toml:"pull-from-mirror"` // of a mirror
}

// The values of pull-from-mirror.
const (
	pullAll        = "all"
	pullDigestOnly = "digest-only"
	pullTagOnly    = "tag-only"
)

// alias is the full name of a short one.
type alias struct{ name, from string }

// document is one file.
type document struct {
	Registries []entry           `toml:"registry"`
	Search     *[]string         `toml:"unqualified-search-registries"`
	Helpers    *[]string         `toml:"credential-helpers"`
	Aliases    map[string]string `toml:"aliases"`
	V1         any               `toml:"registries"`
}

// maxConf bounds a configuration file; podman's shortnames.conf has 10 kB.
const maxConf = 4 << 20

// loadConf reads all files. Those that are not there say nothing; one that is
// wrong is an error, for it may say what to block.
func loadConf() (*conf, error) {
	c := &conf{aliases: map[string]alias{}}
	files, must := confFiles()
	for _, path := range files {
		b, err := readConf(path)
		if errors.Is(err, fs.ErrNotExist) && !must {
			continue
		}
		if err == nil {
			err = c.add(b, path)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: reading %s: %w", ErrConfig, path, err)
		}
	}
	c.userAliases()
	err := c.daemon.load()
	return c, err
}

func readConf(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxConf {
		return nil, fmt.Errorf("a file of %d bytes", info.Size())
	}
	return os.ReadFile(path)
}

// dropIns are the files of all registries.conf.d, by their names; of two with
// one name the one in the earlier directory counts.
func dropIns(dirs []string) []string {
	byName := map[string]string{}
	for _, d := range slices.Backward(dirs) {
		found, err := filepath.Glob(filepath.Join(d, "registries.conf.d", "*.conf"))
		if err != nil {
			continue // a directory that is no pattern
		}
		for _, f := range found {
			byName[filepath.Base(f)] = f
		}
	}
	var files []string
	for _, n := range slices.Sorted(maps.Keys(byName)) {
		files = append(files, byName[n])
	}
	return files
}

// add applies a file to what was read before: tables are merged, all else is
// replaced.
func (c *conf) add(b []byte, path string) error {
	var d document
	if err := toml.Unmarshal(b, &d); err != nil {
		return err
	}
	if d.V1 != nil {
		return errors.New("it is in version 1 of the format, which podman no longer reads either")
	}
	if d.Search != nil {
		c.search, c.searchFrom = *d.Search, path
	}
	if d.Helpers != nil {
		c.helpers = *d.Helpers
	}
	for name, to := range d.Aliases {
		c.aliases[name] = alias{to, path}
	}
	return c.addRegistries(d.Registries, path)
}

// addRegistries: of a prefix that a file has twice the first counts, of one
// that two files have the later file's.
func (c *conf) addRegistries(list []entry, path string) error {
	seen := map[string]bool{}
	for _, e := range list {
		e.from = path
		if err := e.check(); err != nil {
			return err
		}
		if seen[e.Prefix] {
			continue
		}
		seen[e.Prefix] = true
		c.registries = slices.DeleteFunc(c.registries, func(old entry) bool { return old.Prefix == e.Prefix })
		c.registries = append(c.registries, e)
	}
	return nil
}

func (e *entry) check() error {
	if err := e.clean(); err != nil {
		return err
	}
	e.Prefix = strings.TrimRight(e.Prefix, "/")
	wild := strings.HasPrefix(e.Prefix, "*.")
	switch {
	case e.Prefix == "" && e.Location == "":
		return errors.New("a registry has neither a prefix nor a location")
	case e.Prefix == "":
		e.Prefix = e.Location
	case e.Location == "" && !wild:
		return fmt.Errorf("the registry with the prefix %q has no location", e.Prefix)
	case wild && strings.ContainsAny(e.Prefix, "/@:"):
		return fmt.Errorf("the prefix %q is not of the form *.example.com", e.Prefix)
	}
	if e.PullFromMirror != "" {
		return fmt.Errorf("pull-from-mirror is for mirrors alone, not for %q", e.Prefix)
	}
	for i := range e.Mirrors {
		if err := e.checkMirror(&e.Mirrors[i]); err != nil {
			return err
		}
	}
	return nil
}

func (e *entry) checkMirror(m *location) error {
	if err := m.clean(); err != nil {
		return err
	}
	switch m.PullFromMirror {
	case "", pullAll, pullDigestOnly, pullTagOnly:
	default:
		return fmt.Errorf("pull-from-mirror %q of %q is unknown", m.PullFromMirror, m.Location)
	}
	if m.Location == "" {
		return fmt.Errorf("a mirror of %q has no location", e.Prefix)
	}
	if e.MirrorByDigestOnly && m.PullFromMirror != "" {
		return fmt.Errorf("mirror-by-digest-only of %q and pull-from-mirror of %q exclude each other", e.Prefix, m.Location)
	}
	return nil
}

func (l *location) clean() error {
	if strings.Contains(l.Location, "://") {
		return fmt.Errorf("the location %q is a URL, not a host", withoutSecrets(l.Location))
	}
	l.Location = strings.TrimRight(l.Location, "/")
	return nil
}

// userAliases adds those that podman wrote when it asked the user which
// registry a short name means. They come before those of the files.
func (c *conf) userAliases() {
	path := aliasFile()
	var d document
	b, err := readConf(path)
	if err != nil || toml.Unmarshal(b, &d) != nil {
		return // a cache, which is podman's to mend
	}
	for name, to := range d.Aliases {
		c.aliases[name] = alias{to, path}
	}
}
