package registry

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// entry64 is a file of credentials with one entry.
func entry64(key, user string) string {
	return fmt.Sprintf(`{"auths": {%q: {"auth": %q}, "example.com/a/other": {"auth": "Ym9iOng="}}}`,
		key, base64.StdEncoding.EncodeToString([]byte(user+":secret")))
}

// credentialsFor gives the user, and the words about how it was found.
func credentialsFor(t *testing.T, image string, helpers ...string) (user, words string) {
	t.Helper()
	ref, err := name.ParseReference(image)
	if err != nil {
		t.Fatal(err)
	}
	found := findCredentials(t.Context(), ref.Context(), helpers)
	cfg, err := authn.Authorization(t.Context(), found)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(found.String(), "secret") {
		t.Errorf("the password is told: %s", found)
	}
	user = cfg.Username
	if user == "" && cfg.IdentityToken+cfg.RegistryToken != "" {
		user = "token " + cfg.IdentityToken + cfg.RegistryToken
	}
	return user, found.String()
}

// TestKeys guards the spellings of containers-auth.json(5) and of docker login:
// a namespace may have credentials of its own.
func TestKeys(t *testing.T) {
	tests := []struct {
		key, image string
		found      bool
	}{
		{"docker.io", "debian", true},
		{"docker.io", "docker.io/some/image:1", true},
		{"docker.io/some", "some/image", true},
		{"docker.io/library/debian", "debian:12", true},
		{authn.DefaultAuthKey, "debian", true},
		{"https://registry.example.com/v2/", "registry.example.com/a", true},
		{"http://example.com:5000", "example.com:5000/a", true},
		{"example.com", "example.com/a/b/c:1", true},
		{"example.com/a", "example.com/a/b/c:1", true},
		{"example.com/a/b/c", "example.com/a/b/c:1", true},
		{"localhost:5000", "localhost:5000/x", true},
		{"example.com/a/b", "example.com/a/bc", false},
		{"example.com", "example.com:5000/a", false},
		{"example.com", "sub.example.com/a", false},
		{"example.com/a", "example.com/b", false},
		{authn.DefaultAuthKey, "example.com/debian", false},
	}
	for _, test := range tests {
		t.Run(test.key+" for "+test.image, func(t *testing.T) {
			home := isolated(t, map[string]string{"auth.json": entry64(test.key, "alice")})
			t.Setenv("REGISTRY_AUTH_FILE", filepath.Join(home, "auth.json"))
			user, words := credentialsFor(t, test.image)
			if found := user == "alice"; found != test.found {
				t.Errorf("found %q, %s", user, words)
			}
			if test.found && !strings.Contains(words, "with user alice from "+home+"/auth.json (key "+test.key+")") {
				t.Error(words)
			}
		})
	}
}

// TestAuthFiles guards the order of the files, which is podman's.
func TestAuthFiles(t *testing.T) {
	run := map[string]string{"run/containers/auth.json": entry64("example.com", "run")}
	own := map[string]string{"containers/auth.json": entry64("example.com", "own")}
	docker := map[string]string{"docker/config.json": entry64("example.com", "docker")}
	named := map[string]string{"named.json": entry64("example.com", "named")}
	other := map[string]string{"named.json": entry64("example.org", "named")}
	broken := map[string]string{"run/containers/auth.json": "{"}
	tests := []struct {
		name  string
		files []map[string]string
		want  string
		say   string
		linux bool // where alone there is such a file
	}{
		{"all", []map[string]string{run, own, docker, named}, "named", "named.json", false},
		{"podman's own two", []map[string]string{run, own, docker}, "run", "run/containers/auth.json", true},
		{"the lasting one", []map[string]string{own, docker}, "own", "containers/auth.json", false},
		{"docker's", []map[string]string{docker}, "docker", "docker/config.json", false},
		{"one that does not know the registry hides podman's", []map[string]string{other, run, own}, "", "there are none for example.com in", false},
		{"but not docker's", []map[string]string{other, docker}, "docker", "docker/config.json", false},
		{"one that is broken", []map[string]string{broken, own}, "own", "reading credentials from", true},
		{"none", nil, "", "without credentials: there are none for example.com in", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.linux && runtime.GOOS != "linux" {
				t.Skip("there is no XDG_RUNTIME_DIR")
			}
			all := map[string]string{}
			for _, files := range tt.files {
				for path, content := range files {
					all[path] = content
				}
			}
			home := isolated(t, all)
			t.Setenv("XDG_RUNTIME_DIR", filepath.Join(home, "run"))
			t.Setenv("DOCKER_CONFIG", filepath.Join(home, "docker"))
			if all["named.json"] != "" {
				t.Setenv("REGISTRY_AUTH_FILE", filepath.Join(home, "named.json"))
			}
			user, words := credentialsFor(t, "example.com/a")
			if user != tt.want || !strings.Contains(words, tt.say) {
				t.Errorf("%q, %s; want %q, %s", user, words, tt.want, tt.say)
			}
		})
	}
}

// TestHelpers guards when credential helpers are asked, and what for.
func TestHelpers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the helpers of this test are shell scripts")
	}
	// It knows one registry, and tells of each question.
	const good = "#!/bin/sh\nread -r host\necho \"$1 $host\" >>\"$0.log\"\n" +
		"case $host in\nexample.com|https://index.docker.io/v1/) printf '{\"Username\":\"%s\",\"Secret\":\"secret\"}' \"${0##*-}\" ;;\n" +
		"token.test) echo '{\"Username\":\"<token>\",\"Secret\":\"t\"}' ;;\n" +
		"*) echo 'credentials not found in native keychain'; exit 1 ;;\nesac\n"
	const bad = "#!/bin/sh\necho 'the secret is out'; echo 'and here' >&2; exit 1\n"
	tests := []struct {
		name, docker string
		helpers      []string // of registries.conf
		image        string
		want, say    string
	}{
		{"of all registries", `{"credsStore":"good"}`, nil, "example.com/a", "good", "with user good from docker-credential-good ("},
		{"of Docker Hub", `{"credsStore":"good"}`, nil, "debian", "good", "docker-credential-good"},
		{"of one registry", `{"credHelpers":{"example.com":"good"},"credsStore":"bad"}`, nil, "example.com/a", "good", "docker-credential-good"},
		{"of another registry", `{"credHelpers":{"example.org":"good"}}`, nil, "example.com/a", "", "there are none"},
		{"that does not know the registry", `{"credsStore":"good"}`, nil, "example.org/a", "", "there are none for example.org in"},
		{"that gives a token", `{"credsStore":"good"}`, nil, "token.test/a", "token t", "with a token from docker-credential-good"},
		{"after the file", strings.Replace(entry64("example.com", "alice"), `"auths"`, `"credsStore":"good","auths"`, 1), nil, "example.com/a", "alice", "user alice"},
		{"that fails", `{"credsStore":"bad"}`, nil, "example.com/a", "", "docker-credential-bad, which "},
		{"that is not there", `{"credsStore":"absent"}`, nil, "example.com/a", "", "docker-credential-absent, which "},
		{"of registries.conf, after the files", entry64("example.com", "alice"), []string{authFileHelper, "good"}, "example.com/a", "alice", "config.json"},
		{"of registries.conf, before the files", entry64("example.com", "alice"), []string{"good"}, "example.com/a", "good", "docker-credential-good (registries.conf)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			home := isolated(t, map[string]string{"config.json": tt.docker})
			for program, script := range map[string]string{"good": good, "bad": bad} {
				if err := os.WriteFile(filepath.Join(home, "docker-credential-"+program), []byte(script), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", home+":"+os.Getenv("PATH"))
			user, words := credentialsFor(t, tt.image, tt.helpers...)
			if user != tt.want || !strings.Contains(words, tt.say) {
				t.Errorf("%q, %s; want %q, %s", user, words, tt.want, tt.say)
			}
			asked, _ := os.ReadFile(filepath.Join(home, "docker-credential-good.log"))
			for line := range strings.Lines(string(asked)) {
				if !strings.HasPrefix(line, "get ") {
					t.Errorf("the helper was told to %s", line)
				}
			}
		})
	}
}
