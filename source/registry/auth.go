package registry

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// Keychain finds credentials where docker and podman keep them. Docker's file
// comes first, and one that knows nothing of a registry does not hide podman's.
func Keychain() authn.Keychain { return files{} }

// files looks through Docker's config.json and containers-auth.json(5) files.
// Unlike authn.DefaultKeychain it says which of them cannot be read.
type files struct{}

func authFiles() []string {
	dir := os.Getenv("DOCKER_CONFIG")
	if dir == "" {
		dir = config.Dir()
	}
	files := []string{filepath.Join(dir, config.ConfigFileName)}
	if f := os.Getenv("REGISTRY_AUTH_FILE"); f != "" {
		files = append(files, f)
	}
	if d := os.Getenv("XDG_RUNTIME_DIR"); d != "" {
		files = append(files, filepath.Join(d, "containers", "auth.json"))
	}
	if d, err := os.UserConfigDir(); err == nil {
		files = append(files, filepath.Join(d, "containers", "auth.json"))
	}
	return files
}

// Resolve implements authn.Keychain.
func (files) Resolve(r authn.Resource) (authn.Authenticator, error) {
	for _, path := range authFiles() {
		auth, err := fromFile(path, r)
		if os.IsNotExist(err) || err == nil && auth == authn.Anonymous {
			continue
		}
		return auth, err
	}
	return authn.Anonymous, nil
}

func fromFile(path string, r authn.Resource) (authn.Authenticator, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	cf, err := config.LoadFromReader(f)
	if err != nil {
		return nil, fmt.Errorf("reading credentials from %s: %v", path, err) //nolint:errorlint // an EOF here is not the image's
	}
	for _, key := range keys(r) {
		if auth := fromEntry(cf.AuthConfigs[key]); auth != authn.Anonymous {
			return auth, nil
		}
	}
	// Docker's ways to write a registry, and credential helpers.
	c, err := cf.GetAuthConfig(r.RegistryStr())
	if err != nil {
		return nil, fmt.Errorf("reading credentials from %s: %w", path, err)
	}
	return fromEntry(c), nil
}

func fromEntry(c types.AuthConfig) authn.Authenticator {
	if c.Username == "" && c.Auth == "" && c.IdentityToken == "" && c.RegistryToken == "" {
		return authn.Anonymous
	}
	return authn.FromConfig(authn.AuthConfig{
		Username: c.Username, Password: c.Password, Auth: c.Auth,
		IdentityToken: c.IdentityToken, RegistryToken: c.RegistryToken,
	})
}

// keys are the names under which credentials for a repository may be kept, the
// closest first: its own, those of the namespaces it lies in, the registry's
// (containers-auth.json(5)). Docker Hub's is called docker.io there.
func keys(r authn.Resource) []string {
	key := r.String()
	if rest, ok := strings.CutPrefix(key, name.DefaultRegistry); ok {
		key = "docker.io" + rest
	}
	list := []string{key}
	for i := strings.LastIndexByte(key, '/'); i > 0; i = strings.LastIndexByte(key, '/') {
		key = key[:i]
		list = append(list, key)
	}
	return list
}

// credentials are what a registry is shown, and where they were looked for.
type credentials struct {
	authn.Authenticator
	user  string // "" if anonymous
	files []string
}

func resolve(ctx context.Context, k authn.Keychain, repo name.Repository) (credentials, error) {
	if k == nil {
		k = Keychain()
	}
	c := credentials{files: authFiles()}
	auth, err := authn.Resolve(ctx, k, repo)
	if err != nil {
		return c, fmt.Errorf("finding credentials for %s: %w", repo.RegistryStr(), err)
	}
	c.Authenticator = auth
	cfg, err := authn.Authorization(ctx, auth)
	if err != nil {
		return c, fmt.Errorf("finding credentials for %s: %w", repo.RegistryStr(), err)
	}
	switch {
	case cfg.Username != "":
		c.user = cfg.Username
	case cfg.IdentityToken != "" || cfg.RegistryToken != "" || cfg.Auth != "":
		c.user = "a token"
	}
	return c, nil
}

// String says what was shown to the registry, without the secret.
func (c credentials) String() string {
	files := strings.Join(c.files, ", ")
	if c.user != "" {
		return "as " + c.user + ", with credentials from one of " + files
	}
	return "without credentials: there are none in " + files
}
