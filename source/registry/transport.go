package registry

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// Timeouts. There is none for a whole answer: a layer takes as long as it takes.
const (
	dialTimeout   = 15 * time.Second
	tlsTimeout    = 15 * time.Second
	headerTimeout = 60 * time.Second
	idleTimeout   = 60 * time.Second // without one byte of an answer that has begun
)

// errOtherScheme ends the half of a handshake that is not its turn.
var errOtherScheme = errors.New("not asked by this scheme")

// wire is the way to a registry and to the hosts that it sends us to: each by
// its own certificates, all of them by the environment's proxies.
type wire struct {
	host     string // of the registry, with its port
	insecure bool
	certs    certificates // the registry's
	proxy    func(*url.URL) (*url.URL, error)

	mu       sync.Mutex
	hosts    map[string]*http.Transport
	scheme   string     // that the registry is asked by
	tls      bool       // it has shown a certificate
	answered bool       // it has answered, by that scheme
	last     error      // of that scheme
	realms   []*url.URL // of token servers nearby
}

func newWire(host string, insecure bool) (*wire, error) {
	certs, err := loadCertificates(spoken(host))
	return &wire{
		host: host, insecure: insecure, certs: certs, scheme: "https",
		proxy: httpproxy.FromEnvironment().ProxyFunc(),
		hosts: map[string]*http.Transport{},
	}, err
}

// plain is true for hosts that may be asked without TLS: on this machine, or if
// the user or a configuration file says so. A registry elsewhere has no say
// about hosts on this machine.
func (w *wire) plain(host string) bool {
	return w.insecure || loopback(w.host) && loopback(host)
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	req = w.undisguise(req)
	host := req.URL.Host
	if req.URL.Scheme == "http" && !w.plain(host) {
		return nil, fmt.Errorf("leads to %s by plain HTTP: %w", host, ErrPlain)
	}
	w.mu.Lock()
	scheme := w.scheme
	w.mu.Unlock()
	if host == w.host && req.URL.Scheme != scheme {
		return nil, errOtherScheme
	}
	t, err := w.transport(host)
	if err != nil {
		return nil, err
	}
	resp, err := t.RoundTrip(req)
	if host == w.host {
		w.mu.Lock()
		w.last, w.answered = err, w.answered || err == nil
		w.mu.Unlock()
		if err == nil {
			w.disguise(resp)
		}
	}
	return resp, err
}

// usePlain changes over to plain HTTP.
func (w *wire) usePlain() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scheme, w.last = "http", nil
}

// handshook is true if the registry has shown a certificate that is trusted, but
// did not answer afterwards: it wants one too, and may hang up without a word.
func (w *wire) handshook() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tls && !w.answered
}

// silence is why the registry has not answered at all; nil if it has.
func (w *wire) silence() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.answered {
		return nil
	}
	return w.last
}

// transport is that of one host. The registry's CAs count for the hosts it
// sends us to, as with docker: its token server and its storage are run by the
// same people. Its client certificate is shown to nobody else.
func (w *wire) transport(host string) (*http.Transport, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t := w.hosts[host]; t != nil {
		return t, nil
	}
	certs := w.certs
	if host != w.host {
		var err error
		if certs, err = loadCertificates(spoken(host)); err != nil {
			return nil, err
		}
	}
	t := &http.Transport{
		Proxy:                  w.proxyOf,
		OnProxyConnectResponse: proxyAnswered,
		DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    8,
		DisableCompression:     true, // blobs are hashed as they are stored
		TLSClientConfig: &tls.Config{
			RootCAs: pool(w.certs.cas, certs.cas), Certificates: certs.clients, InsecureSkipVerify: w.insecure,
		},
	}
	if host == w.host {
		t.TLSClientConfig.VerifyConnection = w.sawCertificate
	}
	w.hosts[host] = t
	return t, nil
}

// sawCertificate is called after the certificate was verified.
func (w *wire) sawCertificate(tls.ConnectionState) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tls = true
	return nil
}

func (w *wire) proxyOf(req *http.Request) (*url.URL, error) {
	u, err := w.proxy(req.URL)
	if err != nil { // it is not safe to heed HTTP_PROXY in a CGI program
		return nil, fmt.Errorf("%w: %w", ErrProxy, err)
	}
	return u, nil
}

func proxyAnswered(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	switch resp.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusProxyAuthRequired:
		return fmt.Errorf("%w: %s wants a user and a password, or refuses those that HTTPS_PROXY gives", ErrProxy, proxy.Host)
	}
	return fmt.Errorf("%w: %s answered %d %s", ErrProxy, proxy.Host, resp.StatusCode, http.StatusText(resp.StatusCode))
}

// close closes the connections that wait for further use.
func (w *wire) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.hosts {
		t.CloseIdleConnections()
	}
}

// maxRedirects is what Go and browsers allow.
const maxRedirects = 10

// redirect follows within bounds. The next host is not told the address that
// led there: it may be signed.
func redirect(req *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return fmt.Errorf("stopped after %d redirects", maxRedirects)
	}
	req.Header.Del("Referer")
	return nil
}
