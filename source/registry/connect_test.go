package registry

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// TestPlainRedirect guards that a registry with TLS cannot have a layer read
// without.
func TestPlainRedirect(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v2/" {
			http.Redirect(w, r, "http://192.0.2.1/blob", http.StatusTemporaryRedirect)
		}
	}))
	defer srv.Close()
	host := strings.TrimPrefix(srv.URL, "https://")
	isolated(t, map[string]string{"containers/certs.d/" + host + "/ca.crt": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}))})
	ref, err := name.NewTag(host + "/team/app:1")
	if err != nil {
		t.Fatal(err)
	}
	s, err := connect(t.Context(), endpoint{ref: ref, stands: ref}, nil, &Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.wire.close()
	_, err = s.Blob(t.Context(), descriptor([]byte("x")))
	if !errors.Is(err, ErrPlain) || !strings.Contains(err.Error(), host+" leads to 192.0.2.1 by plain HTTP") {
		t.Error(err)
	}
}

// TestUnreachableAtOnce guards that nobody waits for a registry that was never
// there.
func TestUnreachableAtOnce(t *testing.T) {
	f := newFaulty(t, nil)
	s := f.connected(t, Options{Waiting: func(w Wait) { t.Errorf("waited: %s", w) }})
	f.Close()
	if _, err := s.Blob(t.Context(), descriptor([]byte("x"))); !errors.Is(err, ErrUnreachable) {
		t.Error(err)
	}
}

// TestNotes guards what a report tells of how the image was got.
func TestNotes(t *testing.T) {
	f := newFaulty(t, func(w http.ResponseWriter, _ *http.Request, nth int) {
		w.Header().Set("RateLimit-Limit", "100;w=21600")
		w.Header().Set("RateLimit-Remaining", fmt.Sprintf("%d;w=21600", 12-nth))
		io.WriteString(w, "{}")
	})
	s := f.connected(t, Options{})
	for _, want := range [][]string{nil, {f.host() + ": 10 of 100 pulls left in 6 hours"}} {
		rc, err := s.Manifest(t.Context(), v1.Descriptor{})
		if err != nil {
			t.Fatal(err)
		}
		rc.Close()
		if got := s.notes(); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, tt := range []struct {
		wire *wire
		want string
	}{
		{&wire{host: "example.com", scheme: "http"}, "example.com was asked by plain HTTP, which anybody on the way can change"},
		{&wire{host: "example.com", scheme: "https"}, "the certificate of example.com was not checked"},
		{&wire{host: "localhost:5000", scheme: "http"}, ""},
	} {
		s := &store{endpoint: endpoint{insecure: true}, host: tt.wire.host, wire: tt.wire, quota: new(quota)}
		if got := strings.Join(s.notes(), "; "); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

// TestNoToken guards that the answer of a token server is not told, whatever
// there is in place of the token.
func TestNoToken(t *testing.T) {
	isolated(t, nil)
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			io.WriteString(w, `{"refresh_token":"secret"}`)
			return
		}
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="%s/token",service="s"`, srv.URL))
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer srv.Close()
	ref, err := name.NewTag(strings.TrimPrefix(srv.URL, "http://") + "/team/app:1")
	if err != nil {
		t.Fatal(err)
	}
	_, err = connect(t.Context(), endpoint{ref: ref, stands: ref}, nil, &Options{})
	if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "no token") {
		t.Error(err)
	}
}
