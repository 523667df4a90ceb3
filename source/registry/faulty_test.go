package registry

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// faulty is a registry that answers as the tests want. What a real one does is
// tested against real ones; none of those can be told to break.
type faulty struct {
	*httptest.Server
	answer func(w http.ResponseWriter, r *http.Request, nth int) // of the requests but pings, from 1

	mu    sync.Mutex
	asked []*http.Request
}

func newFaulty(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, nth int)) *faulty {
	t.Helper()
	f := &faulty{answer: answer}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/" {
			return
		}
		f.mu.Lock()
		f.asked = append(f.asked, r)
		nth := len(f.asked)
		f.mu.Unlock()
		f.answer(w, r, nth)
	}))
	t.Cleanup(func() {
		f.CloseClientConnections()
		f.Close()
	})
	return f
}

func (f *faulty) host() string { return strings.TrimPrefix(f.URL, "http://") }

// ranges are what was asked for, request by request.
func (f *faulty) ranges() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []string
	for _, r := range f.asked {
		list = append(list, r.Header.Get("Range"))
	}
	return list
}

// connected is the store of one repository of a faulty registry.
func (f *faulty) connected(t *testing.T, opts Options) *store {
	t.Helper()
	isolated(t, nil)
	ref, err := name.NewTag(f.host() + "/team/app:1")
	if err != nil {
		t.Fatal(err)
	}
	s, err := connect(t.Context(), endpoint{ref: ref, stands: ref}, nil, &opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.wire.close)
	return s
}

// randomBlob is the same at each call.
func randomBlob(n int) []byte {
	b := make([]byte, n)
	seed := rand.NewChaCha8([32]byte{1})
	seed.Read(b)
	return b
}

func descriptor(b []byte) v1.Descriptor {
	return v1.Descriptor{Digest: v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%x", sha256.Sum256(b))}, Size: int64(len(b))}
}

// from is where a request wants the blob to begin.
func from(r *http.Request) int {
	spec, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-")
	n, _ := strconv.Atoi(spec)
	return n
}

// part answers a range with n bytes of it, and then breaks the connection if
// these are not all.
func part(w http.ResponseWriter, r *http.Request, blob []byte, n int) {
	at := from(r)
	rest := blob[at:]
	w.Header().Set("Content-Length", strconv.Itoa(len(rest)))
	if r.Header.Get("Range") != "" {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", at, len(blob)-1, len(blob)))
		w.WriteHeader(http.StatusPartialContent)
	}
	if n >= len(rest) {
		w.Write(rest)
		return
	}
	w.Write(rest[:n])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}
