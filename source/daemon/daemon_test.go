package daemon_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"peel/source"
	"peel/source/archive"
	"peel/source/daemon"
	. "peel/source/sourcetest"
)

func saved(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	img := Image{Names: []string{"team/app:1"}, Layers: []Layer{{Files: []File{Random("a", 1<<20, 1)}}}}
	if err := DockerArchive25(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// engine serves on a socket, and is the only one.
func engine(t *testing.T, h http.HandlerFunc) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
	srv.Start()
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	t.Setenv("DOCKER_HOST", "unix://"+path)
}

func isSave(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/get") }

// TestEngines guards what is said of engines that fail.
func TestEngines(t *testing.T) {
	whole := saved(t)
	inspected := func(save http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if isSave(r) {
				save(w, r)
				return
			}
			io.WriteString(w, "{}")
		}
	}
	tests := []struct {
		name  string
		serve http.HandlerFunc
		class error
		say   string
	}{
		{"fine", inspected(func(w http.ResponseWriter, _ *http.Request) { w.Write(whole) }), nil, ""},
		{"no such image", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, `{"message":"No such image"}`, http.StatusNotFound)
		}, daemon.ErrNotFound, "no such image in unix://"},
		{"error", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, `{"message":"disk on fire"}`, http.StatusInternalServerError)
		}, nil, "500 Internal Server Error: disk on fire"},
		{"error without JSON", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, strings.Repeat("words ", 20_000), http.StatusInternalServerError)
		}, nil, "words words"},
		{"error in the save", inspected(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, `{"message":"gone"}`, http.StatusInternalServerError)
		}), nil, "gone"},
		{"nothing saved", inspected(func(http.ResponseWriter, *http.Request) {}), archive.ErrNotArchive, "reading what unix://"},
		{"a web page saved", inspected(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("<html>", 200)) }), archive.ErrNotArchive, "not a tar"},
		{"save cut off", inspected(func(w http.ResponseWriter, _ *http.Request) {
			w.Write(whole[:len(whole)/2])
			panic(http.ErrAbortHandler)
		}), io.ErrUnexpectedEOF, "reading what unix://"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			t.Cleanup(func() { goleak.VerifyNone(t, before) })
			engine(t, tt.serve)
			img, err := source.Open(context.Background(), "docker://team/app:1", source.Options{Platform: "linux/amd64"})
			if tt.name == "fine" {
				if err != nil || img.Kind != source.Docker || len(img.Layers) != 1 || img.Layers[0].ReadErr != nil {
					t.Errorf("%+v, %v", img, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.say) || tt.class != nil && !errors.Is(err, tt.class) {
				t.Errorf("%v, want %v with %q", err, tt.class, tt.say)
			}
			if err != nil && len(err.Error()) > 1000 {
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
		})
	}
}

// TestCancelledEngine guards that an engine that hangs does not hold peel.
func TestCancelledEngine(t *testing.T) {
	whole := saved(t)
	for name, when := range map[string]func(*http.Request) bool{
		"inspect": func(*http.Request) bool { return true },
		"save":    isSave,
	} {
		t.Run(name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			t.Cleanup(func() { goleak.VerifyNone(t, before) })
			engine(t, func(w http.ResponseWriter, r *http.Request) {
				if !when(r) {
					io.WriteString(w, "{}")
					return
				}
				if isSave(r) {
					w.Write(whole[:len(whole)/2])
					w.(http.Flusher).Flush()
				}
				<-r.Context().Done()
			})
			ctx, cancel := context.WithCancel(context.Background())
			began := time.Now()
			time.AfterFunc(100*time.Millisecond, cancel)
			_, err := source.Open(ctx, "docker://team/app:1", source.Options{})
			if !errors.Is(err, context.Canceled) || time.Since(began) > 2*time.Second {
				t.Errorf("%v after %v", err, time.Since(began))
			}
		})
	}
}
