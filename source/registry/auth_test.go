package registry

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// TestPodmanKeys guards the spellings of containers-auth.json(5): podman login
// docker.io writes docker.io, and a namespace may have credentials of its own.
func TestPodmanKeys(t *testing.T) {
	tests := []struct{ key, image string }{
		{"docker.io", "debian"},
		{"docker.io", "docker.io/some/image:1"},
		{"docker.io/some", "some/image"},
		{authn.DefaultAuthKey, "debian"},
		{"example.com", "example.com/a/b/c:1"},
		{"example.com/a", "example.com/a/b/c:1"},
		{"example.com/a/b/c", "example.com/a/b/c:1"},
		{"localhost:5000", "localhost:5000/x"},
	}
	for _, test := range tests {
		t.Run(test.key+" for "+test.image, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "auth.json")
			auth := base64.StdEncoding.EncodeToString([]byte("alice:secret"))
			content := fmt.Sprintf(`{"auths": {%q: {"auth": %q}, "example.com/a/other": {"auth": "Ym9iOng="}}}`, test.key, auth)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			ref, err := name.ParseReference(test.image)
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv("REGISTRY_AUTH_FILE", path)
			found := findCredentials(t.Context(), ref.Context(), nil)
			cfg, err := authn.Authorization(t.Context(), found)
			if err != nil || cfg.Username != "alice" {
				t.Errorf("found %q (%v), want alice", cfg.Username, err)
			}
		})
	}
}
