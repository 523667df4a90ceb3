package registry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// credentials are what a registry is shown, and where they were looked for.
type credentials struct {
	authn.Authenticator
	host     string
	user     string   // "alice", or "a token"; "" if anonymous
	from     string   // the file and its key, or the helper
	asked    []string // all places, in order
	problems []error  // places that could not be asked
}

// authFileHelper is what registries.conf calls the files among helpers.
const authFileHelper = "containers-auth.json"

// findCredentials looks where docker and podman keep them: the files of
// authFiles, each with its helpers, and the helpers of registries.conf, which
// may come before the files. The first that knows the repository counts. What
// cannot be read is passed over, but not forgotten: the registry may let
// everybody in.
func findCredentials(ctx context.Context, repo name.Repository, programs []string) credentials {
	c := credentials{Authenticator: authn.Anonymous, host: spoken(repo.RegistryStr())}
	if !slices.Contains(programs, authFileHelper) {
		programs = append(slices.Clone(programs), authFileHelper)
	}
	for _, h := range programs {
		if h == authFileHelper && c.inFiles(ctx, repo) || h != authFileHelper && c.askHelper(ctx, h, "registries.conf", repo) {
			break
		}
	}
	return c
}

func (c *credentials) inFiles(ctx context.Context, repo name.Repository) bool {
	for _, path := range authFiles() {
		c.asked = append(c.asked, path)
		f, err := readAuthFile(path)
		if err != nil {
			c.problems = append(c.problems, fmt.Errorf("reading credentials from %s: %w", path, err))
		}
		if f != nil && c.inFile(ctx, f, path, repo) {
			return true
		}
	}
	return false
}

// readAuthFile gives nil for a file that is not there.
func readAuthFile(path string) (*configfile.ConfigFile, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() > maxConf || !info.Mode().IsRegular() {
		return nil, errors.Join(err, errors.New("it is no file that could be read, or too large"))
	}
	cf, err := config.LoadFromReader(f)
	if err != nil {
		return nil, fmt.Errorf("%v", err) //nolint:errorlint // an EOF here is not the image's
	}
	return cf, nil
}

// inFile looks through a file: the helper of this registry, what the file
// itself holds, the helper of all registries.
func (c *credentials) inFile(ctx context.Context, f *configfile.ConfigFile, path string, repo name.Repository) bool {
	for _, key := range helperKeys(repo) {
		if h := f.CredentialHelpers[key]; h != "" {
			return c.askHelper(ctx, h, path, repo)
		}
	}
	for _, key := range keys(repo) {
		if c.take(f.AuthConfigs[key], fmt.Sprintf("%s (key %s)", path, key)) {
			return true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(f.AuthConfigs)) {
		if fromURL(key) == c.host && c.take(f.AuthConfigs[key], fmt.Sprintf("%s (key %s)", path, key)) {
			return true
		}
	}
	return f.CredentialsStore != "" && c.askHelper(ctx, f.CredentialsStore, path, repo)
}

// fromURL is the host of a key that is a URL, as docker login once wrote them
// all; "" for other keys.
func fromURL(key string) string {
	_, rest, ok := strings.Cut(key, "://")
	if !ok {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	return spoken(host)
}

// take accepts an entry that holds anything.
func (c *credentials) take(a types.AuthConfig, from string) bool {
	switch {
	case a.Username != "":
		c.user = "user " + a.Username
	case a.IdentityToken != "" || a.RegistryToken != "" || a.Auth != "":
		c.user = "a token"
	default:
		return false
	}
	c.from = from
	c.Authenticator = authn.FromConfig(authn.AuthConfig{
		Username: a.Username, Password: a.Password, Auth: a.Auth,
		IdentityToken: a.IdentityToken, RegistryToken: a.RegistryToken,
	})
	return true
}

// keys are the names under which credentials for a repository may be kept, the
// closest first: its own, those of the namespaces it lies in, the registry's
// (containers-auth.json(5)). Docker Hub's is called docker.io there.
func keys(repo name.Repository) []string {
	key := fullName(repo)
	list := []string{key}
	for i := strings.LastIndexByte(key, '/'); i > 0; i = strings.LastIndexByte(key, '/') {
		key = key[:i]
		list = append(list, key)
	}
	if key == hub {
		list = append(list, authn.DefaultAuthKey)
	}
	return list
}

// helperKeys are the names under which helpers know a registry.
func helperKeys(repo name.Repository) []string {
	if repo.RegistryStr() == name.DefaultRegistry {
		return []string{authn.DefaultAuthKey, hub, name.DefaultRegistry}
	}
	return []string{repo.RegistryStr()}
}

// String says what was shown to the registry, without the secret, or where
// there was nothing to show.
func (c credentials) String() string {
	var s string
	if c.user != "" {
		s = "with " + c.user + " from " + c.from
	} else {
		s = fmt.Sprintf("without credentials: there are none for %s in %s", c.host, strings.Join(c.asked, ", "))
	}
	for _, p := range c.problems {
		s += "; " + p.Error()
	}
	return s
}
