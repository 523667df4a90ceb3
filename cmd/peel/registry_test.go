package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"go.uber.org/goleak"

	"peel/source"
	"peel/source/layer"
	"peel/source/oci"
	peelregistry "peel/source/registry"
	. "peel/source/sourcetest"
)

// handler answers in place of a registry; next is the registry that has the image.
type handler func(w http.ResponseWriter, r *http.Request, next http.Handler)

// served starts a registry with the image app:1, whose requests then go
// through h.
func served(t *testing.T, h handler) string {
	t.Helper()
	next := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	var wrapped handler
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wrapped != nil {
			wrapped(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	ref := strings.TrimPrefix(srv.URL, "http://") + "/team/app:1"
	img, err := V1(Image{Layers: []Layer{
		{CreatedBy: "ADD base", Compression: Gzip, Files: []File{Reg("etc/os-release", "ID=test\n")}},
		{CreatedBy: "ADD app", Compression: Gzip, Files: []File{Random("bin/app", 3<<20, 1)}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag(ref)
	if err != nil {
		t.Fatal(err)
	}
	tr := http.DefaultTransport.(*http.Transport).Clone()
	defer tr.CloseIdleConnections()
	if err := remote.Write(tag, img, remote.WithTransport(tr)); err != nil {
		t.Fatal(err)
	}
	wrapped = h
	return "registry:" + ref
}

// What a request asks for.
func isBlob(r *http.Request) bool     { return strings.Contains(r.URL.Path, "/blobs/") }
func isManifest(r *http.Request) bool { return strings.Contains(r.URL.Path, "/manifests/") }

// status answers manifests with an error, as a registry words it.
func status(code int, body string) handler {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !isManifest(r) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Retry-After", "0") // the test has no time to wait
		w.WriteHeader(code)
		io.WriteString(w, body)
	}
}

// recorder keeps an answer, to be sent otherwise.
func recorded(next http.Handler, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, r)
	return rec
}

const bigBlob = 1 << 20 // only the second layer is bigger

// TestBadRegistries guards what is said of registries that fail, and by whom.
func TestBadRegistries(t *testing.T) {
	words := `{"errors":[{"code":"%s","message":"the registry's words \u001b[31m"}]}`
	tests := []struct {
		name    string
		handler handler
		class   error
		say     []string
		partial bool
	}{
		{"401", status(401, fmt.Sprintf(words, "UNAUTHORIZED")), peelregistry.ErrUnauthorized, []string{"answered 401 for team/app", "without credentials", "hint: log in first"}, false},
		{"403", status(403, fmt.Sprintf(words, "DENIED")), peelregistry.ErrUnauthorized, []string{"answered 403"}, false},
		{"404", status(404, fmt.Sprintf(words, "MANIFEST_UNKNOWN")), peelregistry.ErrNotFound, []string{"has no ", "MANIFEST_UNKNOWN: the registry's words", "hint: check the name"}, false},
		{"429", status(429, "slow down"), peelregistry.ErrRateLimit, []string{"answered 429", "hint: wait"}, false},
		{"500", status(500, "oops"), errAny, []string{"answered 500 Internal Server Error"}, false},
		{"503 with an endless error", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if !isManifest(r) {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
			forever(w, r, `{"errors":[`)
		}, errAny, nil, false},
		{"web page in place of a manifest", func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, "<html>log in</html>")
		}, peelregistry.ErrNotRegistry, []string{"answered with a web page", "hint: check the host's name"}, false},
		{"garbage in place of a manifest", status(200, "<<<"), oci.ErrNotImage, []string{"manifest cannot be read"}, false},
		{"endless manifest", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if !isManifest(r) {
				next.ServeHTTP(w, r)
				return
			}
			forever(w, r, `{"a":"`)
		}, oci.ErrTooLarge, []string{"more than 4194304 bytes"}, false},
		{"config of another digest", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			rec := recorded(next, r)
			body := rec.Body.Bytes()
			if isBlob(r) && len(body) > 0 && body[0] == '{' {
				body[len(body)-2] ^= 1
			}
			w.Write(body)
		}, layer.ErrDigest, []string{"reading config"}, false},
		{"layer of another digest", blobs(func(w http.ResponseWriter, _ *http.Request, body []byte) {
			body[len(body)/2] ^= 1
			w.Write(body)
		}), layer.ErrDigest, []string{"the stored bytes have", "layer 2"}, true},
		{"layer that goes on as another after a break", blobs(func(w http.ResponseWriter, r *http.Request, body []byte) {
			if r.Header.Get("Range") == "" {
				w.Header().Set("Content-Length", fmt.Sprint(len(body)))
				w.Write(body[:len(body)/2])
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}
			w.Header().Set("Content-Range", strings.Replace(r.Header.Get("Range"), "=", " ", 1)+"/*")
			w.WriteHeader(http.StatusPartialContent)
			body[0] ^= 1 // of the part
			w.Write(body)
		}), layer.ErrDigest, []string{"the stored bytes have", "layer 2"}, true},
		{"layer with a smaller Content-Length", blobs(func(w http.ResponseWriter, _ *http.Request, body []byte) {
			w.Header().Set("Content-Length", fmt.Sprint(len(body)-9))
			w.Write(body[:len(body)-9])
		}), layer.ErrDigest, []string{"the layer ends after"}, true},
		{"layer without end", blobs(func(w http.ResponseWriter, r *http.Request, body []byte) {
			w.Write(body)
			forever(w, r, "")
		}), layer.ErrDigest, []string{"bytes promised"}, true},
		{"layer that is not there", blobs(func(w http.ResponseWriter, _ *http.Request, _ []byte) { http.Error(w, "gone", http.StatusNotFound) }), oci.ErrMissing, []string{"has no sha256:", "in team/app"}, true},
		{"layer that is forbidden", blobs(func(w http.ResponseWriter, _ *http.Request, _ []byte) { http.Error(w, "no", http.StatusForbidden) }), peelregistry.ErrUnauthorized, []string{"answered 403"}, true},
		{"layer that redirects in circles", blobs(func(w http.ResponseWriter, r *http.Request, _ []byte) {
			http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
		}), errAny, []string{"stopped after 10 redirects"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			t.Cleanup(func() { goleak.VerifyNone(t, before) })
			ref := served(t, tt.handler)
			for _, args := range [][]string{{ref}, {"--json=-", ref}} {
				r := run(context.Background(), nil, args...)
				checkRun(t, r, len(args) > 1)
				if r.code != exitImage || (r.out != "") != tt.partial {
					t.Errorf("exit code %d, %d bytes on stdout: %s", r.code, len(r.out), r.err)
				}
				for _, want := range tt.say {
					if !strings.Contains(r.err, want) {
						t.Errorf("stderr does not say %q:\n%s", want, r.err)
					}
				}
			}
			bad{class: tt.class}.checkClass(t, readAll(ref, source.Options{}))
		})
	}
}

// TestCutRegistries guards what is said of connections that break each time.
func TestCutRegistries(t *testing.T) {
	tests := []struct {
		name    string
		handler handler
		say     []string
		partial bool
	}{
		{"manifest shorter than its Content-Length", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if !isManifest(r) {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Length", "5000")
			io.WriteString(w, "{")
		}, nil, false},
		{"layer of which a little comes each time", blobs(func(w http.ResponseWriter, r *http.Request, body []byte) {
			if r.Header.Get("Range") == "" {
				w.Header().Set("Content-Length", fmt.Sprint(len(body)))
				w.Write(body[:1000])
				w.(http.Flusher).Flush()
			}
			panic(http.ErrAbortHandler)
		}), []string{"layer 2", "4 times, the last at byte 1000 of blobs/sha256:"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ref := served(t, tt.handler)
			r := run(context.Background(), nil, "--json=-", ref)
			checkRun(t, r, true)
			if r.code != exitImage || (r.out != "") != tt.partial {
				t.Errorf("exit code %d, %d bytes on stdout: %s", r.code, len(r.out), r.err)
			}
			for _, want := range append(tt.say, "lost the connection to 127.0.0.1") {
				if !strings.Contains(r.err, want) {
					t.Errorf("stderr does not say %q:\n%s", want, r.err)
				}
			}
			bad{class: peelregistry.ErrBroken}.checkClass(t, readAll(ref, source.Options{}))
		})
	}
}

// blobs changes how the second layer is sent.
func blobs(send func(http.ResponseWriter, *http.Request, []byte)) handler {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		rec := recorded(next, r)
		if !isBlob(r) || rec.Body.Len() < bigBlob {
			for k, v := range rec.Header() {
				w.Header()[k] = v
			}
			w.WriteHeader(rec.Code)
			w.Write(rec.Body.Bytes())
			return
		}
		send(w, r, rec.Body.Bytes())
	}
}

// forever sends until the client has had enough.
func forever(w http.ResponseWriter, r *http.Request, begin string) {
	io.WriteString(w, begin)
	filler := []byte(strings.Repeat("x", 64<<10))
	for r.Context().Err() == nil {
		if _, err := w.Write(filler); err != nil {
			return
		}
	}
}

// TestUnreachable guards the words for hosts that do not answer.
func TestUnreachable(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	closed := httptest.NewServer(nil)
	addr := strings.TrimPrefix(closed.URL, "http://")
	closed.Close()
	for ref, say := range map[string]string{
		"registry:" + addr + "/app":         "connection refused",
		"registry:registry.invalid/app":     "its name cannot be resolved",
		"registry:registry.invalid:123/app": "registry.invalid:123 cannot be reached",
	} {
		r := run(context.Background(), nil, ref)
		checkRun(t, r, false)
		if r.code != exitImage || !strings.Contains(r.err, say) || !strings.Contains(r.err, "hint: check the network") {
			t.Errorf("%s: exit code %d, %s", ref, r.code, r.err)
		}
		bad{class: peelregistry.ErrUnreachable}.checkClass(t, readAll(ref, source.Options{}))
	}
}

// TestRedirectWithoutCredentials guards the password from the host that a blob
// is redirected to.
func TestRedirectWithoutCredentials(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	var mu sync.Mutex
	var leaked []string
	asked := 0
	next := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked++
		if h := r.Header.Get("Authorization") + r.Header.Get("Cookie"); h != "" {
			leaked = append(leaked, h)
		}
		mu.Unlock()
		next.ServeHTTP(w, r)
	}))
	t.Cleanup(storage.Close)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, pass, ok := r.BasicAuth(); !ok || user != "me" || pass != "secret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if isBlob(r) {
			http.Redirect(w, r, storage.URL+r.URL.Path, http.StatusTemporaryRedirect)
			return
		}
		next.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	img, err := V1(Image{Layers: []Layer{{Compression: Gzip, Files: []File{Reg("a", "b")}}}})
	if err != nil {
		t.Fatal(err)
	}
	direct, err := name.NewTag(strings.TrimPrefix(storage.URL, "http://") + "/team/app:1")
	if err != nil {
		t.Fatal(err)
	}
	tr := http.DefaultTransport.(*http.Transport).Clone()
	if err := remote.Write(direct, img, remote.WithTransport(tr)); err != nil {
		t.Fatal(err)
	}
	tr.CloseIdleConnections()
	asked, leaked = 0, nil

	host := strings.TrimPrefix(front.URL, "http://")
	home := t.TempDir()
	t.Setenv("DOCKER_CONFIG", home)
	writeFileT(t, home+"/config.json", fmt.Sprintf(`{"auths":{%q:{"username":"me","password":"secret"}}}`, host))
	r := run(context.Background(), nil, "registry:"+host+"/team/app:1")
	if r.code != exitOK {
		t.Fatalf("exit code %d: %s", r.code, r.err)
	}
	if asked == 0 || leaked != nil {
		t.Errorf("the other host was asked %d times, with %q", asked, leaked)
	}
}

func writeFileT(t *testing.T, path, content string) {
	t.Helper()
	if err := writeFile(path, func(w io.Writer) error { _, err := io.WriteString(w, content); return err }); err != nil {
		t.Fatal(err)
	}
}

// TestCancelled guards that a registry that hangs does not hold peel, wherever
// it hangs: in the ping, the manifest, the config, the middle of a layer.
func TestCancelled(t *testing.T) {
	hang := func(w http.ResponseWriter, r *http.Request) {
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		<-r.Context().Done()
	}
	for where, h := range map[string]handler{
		"ping": func(w http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() },
		"manifest": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if isManifest(r) {
				<-r.Context().Done()
				return
			}
			next.ServeHTTP(w, r)
		},
		"manifest body": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if isManifest(r) {
				io.WriteString(w, "{")
				hang(w, r)
				return
			}
			next.ServeHTTP(w, r)
		},
		"config": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if isBlob(r) {
				hang(w, r)
				return
			}
			next.ServeHTTP(w, r)
		},
		"layer": blobs(func(w http.ResponseWriter, r *http.Request, body []byte) {
			w.Write(body[:len(body)/2])
			hang(w, r)
		}),
	} {
		t.Run(where, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			t.Cleanup(func() { goleak.VerifyNone(t, before) })
			ref := served(t, h)
			ctx, cancel := context.WithCancel(context.Background())
			var began time.Time
			time.AfterFunc(200*time.Millisecond, func() { began = time.Now(); cancel() })
			r := run(ctx, nil, "--json=-", ref)
			checkRun(t, r, true)
			if d := time.Since(began); d > time.Second {
				t.Errorf("ended %v after it was told to", d)
			}
			if r.code != exitImage || !strings.Contains(r.err, "context canceled") {
				t.Errorf("exit code %d: %s", r.code, r.err)
			}
			if where == "layer" && r.out == "" {
				t.Error("what was read is not shown")
			}
		})
	}
}
