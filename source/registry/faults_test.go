package registry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"go.uber.org/goleak"
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
		{"cut again and again, with progress between", func(w http.ResponseWriter, r *http.Request, _ int) { part(w, r, blob, minProgress) }, nil, nil, ""},
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

// TestBusy guards how long a registry is waited for, and by whose clock.
func TestBusy(t *testing.T) {
	manifest := []byte("{}")
	tests := []struct {
		name   string
		header map[string]string
		status int
		times  int           // that it is busy
		tries  int           // expected
		waits  time.Duration // told of, at least; 0: none
		err    error
		say    string
	}{
		{name: "seconds", header: map[string]string{"Retry-After": "1"}, status: 429, times: 1, tries: 2, waits: 900 * time.Millisecond},
		{name: "date", header: map[string]string{"Retry-After": "soon"}, status: 503, times: 1, tries: 2},
		{name: "nothing said", status: 502, times: 2, tries: 3},
		{name: "for ever", header: map[string]string{"Retry-After": "0"}, status: 429, times: 99, tries: maxTries, err: ErrRateLimit, say: "answered 429"},
		{name: "longer than anybody waits", header: map[string]string{"Retry-After": "3600"}, status: 429, times: 1, tries: 1, err: ErrRateLimit, say: "it asks to wait for 1 hour"},
		{name: "Docker Hub's limit", header: map[string]string{"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": "0;w=21600", "Docker-RateLimit-Source": "192.0.2.1"},
			status: 429, times: 1, tries: 1, err: ErrRateLimit, say: "0 of 100 pulls left in 6 hours, counted for this address"},
		{name: "not busy, but wrong", status: 404, times: 1, tries: 1, err: ErrNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFaulty(t, func(w http.ResponseWriter, r *http.Request, nth int) {
				if nth > tt.times {
					w.Write(manifest)
					return
				}
				for k, v := range tt.header {
					if v == "soon" {
						v = time.Now().Add(time.Second).UTC().Format(http.TimeFormat)
					}
					w.Header().Set(k, v)
				}
				w.WriteHeader(tt.status)
			})
			var told []Wait
			s := f.connected(t, Options{Waiting: func(w Wait) { told = append(told, w) }})
			rc, err := s.Manifest(t.Context(), v1.Descriptor{})
			if err == nil {
				rc.Close()
			}
			if !errors.Is(err, tt.err) || tt.err != nil && !strings.Contains(err.Error(), tt.say) {
				t.Errorf("%v, want %v, %q", err, tt.err, tt.say)
			}
			if n := len(f.ranges()); n != tt.tries {
				t.Errorf("asked %d times, want %d", n, tt.tries)
			}
			if tt.waits > 0 && (len(told) != 1 || told[0].Host != f.host() || told[0].Status != tt.status || told[0].Try != 2) {
				t.Errorf("told of %v", told)
			}
		})
	}
}

// TestRetryAfter guards both forms of the header.
func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for s, want := range map[string]time.Duration{
		"0": 0, "120": 2 * time.Minute, "Fri, 02 Jan 2026 03:04:35 GMT": 30 * time.Second,
		"Fri, 02 Jan 2026 03:00:00 GMT": 0, "-1": -1, "soon": -1, "": -1, "99999999999999999999": -1, "1.5": -1,
	} {
		got, ok := retryAfter(s, now)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}

// TestQuota guards how the headers of docs.docker.com/docker-hub/usage/pulls are
// read, and that a limit is told of when little is left.
func TestQuota(t *testing.T) {
	tests := []struct {
		limit, remaining, source string
		want                     string
		low                      bool
	}{
		{"100;w=21600", "76;w=21600", "192.0.2.1", "76 of 100 pulls left in 6 hours, counted for this address", false},
		{"200;w=21600", "3;w=21600", "a6c8b3c2-0000", "3 of 200 pulls left in 6 hours, counted for this account", true},
		{"100;w=60", "10;w=60", "", "10 of 100 pulls left in 1 minute", true},
		{"100", "11", "", "11 of 100 pulls left", false},
		{"100;w=90", "0", "", "0 of 100 pulls left in 90 seconds", true},
		{"", "", "", "", false},
		{"many", "1", "", "", false},
		{"100", "-1", "", "", false},
		{"100;w=99999999999999999999", "1", "", "1 of 100 pulls left", true},
	}
	for _, tt := range tests {
		q := new(quota)
		q.read(http.Header{"Ratelimit-Limit": {tt.limit}, "Ratelimit-Remaining": {tt.remaining}, "Docker-Ratelimit-Source": {tt.source}})
		if got := q.String(); got != tt.want || q.low() != tt.low {
			t.Errorf("%q, %q: %q, low %v", tt.limit, tt.remaining, got, q.low())
		}
	}
}

// TestTagPages guards that all pages are asked for, of this repository alone,
// and that pages without end do end.
func TestTagPages(t *testing.T) {
	page := func(w http.ResponseWriter, link string, tags ...string) {
		if link != "" {
			w.Header().Set("Link", link)
		}
		fmt.Fprintf(w, `{"name":"team/app","tags":["%s"]}`, strings.Join(tags, `","`))
	}
	tests := map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request, nth int)
		want   []string
		err    error
	}{
		"one":  {func(w http.ResponseWriter, _ *http.Request, _ int) { page(w, "", "1", "2") }, []string{"1", "2"}, nil},
		"none": {func(w http.ResponseWriter, _ *http.Request, _ int) { io.WriteString(w, `{"tags":null}`) }, nil, nil},
		"two": {func(w http.ResponseWriter, r *http.Request, nth int) {
			if r.URL.Query().Get("last") == "2" {
				page(w, "", "3")
				return
			}
			page(w, `</v2/team/app/tags/list?n=1000&last=2>; rel="next"`, "1", "2")
		}, []string{"1", "2", "3"}, nil},
		"link to elsewhere": {func(w http.ResponseWriter, r *http.Request, _ int) {
			if r.URL.Query().Get("a") != "" {
				page(w, "", "2")
				return
			}
			page(w, `<http://192.0.2.1/v2/other/tags/list?a=b>; rel="next"`, "1")
		}, []string{"1", "2"}, nil},
		"circle": {func(w http.ResponseWriter, _ *http.Request, _ int) {
			page(w, `</v2/team/app/tags/list?n=1000>; rel="next"`, "1")
		}, []string{"1"}, nil},
		"other link":  {func(w http.ResponseWriter, _ *http.Request, _ int) { page(w, `<x?y>; rel="help"`, "1") }, []string{"1"}, nil},
		"no JSON":     {func(w http.ResponseWriter, _ *http.Request, _ int) { io.WriteString(w, "tags") }, nil, ErrNotRegistry},
		"not allowed": {func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusForbidden) }, nil, ErrUnauthorized},
		"not there":   {func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusNotFound) }, nil, ErrNotFound},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFaulty(t, tt.answer)
			got, err := f.connected(t, Options{}).tags(t.Context())
			if !slices.Equal(got, tt.want) || !errors.Is(err, tt.err) {
				t.Errorf("%q, %v; want %q, %v", got, err, tt.want, tt.err)
			}
			for _, r := range f.asked {
				if r.URL.Path != "/v2/team/app/tags/list" {
					t.Errorf("asked for %s", r.URL)
				}
			}
		})
	}
	t.Run("too many", func(t *testing.T) {
		f := newFaulty(t, func(w http.ResponseWriter, r *http.Request, nth int) {
			page(w, fmt.Sprintf(`<?n=1000&last=%d>; rel="next"`, nth), strings.Split(strings.Repeat(",x", 9999), ",")...)
		})
		got, err := f.connected(t, Options{}).tags(t.Context())
		if len(got) != maxTags || err != nil || len(f.asked) != maxTags/10_000 {
			t.Errorf("%d tags in %d pages, %v", len(got), len(f.asked), err)
		}
	})
}
