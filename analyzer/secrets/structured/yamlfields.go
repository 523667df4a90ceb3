package structured

import (
	"strings"

	"peel/analyzer/finding"
)

// yamlFields takes what lines do not tell: pairs of name and value, texts of
// several lines, and the data of Kubernetes' Secrets, which are base64.
func (f *file) yamlFields() {
	kind, name := "", ""
	walk := func(n *node) {
		switch {
		case n.key() == "kind" && len(n.path) == 1:
			kind = n.value
		case n.key() == "name" || n.key() == "key":
			name = n.value
		case n.key() == "value" && name != "" && isSecretName(name):
			f.pair(n.off, name, n.value, n.quoted)
			name = ""
		case strings.IndexByte(n.value, '\n') >= 0:
			f.block(n)
		}
	}
	walkYAML(f.text, walk)
	if kind == "Secret" || strings.Contains(f.text, "kind: Secret") {
		f.kubeSecrets()
	}
}

// commandKeys are keys of YAML that hold commands.
var commandKeys = map[string]bool{
	"run": true, "script": true, "before_script": true, "after_script": true, "command": true, "cmd": true, "args": true, "entrypoint": true, "shell": true, "runcmd": true, "bootcmd": true,
	"install": true, "user_data": true, "userdata": true, "content": true, "exec": true, "inline": true, "commands": true,
}

// block looks at a text of several lines for commands, if it is a script.
func (f *file) block(n *node) {
	key := strings.ToLower(n.key())
	if key == "[]" {
		key = strings.ToLower(n.up(1))
	}
	if !commandKeys[key] && !strings.HasPrefix(n.value, "#!") {
		return
	}
	for _, h := range lineHits(n.value) {
		h.Line = 0
		f.add(h, n.off)
	}
}

// kubeSecrets reads the data of Secrets in one file or several documents: base64,
// whatever the keys are named.
func (f *file) kubeSecrets() {
	off := 0
	for doc := range strings.SplitSeq(f.text, "\n---") {
		at := off
		off += len(doc) + len("\n---")
		if !strings.Contains(doc, "Secret") {
			continue
		}
		kind := ""
		walkYAML(doc, func(n *node) {
			if n.key() == "kind" && len(n.path) == 1 {
				kind = n.value
			}
		})
		if kind != "Secret" {
			continue
		}
		f.in64 = true
		walkYAML(doc, func(n *node) {
			if len(n.path) == 2 && (n.path[0] == "data" || n.path[0] == "stringData") {
				f.kubeSecret(at+n.off, n)
			}
		})
	}
}

// publicKeys are data of Secrets that are no secrets.
var publicKeys = []string{"username", "user", "host", "port", "database", "dbname", "ca.crt", "tls.crt", "namespace", "url", "uri", "email", "region", "bucket", "endpoint", ".crt", ".pem", "address", "name"}

func (f *file) kubeSecret(off int, n *node) {
	value, raw := n.value, ""
	if n.path[0] == "data" {
		b, ok := decode64(n.value)
		if !ok || !isPlainASCII(b) {
			return
		}
		value, raw = string(b), n.value
	}
	public := false
	for _, k := range publicKeys {
		public = public || strings.HasSuffix(strings.ToLower(n.key()), k)
	}
	if strings.IndexByte(value, '\n') >= 0 || len(value) < minFieldValue || public && !isSecretName(n.key()) {
		return
	}
	h, ok := field("S027", "value of "+clip(n.key(), 60)+" in a Kubernetes Secret", "password", value)
	if !ok {
		return
	}
	h.Raw = raw
	if raw != "" && h.Severity > finding.Low {
		h.because("decoded from base64, which hides nothing")
	}
	f.add(h, off)
}
