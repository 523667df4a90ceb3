//go:build linux

package realtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"peel/source"
	"peel/source/sourcetest"
)

// TestRegistry asks a docker-registry that lets everybody in.
func TestRegistry(t *testing.T) {
	b := images(t, "docker-registry")
	r := startRegistry(t, "")
	b.push(t, "oci:"+b.out("layout")+":small", r.host+"/team/small:1")
	want := peel(t, "--json", "-", "oci:"+b.out("layout")+":small").figures(t)
	ref := "registry:" + r.host + "/team/small"
	digest := open(t, ref+":1", source.Options{}).ManifestDigest

	t.Run("tag", func(t *testing.T) {
		sameText(t, "figures", peel(t, "--json", "-", ref+":1").figures(t), want)
	})
	t.Run("digest", func(t *testing.T) {
		sameText(t, "figures", peel(t, "--json", "-", ref+"@"+digest).figures(t), want)
		facts := sourcetest.Check(t, open(t, ref+"@"+digest, source.Options{}))
		if len(facts.DiffIDs) == 0 {
			t.Error("the image has no layers")
		}
	})
	t.Run("only reads", func(t *testing.T) {
		peel(t, ref+":1").want(t, 0)
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
			if r.askedBy(t, "peel/", method) {
				t.Errorf("peel sent a %s", method)
			}
		}
		if !r.askedBy(t, "peel/", "GET") {
			t.Error("the registry's log does not name peel")
		}
	})
	t.Run("tag that is not there", func(t *testing.T) {
		o := peel(t, ref+":2")
		o.want(t, 3, "tried registry", "has no "+r.host+"/team/small:2", "hint: check the name and the tag")
		o.silent(t)
	})
	t.Run("repository that is not there", func(t *testing.T) {
		peel(t, "registry:"+r.host+"/nobody/nothing").want(t, 3, "not found")
	})
	t.Run("digest that is not there", func(t *testing.T) {
		peel(t, ref+"@sha256:"+strings.Repeat("0", 64)).want(t, 3, "not found")
	})
	t.Run("registry that is not there", func(t *testing.T) {
		peel(t, "registry:"+freePort(t)+"/x").want(t, 3, "cannot be reached")
	})
}

// silent checks that nothing came to stdout.
func (o outcome) silent(t testing.TB) {
	t.Helper()
	if o.stdout != "" {
		t.Errorf("stdout: %s", o.stdout)
	}
}

// askedBy tells whether the log has a request of a client by this method.
func (r *registry) askedBy(t testing.TB, agent, method string) bool {
	t.Helper()
	b, err := os.ReadFile(r.log)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if strings.Contains(line, agent) && (strings.Contains(line, `"`+method+" ") || strings.Contains(line, "http.request.method="+method)) {
			return true
		}
	}
	return false
}

const (
	login    = "alice"
	password = "correct horse"
)

// TestPrivateRegistry asks a docker-registry that wants a password, which the
// files of docker and podman hold in all ways that they may.
func TestPrivateRegistry(t *testing.T) {
	b := images(t, "docker-registry", "htpasswd")
	dir := t.TempDir()
	must(t, exec.Command("htpasswd", "-Bbc", filepath.Join(dir, "htpasswd"), login, password))
	r := startRegistry(t, filepath.Join(dir, "htpasswd"))
	b.push(t, "oci:"+b.out("layout")+":small", r.host+"/private/small:1", "--dest-creds", login+":"+password)
	want := peel(t, "--json", "-", "oci:"+b.out("layout")+":small").figures(t)
	ref := "registry:" + r.host + "/private/small:1"

	docker := func(t *testing.T, key, password string) string {
		return "DOCKER_CONFIG=" + filepath.Dir(authFile(t, "config.json", key, password))
	}
	podman := func(t *testing.T, key, password string) string {
		return "REGISTRY_AUTH_FILE=" + authFile(t, "auth.json", key, password)
	}
	opens := map[string]func(*testing.T) []string{
		"docker's config.json": func(t *testing.T) []string { return []string{docker(t, r.host, password)} },
		"podman's auth.json":   func(t *testing.T) []string { return []string{podman(t, r.host, password)} },
		"podman's, beside a docker file that does not know the registry": func(t *testing.T) []string {
			return []string{docker(t, "example.com", "x"), podman(t, r.host, password)}
		},
		"podman's, for the namespace": func(t *testing.T) []string {
			return []string{podman(t, r.host+"/private", password)}
		},
		"podman's default file": func(t *testing.T) []string {
			file := authFile(t, "auth.json", r.host, password)
			run := filepath.Join(filepath.Dir(file), "containers")
			if err := os.Mkdir(run, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(file, filepath.Join(run, "auth.json")); err != nil {
				t.Fatal(err)
			}
			return []string{"XDG_RUNTIME_DIR=" + filepath.Dir(run)}
		},
	}
	for name, env := range opens {
		t.Run(name, func(t *testing.T) {
			got := run{args: []string{"--json", "-", ref}, env: env(t)}.do(t)
			sameText(t, "figures", got.figures(t), want)
		})
	}
	t.Run("wrong password", func(t *testing.T) {
		env := podman(t, r.host, "wrong horse")
		o := run{args: []string{ref}, env: []string{env}}.do(t)
		o.want(t, 3, "answered 401", "private/small", "credentials refused", "user "+login+" from "+strings.TrimPrefix(env, "REGISTRY_AUTH_FILE=")+" (key "+r.host+")", "hint: log in again")
		o.silent(t)
		if strings.Contains(o.stderr, "wrong horse") {
			t.Error("the message tells the password")
		}
	})
	t.Run("no credentials", func(t *testing.T) {
		peel(t, ref).want(t, 3, "answered 401", "without credentials: there are none for "+r.host+" in ", "config.json", "auth.json", "hint: log in first")
	})
	t.Run("credentials file that is broken", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "auth.json")
		if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		run{args: []string{ref}, env: []string{"REGISTRY_AUTH_FILE=" + path}}.do(t).want(t, 3, "reading credentials from "+path)
	})
}

// authFile writes what docker login and podman login write.
func authFile(t testing.TB, name, key, password string) string {
	t.Helper()
	auth := base64.StdEncoding.EncodeToString([]byte(login + ":" + password))
	b, err := json.Marshal(map[string]any{"auths": map[string]any{key: map[string]string{"auth": auth}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(fmt.Errorf("writing credentials: %w", err))
	}
	return path
}
