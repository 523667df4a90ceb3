package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"slices"
)

// daemonConf is what dockerd's daemon.json says of registries.
type daemonConf struct {
	Insecure []string `json:"insecure-registries"` // hosts and networks
	Mirrors  []string `json:"registry-mirrors"`    // URLs, of Docker Hub alone
	from     string
}

// load reads the first file that there is.
func (d *daemonConf) load() error {
	for _, path := range daemonFiles() {
		b, err := readConf(path)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			continue // it is the daemon's, and need not be ours to read
		}
		if err == nil {
			err = json.Unmarshal(b, d)
		}
		if err != nil {
			return fmt.Errorf("%w: reading %s: %w", ErrConfig, path, err)
		}
		d.from = path
		return nil
	}
	return nil
}

// insecure is true for a host, or for an address in a network, that is listed.
func (d *daemonConf) insecure(host string) bool {
	if slices.Contains(d.Insecure, host) {
		return true
	}
	addr, err := netip.ParseAddr(portless(host))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(d.Insecure, func(s string) bool {
		p, err := netip.ParsePrefix(s)
		return err == nil && p.Contains(addr)
	})
}

// mirrors gives the locations. A plain http:// is how docker marks a mirror
// that may be read without TLS.
func (d *daemonConf) mirrors() []location {
	var list []location
	for _, m := range d.Mirrors {
		u, err := url.Parse(m)
		if err != nil || u.Host == "" {
			continue // dockerd refuses to start with it
		}
		list = append(list, location{Location: u.Host, Insecure: u.Scheme == "http" || d.insecure(u.Host)})
	}
	return list
}
