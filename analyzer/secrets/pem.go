package secrets

import (
	"bytes"
	"encoding/pem"

	"peel/analyzer/finding"
)

var keyRule = &rule{id: "private-key", check: "S001", title: "private key", sev: finding.Critical, conf: finding.Likely, strong: true}

// maxPEM is how far the end of a PEM block is looked for; an RSA key of 8192
// bits takes 6.4 KB.
const maxPEM = 7 << 10

// pem looks at a PEM block, in a file of its own or as a string within another
// text: indented, or with its line ends written as \n.
func (t *text) pem(b []byte, from, _ int) {
	window := b[from:min(from+maxPEM, len(b))]
	head, rest, ok := bytes.Cut(window[5:], []byte("-----"))
	if !ok || len(head) > 60 || !bytes.Contains(head, []byte("PRIVATE KEY")) {
		return
	}
	kind := bytes.TrimPrefix(head, []byte("BEGIN "))
	body, _, ok := bytes.Cut(rest, []byte("-----END "))
	if !ok || len(body) < 64 {
		return
	}
	f := match{rule: keyRule, sev: keyRule.sev, conf: keyRule.conf, rank: rankBlock}
	if !f.judgePEM(kind, body) {
		return
	}
	start := from + 5 + len(head) + 5
	t.add(b, start, start+len(body), f)
}

// judgePEM decides whether a block is a key, and whether it is encrypted.
func (f *match) judgePEM(kind, body []byte) bool {
	text := unescape(body)
	if stands(body) {
		return false
	}
	block, _ := pem.Decode([]byte("-----BEGIN " + string(kind) + "-----\n" + string(text) + "\n-----END " + string(kind) + "-----\n"))
	switch {
	case block == nil && bytes.Contains(kind, []byte("PGP")):
	case block == nil:
		if runLen(bytes.TrimSpace(text), 0, base64Set, 64) < 32 {
			return false
		}
		f.conf, f.reason = finding.Unsure, "the form of a private key, but it cannot be parsed"
		f.sev = finding.Medium
	}
	if bytes.Contains(kind, []byte("ENCRYPTED")) || bytes.Contains(text, []byte("ENCRYPTED")) {
		f.sev, f.reason = finding.Medium, "the key is encrypted"
	}
	return true
}

// unescape gives a PEM body its line ends back, and takes away indentation,
// quotes and what joins the pieces of a string.
func unescape(b []byte) []byte {
	b = bytes.ReplaceAll(b, []byte(`\r`), nil)
	b = bytes.ReplaceAll(b, []byte(`\n`), []byte("\n"))
	var out []byte
	for line := range bytes.SplitSeq(b, newline) {
		line = bytes.Trim(line, " \t\r\"'`+,;\\#*|>")
		out = append(append(out, line...), '\n')
	}
	return out
}
