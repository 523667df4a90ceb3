package registry

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// go-containerregistry takes no token from a server at a private address unless
// that is the registry's own, lest a registry out there has a service ask
// whatever lies behind its firewall. But in a company's network, or on one
// machine, registry and token server are neighbours, known by their addresses.
// So the token server of a registry that was itself named by such an address is
// passed off as a path of the registry's, and asked at its own place in the end.

// realmPath is where token servers seem to be. No registry has it: a repository
// has no name that begins with a dot.
const realmPath = "/v2/.realm/"

var realmParam = regexp.MustCompile(`(?i)\brealm="(https?://[^"]*)"`)

// disguise changes the challenges of an answer of the registry's.
func (w *wire) disguise(resp *http.Response) {
	if resp.StatusCode != http.StatusUnauthorized {
		return
	}
	for i, c := range resp.Header.Values("WWW-Authenticate") {
		m := realmParam.FindStringSubmatchIndex(c)
		if m == nil {
			continue
		}
		realm, err := url.Parse(c[m[2]:m[3]])
		if err != nil || realm.Host == w.host || !neighbours(w.host, realm.Host) {
			continue
		}
		seeming := fmt.Sprintf("%s://%s%s%d", resp.Request.URL.Scheme, w.host, realmPath, w.remember(realm))
		resp.Header["Www-Authenticate"][i] = c[:m[2]] + seeming + c[m[3]:]
	}
}

// remember gives the number of a realm. A registry has one, or a few.
func (w *wire) remember(realm *url.URL) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, r := range w.realms {
		if *r == *realm {
			return i
		}
	}
	if len(w.realms) < maxRealms {
		w.realms = append(w.realms, realm)
	}
	return len(w.realms) - 1
}

// maxRealms bounds what a registry that names another one each time costs.
const maxRealms = 16

// undisguise gives the request as it is meant.
func (w *wire) undisguise(req *http.Request) *http.Request {
	number, ok := strings.CutPrefix(req.URL.Path, realmPath)
	if !ok || req.URL.Host != w.host {
		return req
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= len(w.realms) {
		return req
	}
	to := *w.realms[i]
	query := to.Query()
	for k, v := range req.URL.Query() {
		query[k] = v
	}
	to.RawQuery = query.Encode()
	out := req.Clone(req.Context())
	out.URL, out.Host = &to, ""
	return out
}

// neighbours is true for hosts named by addresses of which the first may send us
// to the second: in private networks, and on this machine from this machine
// alone. Link-local addresses are not among them, for clouds give away their
// machines' credentials there.
func neighbours(registry, realm string) bool {
	if loopback(realm) {
		return loopback(registry)
	}
	return private(realm) && (private(registry) || loopback(registry))
}

func private(host string) bool {
	addr, err := netip.ParseAddr(portless(host))
	return err == nil && addr.IsPrivate()
}
