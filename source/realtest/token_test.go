//go:build linux

package realtest

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// tokenServer gives tokens to alice, as the distribution project's "Token
// Authentication Specification" has it; everybody else gets those for nothing.
type tokenServer struct {
	*httptest.Server
	ca *authority

	mu     sync.Mutex
	scopes []string // that were asked for
}

const tokenService, tokenIssuer = "a registry", "a token server"

func newTokenServer(t testing.TB) *tokenServer {
	t.Helper()
	s := &tokenServer{ca: newAuthority(t, tokenIssuer)}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

// yaml is the section of docker-registry's configuration. host is how it calls
// the server, whose port it has.
func (s *tokenServer) yaml(host string) string {
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	return fmt.Sprintf("auth: {token: {realm: \"http://%s:%s/token\", service: %q, issuer: %q, rootcertbundle: %q}}\n",
		host, port, tokenService, tokenIssuer, s.ca.cert)
}

func (s *tokenServer) serve(w http.ResponseWriter, r *http.Request) {
	user, pass, given := r.BasicAuth()
	if given && (user != login || pass != password) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	s.mu.Lock()
	s.scopes = append(s.scopes, r.URL.Query()["scope"]...)
	s.mu.Unlock()
	type access struct {
		Type    string   `json:"type"`
		Name    string   `json:"name"`
		Actions []string `json:"actions"`
	}
	var granted []access
	for _, scope := range r.URL.Query()["scope"] {
		if p := strings.Split(scope, ":"); given && len(p) == 3 {
			granted = append(granted, access{p[0], p[1], strings.Split(p[2], ",")})
		}
	}
	token, err := s.sign(map[string]any{
		"iss": tokenIssuer, "sub": user, "aud": r.URL.Query().Get("service"), "access": granted, "jti": "1",
		"exp": time.Now().Add(time.Hour).Unix(), "nbf": time.Now().Add(-time.Hour).Unix(), "iat": time.Now().Unix(),
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	json.NewEncoder(w).Encode(map[string]string{"token": token})
}

// sign makes a JSON Web Token (RFC 7519) with the certificate in it (RFC 7515, 4.1.6).
func (s *tokenServer) sign(claims map[string]any) (string, error) {
	cert, err := os.ReadFile(s.ca.cert)
	if err != nil {
		return "", err
	}
	block, _ := pem.Decode(cert)
	header := map[string]any{"typ": "JWT", "alg": "ES256", "x5c": []string{base64.StdEncoding.EncodeToString(block.Bytes)}}
	var parts []string
	for _, part := range []any{header, claims} {
		b, err := json.Marshal(part)
		if err != nil {
			return "", err
		}
		parts = append(parts, base64.RawURLEncoding.EncodeToString(b))
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, ".")))
	x, y, err := ecdsa.Sign(rand.Reader, s.ca.sign.(*ecdsa.PrivateKey), sum[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	x.FillBytes(signature[:32])
	y.FillBytes(signature[32:])
	return strings.Join(append(parts, base64.RawURLEncoding.EncodeToString(signature)), "."), nil
}

// TestTokenRegistry asks a docker-registry that sends its users to a token
// server, as Docker Hub does.
func TestTokenRegistry(t *testing.T) {
	b := images(t, "docker-registry")
	tokens := newTokenServer(t)
	r := registryConfig{token: tokens.yaml("localhost")}.start(t)
	b.push(t, "oci:"+b.out("layout")+":small", r.host+"/team/small:1", "--dest-creds", login+":"+password)
	want := shape{reference: "oci:" + b.out("layout") + ":small"}.look(t)
	tokens.scopes = nil
	s := shape{reference: "registry:" + r.host + "/team/small:1"}

	t.Run("right password", func(t *testing.T) {
		auth := authFile(t, "auth.json", r.host+"/team", password)
		t.Setenv("REGISTRY_AUTH_FILE", auth) // for this process
		s.look(t, "REGISTRY_AUTH_FILE="+auth).equal(t, want)
		for _, scope := range tokens.scopes {
			if scope != "repository:team/small:pull" {
				t.Errorf("asked for %q", scope)
			}
		}
		if tokens.scopes == nil {
			t.Error("the token server was not asked")
		}
	})
	t.Run("token server known by its address", func(t *testing.T) {
		r := registryConfig{token: tokens.yaml("127.0.0.1")}.start(t)
		b.push(t, "oci:"+b.out("layout")+":small", r.host+"/team/small:1", "--dest-creds", login+":"+password)
		auth := authFile(t, "auth.json", r.host, password)
		o := run{args: []string{"--json", "-", "registry:" + r.host + "/team/small:1"}, env: []string{"REGISTRY_AUTH_FILE=" + auth}}.do(t)
		sameText(t, "figures", o.figures(t), want.figures)
	})
	t.Run("wrong password", func(t *testing.T) {
		auth := authFile(t, "auth.json", r.host, "wrong horse")
		o := run{args: []string{s.reference}, env: []string{"REGISTRY_AUTH_FILE=" + auth}}.do(t)
		o.want(t, 3, "localhost:", "(to which "+r.host+" leads) answered 401", "credentials refused", "user "+login+" from "+auth, "hint: log in again")
		o.silent(t)
		if strings.Contains(o.stderr, "wrong horse") {
			t.Error("the message tells the password")
		}
	})
	t.Run("no password", func(t *testing.T) {
		peel(t, s.reference).want(t, 3, r.host+" answered 401", "not authorized", "without credentials", "hint: log in first")
	})
}
