package registry

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// withTLS is a registry with TLS and a certificate that is trusted, and the
// store of a repository there.
func withTLS(t *testing.T, h http.HandlerFunc) (*httptest.Server, *store) {
	t.Helper()
	srv := httptest.NewTLSServer(h)
	t.Cleanup(srv.Close)
	host := strings.TrimPrefix(srv.URL, "https://")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	isolated(t, map[string]string{"containers/certs.d/" + host + "/ca.crt": string(ca)})
	ref, err := name.NewTag(host + "/team/app:1")
	if err != nil {
		t.Fatal(err)
	}
	s, err := connect(t.Context(), endpoint{ref: ref, stands: ref}, nil, &Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.wire.close)
	return srv, s
}

// TestBadRedirects guards who is blamed for what is wrong with a host that a
// registry leads to, and that one with TLS cannot have a layer read without.
func TestBadRedirects(t *testing.T) {
	other := httptest.NewUnstartedServer(http.NotFoundHandler())
	other.Config.ErrorLog = log.New(io.Discard, "", 0)
	other.TLS = &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	other.StartTLS()
	defer other.Close()
	to := ""
	_, s := withTLS(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v2/" {
			http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		}
	})
	for _, tt := range []struct {
		to    string
		class error
		say   string
	}{
		{"http://192.0.2.1/blob", ErrPlain, s.host + " leads to 192.0.2.1 by plain HTTP"},
		{"https://storage.invalid/blob?signature=x", ErrUnreachable, "storage.invalid (to which " + s.host + " leads) cannot be reached: the name storage.invalid"},
		{other.URL + "/blob?signature=x", ErrCertificate, strings.TrimPrefix(other.URL, "https://") + " (to which " + s.host + " leads): its certificate"},
	} {
		to = tt.to
		_, err := s.Blob(t.Context(), descriptor([]byte("x")))
		if !errors.Is(err, tt.class) || !strings.Contains(err.Error(), tt.say) {
			t.Errorf("%s: %v", tt.to, err)
		}
		if err != nil && strings.Contains(err.Error(), "signature") {
			t.Errorf("the message tells the signature: %v", err)
		}
	}
}

// selfSigned is a certificate that nobody trusts.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestNoRegistry guards that a host without the API is told from one without
// the image.
func TestNoRegistry(t *testing.T) {
	isolated(t, nil)
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	ref, err := name.NewTag(strings.TrimPrefix(srv.URL, "http://") + "/team/app:1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := connect(t.Context(), endpoint{ref: ref, stands: ref}, nil, &Options{}); !errors.Is(err, ErrNotRegistry) {
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
