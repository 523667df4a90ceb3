package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"go.uber.org/goleak"
)

// TestBrokenBlobs guards that a blob is read to its end whatever happens to its
// connections, without a byte twice or left out, or that it ends with an error.
func TestBrokenBlobs(t *testing.T) {
	const size = 5<<20 + 17
	blob := randomBlob(size)
	tests := []struct {
		name   string
		answer func(w http.ResponseWriter, r *http.Request, nth int)
		ranges []string // asked for; nil: not looked at
		err    error    // nil: the blob
		say    string
	}{
		{"cut once", func(w http.ResponseWriter, r *http.Request, nth int) {
			part(w, r, blob, map[int]int{1: 1 << 20}[nth]+map[bool]int{true: size}[nth > 1])
		}, []string{"", fmt.Sprintf("bytes=1048576-%d", size-1)}, nil, ""},
		{"cut again and again, with progress between", func(w http.ResponseWriter, r *http.Request, _ int) { part(w, r, blob, 4*minProgress) }, nil, nil, ""},
		{"cut before the first byte", func(w http.ResponseWriter, r *http.Request, nth int) {
			if nth == 1 {
				panic(http.ErrAbortHandler)
			}
			part(w, r, blob, size)
		}, []string{"", ""}, nil, ""},
		{"range ignored", func(w http.ResponseWriter, r *http.Request, nth int) {
			if nth > 1 {
				r.Header.Del("Range")
				part(w, r, blob, size)
				return
			}
			part(w, r, blob, 2<<20)
		}, nil, nil, ""},
		{"range refused", func(w http.ResponseWriter, r *http.Request, nth int) {
			if r.Header.Get("Range") != "" {
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
				return
			}
			part(w, r, blob, map[int]int{1: 2 << 20}[nth]+map[bool]int{true: size}[nth > 1])
		}, []string{"", fmt.Sprintf("bytes=2097152-%d", size-1), ""}, nil, ""},
		{"wrong range", func(w http.ResponseWriter, r *http.Request, nth int) {
			if nth == 1 {
				part(w, r, blob, 2<<20)
			}
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 7-%d/%d", size-1, size))
			w.WriteHeader(http.StatusPartialContent)
		}, nil, errWrong, "after byte 2097152"},
		{"early end of an answer that does not say its length", func(w http.ResponseWriter, r *http.Request, nth int) {
			if nth == 1 {
				w.Write(blob[:3<<20])
				w.(http.Flusher).Flush()
				return
			}
			part(w, r, blob, size)
		}, []string{"", fmt.Sprintf("bytes=3145728-%d", size-1)}, nil, ""},
		{"cut after the last byte", func(w http.ResponseWriter, r *http.Request, nth int) {
			if nth == 1 {
				w.Write(blob)
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}
			w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", size))
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		}, []string{"", fmt.Sprintf("bytes=%d-", size)}, nil, ""},
		{"hung", func(w http.ResponseWriter, r *http.Request, nth int) {
			if nth == 1 {
				w.Write(blob[:1<<20])
				w.(http.Flusher).Flush()
				<-r.Context().Done()
				return
			}
			part(w, r, blob, size)
		}, []string{"", fmt.Sprintf("bytes=1048576-%d", size-1)}, nil, ""},
		{"busy after a break", func(w http.ResponseWriter, r *http.Request, nth int) {
			switch nth {
			case 1:
				part(w, r, blob, 2<<20)
			case 2:
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			part(w, r, blob, size)
		}, nil, nil, ""},
		{"gone after a break", func(w http.ResponseWriter, r *http.Request, nth int) {
			if nth == 1 {
				part(w, r, blob, 2<<20)
			}
			w.WriteHeader(http.StatusForbidden)
		}, nil, ErrUnauthorized, "answered 403"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			f := newFaulty(t, tt.answer)
			defer f.Close()
			defer f.CloseClientConnections()
			s := f.connected(t, Options{idle: 200 * time.Millisecond})
			defer s.wire.close()
			rc, err := s.Blob(t.Context(), descriptor(blob))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(rc)
			if closeErr := rc.Close(); closeErr != nil {
				t.Error(closeErr)
			}
			switch {
			case tt.err == nil && (err != nil || !bytes.Equal(got, blob)):
				t.Errorf("%d bytes, %v", len(got), err)
			case tt.err == errWrong && (err == nil || !strings.Contains(err.Error(), tt.say)):
				t.Error(err)
			case tt.err != nil && tt.err != errWrong && (!errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.say)):
				t.Error(err)
			case !bytes.HasPrefix(blob, got):
				t.Error("wrong bytes were delivered before the error")
			}
			if tt.ranges != nil && !slices.Equal(f.ranges(), tt.ranges) {
				t.Errorf("asked for %q, want %q", f.ranges(), tt.ranges)
			}
		})
	}
}

var errWrong = errors.New("any error")

// TestRedirects guards that a blob which lies elsewhere is found anew each time,
// for the address may have expired, and that the host there is told nothing but
// what it has to know.
func TestRedirects(t *testing.T) {
	blob := randomBlob(1 << 20)
	elsewhere := newFaulty(t, func(w http.ResponseWriter, r *http.Request, nth int) {
		if want := fmt.Sprintf("signature=%d", nth); r.URL.RawQuery != want {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		part(w, r, blob, map[int]int{1: 300_000, 2: 600_000, 3: 1 << 20}[nth])
	})
	f := newFaulty(t, func(w http.ResponseWriter, r *http.Request, nth int) {
		if user, _, _ := r.BasicAuth(); user != "alice" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		http.Redirect(w, r, fmt.Sprintf("%s/blob?signature=%d", elsewhere.URL, nth), http.StatusTemporaryRedirect)
	})
	home := isolated(t, map[string]string{"auth.json": entry64(f.host(), "alice")})
	t.Setenv("REGISTRY_AUTH_FILE", home+"/auth.json")
	ref, err := name.NewTag(f.host() + "/team/app:1")
	if err != nil {
		t.Fatal(err)
	}
	s, err := connect(t.Context(), endpoint{ref: ref, stands: ref}, nil, &Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.wire.close()
	rc, err := s.Blob(t.Context(), descriptor(blob))
	if err != nil {
		t.Fatal(err)
	}
	defer rc.Close()
	if got, err := io.ReadAll(rc); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if len(elsewhere.asked) != 3 {
		t.Errorf("asked %d times", len(elsewhere.asked))
	}
	for _, r := range elsewhere.asked {
		for _, h := range []string{"Authorization", "Cookie", "Referer"} {
			if v := r.Header.Get(h); v != "" {
				t.Errorf("the other host was told %s: %s", h, v)
			}
		}
	}
}

// TestAway guards that a registry may be away for a moment in the middle of a
// layer, as it is when a network changes.
func TestAway(t *testing.T) {
	blob := randomBlob(1 << 20)
	f := newFaulty(t, func(w http.ResponseWriter, r *http.Request, _ int) { part(w, r, blob, 1<<19) })
	s := f.connected(t, Options{})
	rc, err := s.Blob(t.Context(), descriptor(blob))
	if err != nil {
		t.Fatal(err)
	}
	defer rc.Close()
	first := make([]byte, 1<<18)
	if _, err := io.ReadFull(rc, first); err != nil {
		t.Fatal(err)
	}
	f.Close()
	back := make(chan *httptest.Server, 1)
	time.AfterFunc(400*time.Millisecond, func() {
		l, err := net.Listen("tcp", f.host())
		if err != nil {
			back <- nil
			return
		}
		srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { part(w, r, blob, len(blob)) })}}
		srv.Start()
		back <- srv
	})
	rest, err := io.ReadAll(rc)
	if srv := <-back; srv == nil {
		t.Skip("the port was taken meanwhile")
	} else {
		defer srv.Close()
	}
	if err != nil || !bytes.Equal(append(first, rest...), blob) {
		t.Errorf("%d bytes, %v", len(first)+len(rest), err)
	}
	if _, err := s.Blob(t.Context(), descriptor(blob)); err != nil {
		t.Error(err)
	}
}

// TestClosedBlob guards that a reader which waits for the network, or for the
// next try, ends when the blob is closed or the context is over.
func TestClosedBlob(t *testing.T) {
	blob := randomBlob(1 << 20)
	for name, answer := range map[string]func(w http.ResponseWriter, r *http.Request, nth int){
		"hangs": func(w http.ResponseWriter, r *http.Request, _ int) {
			w.Write(blob[:1000])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
		"breaks": func(w http.ResponseWriter, r *http.Request, _ int) { part(w, r, blob, 1) },
	} {
		for how, end := range map[string]func(io.Closer, context.CancelFunc){
			"closed":    func(c io.Closer, _ context.CancelFunc) { c.Close() },
			"cancelled": func(_ io.Closer, cancel context.CancelFunc) { cancel() },
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				s := newFaulty(t, answer).connected(t, Options{})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				rc, err := s.Blob(ctx, descriptor(blob))
				if err != nil {
					t.Fatal(err)
				}
				defer rc.Close()
				time.AfterFunc(50*time.Millisecond, func() { end(rc, cancel) })
				if _, err := io.ReadAll(rc); !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			})
		}
	}
}
