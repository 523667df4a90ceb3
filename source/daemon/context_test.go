package daemon_test

import (
	"context"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"peel/source/archive"
	"peel/source/daemon"
)

// file writes a file and the directories above it.
func file(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// listing serves an engine that has images.
func listing(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Api-Version", "1.47")
	if strings.HasSuffix(r.URL.Path, "/images/json") {
		io.WriteString(w, `[{"Id":"sha256:1","RepoTags":["a:1","b:2"],"Created":1700000000,"Size":5},{"Id":"sha256:2","RepoTags":["<none>:<none>"]},{"Id":"sha256:3","RepoTags":null},
			{"Id":"sha256:4","RepoTags":null,"RepoDigests":["d@sha256:4"]},{"Id":"sha256:5","RepoTags":[],"RepoDigests":["<none>@<none>"]}]`)
	}
	if strings.HasSuffix(r.URL.Path, "/images/sha256:1/json") {
		io.WriteString(w, `{"Os":"linux","Architecture":"arm","Variant":"v7"}`)
	}
}

func TestList(t *testing.T) {
	engine(t, listing)
	got, err := daemon.List(context.Background(), daemon.Docker)
	if err != nil || len(got.Images) != 2 || got.Address != os.Getenv("DOCKER_HOST") || got.Podman {
		t.Fatalf("%+v with %v", got, err)
	}
	first := got.Images[0]
	if len(first.Names) != 2 || first.Size != 5 || first.Created.Year() != 2023 || first.Platform.String() != "linux/arm/v7" {
		t.Errorf("%+v", first)
	}
	// An image that was pulled by digest has no other name.
	if second := got.Images[1]; len(second.Names) != 1 || second.Names[0] != "d@sha256:4" || second.Platform.OS != "" {
		t.Errorf("%+v", second)
	}
}

// TestListPodman guards that podman is asked by its own API, which has lists of
// several platforms too, and by docker's where that is closed.
func TestListPodman(t *testing.T) {
	for _, closed := range []bool{false, true} {
		engine(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Libpod-Api-Version", "5.4.2")
			switch one := `{"Id":"sha256:1","RepoTags":["one:1"]}`; {
			case r.URL.Path == "/v5.4.2/libpod/images/json" && !closed:
				io.WriteString(w, `[`+strings.Replace(one, "sha256:", "", 1)+`,{"Id":"2","RepoTags":["several:1"]}]`)
			case r.URL.Path == "/images/json" && closed:
				io.WriteString(w, `[`+one+`]`)
			case strings.HasSuffix(r.URL.Path, "/images/one:1/json"), strings.HasSuffix(r.URL.Path, "/images/several:1/json"):
				io.WriteString(w, `{"Id":"sha256:1","Os":"linux","Architecture":"arm64"}`)
			case r.URL.Path != "/_ping":
				w.WriteHeader(http.StatusForbidden)
			}
		})
		got, err := daemon.List(context.Background(), daemon.Docker)
		if err != nil || !got.Podman || len(got.Images) != 2 && !closed || len(got.Images) != 1 && closed {
			t.Fatalf("%+v with %v", got, err)
		}
		if one := got.Images[0]; one.ID != "sha256:1" || one.Index || one.Platform.String() != "linux/arm64" {
			t.Errorf("%+v", one)
		}
		if !closed {
			if several := got.Images[1]; several.ID != "sha256:2" || !several.Index || several.Platform.OS != "" {
				t.Errorf("%+v", several)
			}
		}
	}
}

// TestContexts finds the engine that docker's command line would.
func TestContexts(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(listing))
	t.Cleanup(srv.Close)
	secure := httptest.NewTLSServer(http.HandlerFunc(listing))
	t.Cleanup(secure.Close)
	secure.Config.ErrorLog = nil
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}))
	plainHost, tlsHost := "tcp://"+srv.Listener.Addr().String(), "tcp://"+secure.Listener.Addr().String()
	id := fmt.Sprintf("%x", sha256.Sum256([]byte("far")))
	meta := func(host, more string) string {
		return fmt.Sprintf(`{"Name":"far","Endpoints":{"docker":{"Host":%q%s}}}`, host, more)
	}
	for name, test := range map[string]struct {
		files map[string]string
		env   map[string]string
		where string
		err   string
	}{
		"host":                    {env: map[string]string{"DOCKER_HOST": plainHost}, where: plainHost},
		"current context":         {files: map[string]string{"config.json": `{"currentContext":"far"}`, "contexts/meta/" + id + "/meta.json": meta(plainHost, "")}, where: plainHost},
		"context of the variable": {env: map[string]string{"DOCKER_CONTEXT": "far"}, files: map[string]string{"contexts/meta/" + id + "/meta.json": meta(plainHost, "")}, where: plainHost},
		"host before context":     {env: map[string]string{"DOCKER_CONTEXT": "gone", "DOCKER_HOST": plainHost}, where: plainHost},
		"context with a CA": {env: map[string]string{"DOCKER_CONTEXT": "far"},
			files: map[string]string{"contexts/meta/" + id + "/meta.json": meta(tlsHost, ""), "contexts/tls/" + id + "/docker/ca.pem": ca}, where: tlsHost},
		"context that trusts anybody": {env: map[string]string{"DOCKER_CONTEXT": "far"}, files: map[string]string{"contexts/meta/" + id + "/meta.json": meta(tlsHost, `,"SkipTLSVerify":true`)}, where: tlsHost},
		"host with TLS":               {env: map[string]string{"DOCKER_HOST": tlsHost, "DOCKER_TLS_VERIFY": "1"}, files: map[string]string{"ca.pem": ca}, where: tlsHost},
		"host with a foreign CA":      {env: map[string]string{"DOCKER_HOST": tlsHost, "DOCKER_TLS_VERIFY": "1"}, err: "certificate"},
		"CA without certificate":      {env: map[string]string{"DOCKER_HOST": tlsHost, "DOCKER_TLS_VERIFY": "1"}, files: map[string]string{"ca.pem": "x"}, err: "has no certificate"},
		"context that is not there":   {env: map[string]string{"DOCKER_CONTEXT": "far"}, err: `there is no docker context "far"`},
		"context without engine":      {env: map[string]string{"DOCKER_CONTEXT": "far"}, files: map[string]string{"contexts/meta/" + id + "/meta.json": `{}`}, err: "names no engine"},
		"broken config":               {files: map[string]string{"config.json": `{`}, err: "config.json"},
		"ssh":                         {env: map[string]string{"DOCKER_HOST": "ssh://far"}, err: "ssh -L"},
		"named pipe":                  {env: map[string]string{"DOCKER_HOST": "npipe:////./pipe/docker_engine"}, err: "named pipe"},
		"nonsense":                    {env: map[string]string{"DOCKER_HOST": "ftp://far"}, err: "only unix:// and tcp://"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, k := range []string{"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"} {
				t.Setenv(k, test.env[k])
			}
			t.Setenv("DOCKER_CONFIG", dir)
			t.Setenv("HOME", dir)
			for path, content := range test.files {
				file(t, filepath.Join(dir, path), content)
			}
			got, err := daemon.List(context.Background(), daemon.Docker)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("%v, want %q", err, test.err)
				}
				return
			}
			if err != nil || len(got.Images) != 2 || got.Address != test.where {
				t.Errorf("%+v with %v", got, err)
			}
		})
	}
}

// TestClosedSocket guards that a socket of another user is told from none.
func TestClosedSocket(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may open every socket; realtest does this as another user")
	}
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	os.Chmod(path, 0)
	t.Setenv("DOCKER_HOST", "unix://"+path)
	if _, err := daemon.List(context.Background(), daemon.Docker); !errors.Is(err, daemon.ErrClosed) {
		t.Errorf("%v, want that it is closed", err)
	}
}

// TestAddressWithPassword guards that an error does not repeat the password in
// an address.
func TestAddressWithPassword(t *testing.T) {
	for _, host := range []string{
		"tcp://user:hunter2@127.0.0.1:1", "ssh://user:hunter2@host", "npipe://user:hunter2@host/pipe",
		"ftp://user:hunter2@host", "tcp://user:hunter2@host:port", "tcp://user:hunter2%zz@host",
	} {
		t.Setenv("DOCKER_HOST", host)
		_, where, err := daemon.Open(context.Background(), daemon.Docker, "app", archive.Options{})
		if err == nil || strings.Contains(err.Error()+where, "hunter2") || !strings.Contains(err.Error(), "DOCKER_HOST") && !strings.Contains(err.Error(), "user:xxxxx@") {
			t.Errorf("%s: %v, %s", host, err, where)
		}
	}
}
