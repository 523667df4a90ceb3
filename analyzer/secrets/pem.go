package secrets

import (
	"bytes"

	"peel/analyzer/secrets/structured"
)

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
	end := from + 5 + len(head) + 5 + len(body) + len("-----END ") + len(kind) + len("-----")
	block := b[from:min(end, len(b))]
	for _, h := range structured.Parse("", block) {
		m := hitMatch(h, rankBlock)
		m.value = h.Value
		t.add(b, from, from+len(block), m)
		break
	}
}
