package structured

import (
	"strings"

	"peel/analyzer/finding"
)

// parseDocker reads the config.json of Docker, the older .dockercfg and the
// auth.json of Podman, which have a base64 of user:password for each registry.
// Credential helpers are no secrets.
func parseDocker(f *file) {
	walkJSON(f.text, func(n *node) {
		registry := clip(n.up(1), 60)
		switch n.key() {
		case "auth":
			f.basic("S020", "password of registry "+registry, n)
		case "password", "identitytoken", "registrytoken", "secret":
			if len(n.path) > 1 {
				f.json("S020", n.key()+" of registry "+registry, n)
			}
		default:
			if strings.EqualFold(n.key(), "authorization") {
				var hits []Hit
				header("Authorization: "+n.value, 0, &hits)
				f.take("S020", hits, n.off)
			}
		}
	})
}

// basic takes a value that is the base64 of user:password.
func (f *file) basic(id, title string, n *node) {
	if n.value == "" || placeholder(n.value) {
		return
	}
	user, pass, ok := basicAuth(n.value)
	if !ok {
		f.json(id, title, n)
		return
	}
	h := f.secret(id, title, n.off, pass)
	if h == nil {
		return
	}
	h.Raw = n.raw
	h.sure("its base64 decodes to user " + clip(user, 40) + " and a password")
}

// take adds the hits of a text that begins at off, whose Lines are offsets in it,
// under one id.
func (f *file) take(id string, hits []Hit, off int) {
	for _, h := range hits {
		if h.ID == "S033" || h.ID == "S032" {
			if h.ID = id; h.Severity > finding.Low {
				h.Severity = severityOf(id)
			}
		}
		f.add(h, off+h.Line)
	}
}
