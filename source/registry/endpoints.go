package registry

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// ErrBlocked says that registries.conf forbids a registry.
var ErrBlocked = errors.New("blocked")

// hub is what people and configuration files call name.DefaultRegistry.
const hub = "docker.io"

// endpoint is one place to ask for an image.
type endpoint struct {
	ref      name.Reference // there
	stands   name.Reference // for this one
	insecure bool           // any certificate will do, and plain HTTP
	mirror   string         // what it stands in for, with the file that says so; "" for the registry itself
}

func (e endpoint) host() string { return spoken(e.ref.Context().RegistryStr()) }

// spoken is a registry's name as people know it.
func spoken(host string) string {
	if host == name.DefaultRegistry {
		return hub
	}
	return host
}

// fullName is a repository with its host, as configuration files write it.
func fullName(repo name.Repository) string {
	return spoken(repo.RegistryStr()) + "/" + repo.RepositoryStr()
}

// endpoints are the places that may have an image, mirrors first.
func (c *conf) endpoints(ref name.Reference) ([]endpoint, error) {
	full := fullName(ref.Context())
	e := c.find(full)
	if e == nil {
		return c.unlisted(ref)
	}
	if e.Blocked {
		return nil, fmt.Errorf("%w: %s forbids to read from %s", ErrBlocked, e.from, e.Prefix)
	}
	var list []endpoint
	for _, m := range e.usable(ref) {
		r, err := m.rewrite(ref, full, e.Prefix)
		if err != nil {
			return nil, fmt.Errorf("%w: mirror of %s in %s: %w", ErrConfig, e.Prefix, e.from, err)
		}
		list = append(list, endpoint{ref: r, stands: ref, insecure: m.Insecure, mirror: e.Prefix + " (" + e.from + ")"})
	}
	r, err := e.rewrite(ref, full, e.Prefix)
	if err != nil {
		return nil, fmt.Errorf("%w: location of %s in %s: %w", ErrConfig, e.Prefix, e.from, err)
	}
	return append(list, endpoint{ref: r, stands: ref, insecure: e.Insecure || c.daemon.insecure(r.Context().RegistryStr())}), nil
}

// unlisted is for registries that registries.conf does not speak of; dockerd's
// configuration may.
func (c *conf) unlisted(ref name.Reference) ([]endpoint, error) {
	host := ref.Context().RegistryStr()
	var list []endpoint
	if host == name.DefaultRegistry {
		for _, m := range c.daemon.mirrors() {
			r, err := m.rewrite(ref, fullName(ref.Context()), hub)
			if err != nil {
				return nil, fmt.Errorf("%w: mirror in %s: %w", ErrConfig, c.daemon.from, err)
			}
			list = append(list, endpoint{ref: r, stands: ref, insecure: m.Insecure, mirror: hub + " (" + c.daemon.from + ")"})
		}
	}
	return append(list, endpoint{ref: ref, stands: ref, insecure: c.daemon.insecure(host)}), nil
}

// find gives the entry with the longest prefix of a full name.
func (c *conf) find(full string) *entry {
	var best *entry
	for i := range c.registries {
		e := &c.registries[i]
		if prefixLen(full, e.Prefix) >= 0 && (best == nil || len(e.Prefix) > len(best.Prefix)) {
			best = e
		}
	}
	return best
}

// prefixLen is how much of a full name a prefix stands for, -1 if it is none.
// A prefix ends where a part of the name does; "*.example.com" is any host in
// that domain.
func prefixLen(full, prefix string) int {
	if domain, ok := strings.CutPrefix(prefix, "*"); ok {
		host, _, _ := strings.Cut(full, "/")
		if h := portless(host); strings.HasSuffix(h, domain) && len(h) > len(domain) {
			return len(h)
		}
		return -1
	}
	rest, ok := strings.CutPrefix(full, prefix)
	if !ok || rest != "" && rest[0] != '/' {
		return -1
	}
	return len(prefix)
}

// usable are the mirrors for this kind of reference: a tag may be older in a
// mirror, a digest cannot.
func (e *entry) usable(ref name.Reference) []location {
	_, byDigest := ref.(name.Digest)
	var list []location
	for _, m := range e.Mirrors {
		only := m.PullFromMirror
		if e.MirrorByDigestOnly {
			only = pullDigestOnly
		}
		if only == pullDigestOnly && !byDigest || only == pullTagOnly && byDigest {
			continue
		}
		list = append(list, m)
	}
	return list
}

// rewrite puts a location in the place of the prefix.
func (l *location) rewrite(ref name.Reference, full, prefix string) (name.Reference, error) {
	if l.Location == "" || l.Location == prefix {
		return ref, nil
	}
	to := l.Location + full[prefixLen(full, prefix):]
	host, path, ok := strings.Cut(to, "/")
	if !ok {
		return nil, fmt.Errorf("%q names no repository", to)
	}
	reg, err := name.NewRegistry(host)
	if err != nil {
		return nil, err
	}
	if _, err := name.NewRepository(reg.RegistryStr() + "/" + path); err != nil {
		return nil, err
	}
	repo := reg.Repo(path)
	if d, ok := ref.(name.Digest); ok {
		return repo.Digest(d.DigestStr()), nil
	}
	return repo.Tag(ref.Identifier()), nil
}

// portless cuts the port, and the brackets of an IPv6 address.
func portless(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return strings.Trim(host, "[]")
}

// loopback is true for hosts on this machine, which nobody listens in on.
func loopback(host string) bool {
	h := portless(host)
	if h == "localhost" || strings.HasSuffix(h, ".localhost") { // RFC 6761, 6.3
		return true
	}
	addr, err := netip.ParseAddr(h)
	return err == nil && addr.IsLoopback()
}
