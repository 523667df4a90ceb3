package structured

import (
	"bytes"
	"strings"

	"peel/analyzer/finding"
)

// parseKube reads a kubeconfig. Plugins that fetch a token are no secrets, nor
// are certificates.
func parseKube(f *file) {
	walkYAML(f.text, func(n *node) {
		if n.under("exec") {
			return
		}
		switch n.key() {
		case "token", "id-token", "refresh-token", "access-token", "client-secret":
			h := f.secret("S027", "Kubernetes "+n.key(), n.off, n.value)
			if j, ok := readJWT(n.value); ok && h != nil {
				h.sure(j.Reason)
				h.lower(max(j.Severity, finding.Low), "")
			}
		case "password":
			f.secret("S027", "Kubernetes password", n.off, n.value)
		case "client-key-data":
			f.clientKey(n)
		}
	})
}

// clientKey takes a PEM key in base64.
func (f *file) clientKey(n *node) {
	h := f.secret("S027", "Kubernetes client key", n.off, n.value)
	b, ok := decode64(strings.Join(strings.Fields(n.value), ""))
	if h == nil || !ok || !bytes.Contains(b, []byte("PRIVATE KEY-----")) {
		return
	}
	inner := file{text: string(b)}
	inner.findPEM()
	h.Value, h.Raw = strings.TrimSpace(string(b)), n.raw
	if len(inner.hits) > 0 {
		h.sure(inner.hits[0].Reason)
		if inner.hits[0].Severity == finding.Info {
			h.Severity = finding.Info
		}
	}
}

// parseToken reads a file that is a token of a service account.
func parseToken(f *file) {
	for _, h := range jwtsIn(f.text) {
		h.ID = "S027"
		h.Title = "Kubernetes service account token"
		f.add(h, h.Line)
	}
}

// parseBareToken reads a file that is a token and nothing else.
func parseBareToken(f *file) {
	t := strings.TrimSpace(f.text)
	if len(t) >= 16 && len(t) < 4096 && !strings.ContainsAny(t, " \n\t") {
		f.secret("S012", "token", 0, t)
	}
}
