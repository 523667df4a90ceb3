package registry

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// Keychain finds credentials where docker and podman keep them. Docker's file
// comes first, and one that knows nothing of a registry does not hide podman's.
func Keychain() authn.Keychain {
	return authn.NewMultiKeychain(authn.DefaultKeychain, podman{})
}

// podman looks through containers-auth.json(5) files.
type podman struct{}

func podmanFiles() []string {
	var files []string
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
func (podman) Resolve(r authn.Resource) (authn.Authenticator, error) {
	for _, path := range podmanFiles() {
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
		return nil, fmt.Errorf("reading credentials from %s: %w", path, err)
	}
	for _, key := range []string{r.String(), r.RegistryStr()} {
		c, err := cf.GetAuthConfig(key)
		if err != nil {
			return nil, fmt.Errorf("reading credentials from %s: %w", path, err)
		}
		if c.Username != "" || c.Auth != "" || c.IdentityToken != "" || c.RegistryToken != "" {
			return authn.FromConfig(authn.AuthConfig{
				Username: c.Username, Password: c.Password, Auth: c.Auth,
				IdentityToken: c.IdentityToken, RegistryToken: c.RegistryToken,
			}), nil
		}
	}
	return authn.Anonymous, nil
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
	c := credentials{files: append([]string{dockerFile()}, podmanFiles()...)}
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

func dockerFile() string { return filepath.Join(config.Dir(), config.ConfigFileName) }

// String says what was shown to the registry, without the secret.
func (c credentials) String() string {
	if c.user != "" {
		return "as " + c.user
	}
	return "without credentials: there are none in " + strings.Join(c.files, ", ")
}
