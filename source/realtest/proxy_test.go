//go:build linux

package realtest

import (
	"context"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// proxy is an HTTP proxy that knows the way to one host, which nobody else does.
type proxy struct {
	*httptest.Server
	host, addr string // the host's name, and where it is
	login      string // "user:password" that it wants; "" lets everybody through

	mu       sync.Mutex
	connects int // tunnels, for TLS
	forwards int // requests in the clear
}

func newProxy(t testing.TB, host, addr string) *proxy {
	t.Helper()
	p := &proxy{host: host, addr: addr}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) plain() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.forwards
}

func (p *proxy) tunnels() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.connects
}

// ServeHTTP implements http.Handler.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.login != "" && r.Header.Get("Proxy-Authorization") != "Basic "+base64.StdEncoding.EncodeToString([]byte(p.login)) {
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	if r.Host != p.host {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	if r.Method == http.MethodConnect {
		p.tunnel(w)
		return
	}
	p.mu.Lock()
	p.forwards++
	p.mu.Unlock()
	there := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", p.addr)
	}}
	defer there.CloseIdleConnections()
	r.RequestURI = ""
	resp, err := there.RoundTrip(r)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	for k, v := range resp.Header {
		w.Header()[k] = v
	}
	w.WriteHeader(resp.StatusCode)
	io.Copy(w, resp.Body)
}

func (p *proxy) tunnel(w http.ResponseWriter) {
	p.mu.Lock()
	p.connects++
	p.mu.Unlock()
	there, err := net.Dial("tcp", p.addr)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer there.Close()
	w.WriteHeader(http.StatusOK)
	here, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	go func() {
		io.Copy(there, buffered)
		there.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(here, there)
}

// TestProxy reads from a registry to which only a proxy knows the way.
func TestProxy(t *testing.T) {
	b := images(t, "docker-registry")
	ca := newAuthority(t, "a company's CA")
	own := ca.issue(t, "registry.test")
	r := registryConfig{pair: &own}.start(t)
	b.push(t, "oci:"+b.out("layout")+":small", r.host+"/small:1")
	want := shape{reference: "oci:" + b.out("layout") + ":small"}.look(t)
	const host, ref = "registry.test:5000", "registry:registry.test:5000/small:1"
	home := "XDG_CONFIG_HOME=" + configured(t, map[string]string{"containers/certs.d/" + host + "/ca.crt": content(t, ca.cert)})

	t.Setenv("XDG_CONFIG_HOME", strings.TrimPrefix(home, "XDG_CONFIG_HOME=")) // for this process
	for _, variable := range []string{"HTTPS_PROXY", "https_proxy"} {
		t.Run(variable, func(t *testing.T) {
			p := newProxy(t, host, r.host)
			t.Setenv(variable, p.URL)
			shape{reference: ref}.look(t, home, variable+"="+p.URL).equal(t, want)
			if p.tunnels() == 0 || p.plain() > 0 {
				t.Errorf("%d tunnels, %d requests in the clear", p.tunnels(), p.plain())
			}
		})
	}
	t.Run("with a password", func(t *testing.T) {
		p := newProxy(t, host, r.host)
		p.login = login + ":horse"
		url := strings.Replace(p.URL, "http://", "http://"+p.login+"@", 1)
		o := run{args: []string{"--json", "-", ref}, env: []string{home, "HTTPS_PROXY=" + url}}.do(t)
		sameText(t, "figures", o.figures(t), want.figures)
	})
	t.Run("with the wrong password", func(t *testing.T) {
		p := newProxy(t, host, r.host)
		p.login = login + ":horse"
		url := strings.Replace(p.URL, "http://", "http://alice:donkey@", 1)
		o := run{args: []string{ref}, env: []string{home, "HTTPS_PROXY=" + url}}.do(t)
		o.want(t, 3, "bad proxy", strings.TrimPrefix(p.URL, "http://"), "wants a user and a password", "hint: check HTTP_PROXY")
		if strings.Contains(o.stderr, "donkey") {
			t.Error("the message tells the password")
		}
	})
	t.Run("NO_PROXY", func(t *testing.T) {
		p := newProxy(t, host, r.host)
		o := run{args: []string{ref}, env: []string{home, "HTTPS_PROXY=" + p.URL, "NO_PROXY=.test"}}.do(t)
		o.want(t, 3, "cannot be reached", "its name cannot be resolved")
		if p.tunnels() > 0 {
			t.Error("the proxy was asked")
		}
	})
	t.Run("that is not there", func(t *testing.T) {
		o := run{args: []string{ref}, env: []string{home, "HTTPS_PROXY=http://" + freePort(t)}}.do(t)
		o.want(t, 3, "cannot be reached", "connection refused")
	})
}
