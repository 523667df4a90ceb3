package structured

import (
	"encoding/base64"
	"strings"

	"peel/analyzer/finding"
)

const (
	pemBegin = "-----BEGIN "
	pemEnd   = "-----END "
	// maxPEM is the longest block in bytes: a PGP key with a photo and many
	// signatures.
	maxPEM = 1 << 20
	// minBody is the least number of base64 characters of a key: below it are
	// the examples of a documentation. An Ed25519 key has 64.
	minBody = 40
)

// findPEM takes the private keys in PEM and its relatives, also inside the
// strings of another format, where line ends are written as \n.
func (f *file) findPEM() {
	for off := 0; ; {
		n := strings.Index(f.text[off:], pemBegin)
		if n < 0 {
			return
		}
		begin := off + n
		off = begin + len(pemBegin)
		head := f.text[off:min(len(f.text), off+64)]
		label, _, ok := strings.Cut(head, "-----")
		if !ok || !strings.Contains(label, "PRIVATE KEY") {
			continue
		}
		off += len(label) + 5
		body, end := pemBody(f.text, off, label)
		f.pem(begin, label, f.text[begin:end], body)
		off = max(off, end)
	}
}

// pemBody is what is between the first line, which ends at off, and the last,
// which ends at end. Of a block that was cut off the body is all there is.
func pemBody(s string, off int, label string) (body string, end int) {
	rest := s[off:min(len(s), off+maxPEM)]
	n := strings.Index(rest, "-----")
	if n < 0 {
		n = armorEnd(rest)
		return rest[:n], off + n
	}
	last := pemEnd + label + "-----"
	if strings.HasPrefix(rest[n:], last) {
		return rest[:n], off + n + len(last)
	}
	n = min(n, armorEnd(rest[:n]))
	return rest[:n], off + n
}

// armorEnd is where lines of base64 end.
func armorEnd(s string) int {
	end := len(s)
	done := false
	eachLine(s, func(off int, line string) {
		if !done && off > 0 && (len(line) > 100 || strings.ContainsAny(line, " {}<>")) && !strings.Contains(line, ": ") {
			end, done = off, true
		}
	})
	return end
}

var unescape = strings.NewReplacer(`\\r`, "\n", `\\n`, "\n", `\r`, "\n", `\n`, "\n", `\t`, " ", `\/`, "/", `\u002b`, "+", `\u002B`, "+", `\u003d`, "=", `\u003D`, "=", "&#xA;", "\n", "&#10;", "\n", "%0A", "\n")

// armor gives the headers and the base64 characters of a block. What source
// code puts around each line is dropped.
func armor(body string) (headers []string, data string) {
	var b strings.Builder
	eachLine(unescape.Replace(body), func(_ int, line string) {
		line = strings.Trim(line, " \t\"',\\")
		switch {
		case strings.Contains(line, ": "):
			headers = append(headers, line)
		case strings.HasPrefix(line, "=") && len(line) == 5: // checksum of PGP
		default:
			b.WriteString(base64Run(line))
		}
	})
	return headers, b.String()
}

// base64Run is the base64 of a line: all of it where only blanks come between,
// else its longest part.
func base64Run(line string) string {
	words := strings.FieldsFunc(line, func(r rune) bool { return !isBase64(r) })
	if strings.Trim(line, " +") != "" && strings.IndexFunc(line, func(r rune) bool { return r != ' ' && !isBase64(r) }) < 0 {
		return strings.Join(words, "")
	}
	best := ""
	for _, w := range words {
		if len(w) > len(best) && w != "+" {
			best = w
		}
	}
	return best
}

func isBase64(r rune) bool {
	return r < 0x80 && (isAlnum(byte(r)) || r == '+' || r == '/' || r == '=')
}

// decode64 decodes base64 of either alphabet, padded or not.
func decode64(s string) ([]byte, bool) {
	s = strings.TrimRight(strings.TrimSpace(s), "=")
	enc := base64.RawStdEncoding
	if strings.ContainsAny(s, "-_") {
		enc = base64.RawURLEncoding
	}
	b, err := enc.DecodeString(s)
	return b, err == nil
}

// pem takes one block.
func (f *file) pem(off int, label, block, body string) {
	headers, data := armor(body)
	if len(data) < minBody || fewLetters(strings.TrimLeft(data, "=")) || placeholderBody(data) {
		return
	}
	key, ok := decode64(data)
	k := keyInfo{title: "private key"}
	switch {
	case !ok:
	case label == "OPENSSH PRIVATE KEY":
		k = readOpenSSH(key)
	case strings.HasPrefix(label, "PGP"):
		k = readPGP(key)
	default:
		k = readDER(key, label)
		if strings.Contains(strings.Join(headers, "\n"), "ENCRYPTED") {
			k = keyInfo{title: "private key", encrypted: true, ok: len(key)%8 == 0}
		}
	}
	f.key(off, block, k, key)
}

// placeholderBody is true for bodies of words: YOURKEYHERE and the like.
func placeholderBody(data string) bool {
	low := strings.ToLower(data[:min(len(data), 120)])
	return hasAny(low, []string{"yourprivatekey", "yourkey", "privatekeyhere", "xxxxxx", "placeholder", "redacted"})
}

// keyInfo is what was read of a private key.
type keyInfo struct {
	title     string
	encrypted bool
	ok        bool // the bytes are a key
	none      bool // there is no private part in it
}

// key takes a private key with its text and its bytes.
func (f *file) key(off int, text string, k keyInfo, raw []byte) {
	if k.none || f.account(off) {
		return
	}
	h := Hit{ID: "S001", Title: k.title, Confidence: finding.Sure, Value: text, Reason: "it parses as an unencrypted key"}
	if k.encrypted {
		h.ID, h.Title, h.Reason = "S002", "encrypted "+k.title, "as strong as its passphrase"
	}
	if strings.HasPrefix(f.base, "ssh_host_") {
		h.Title = "SSH host key"
		h.because("all containers of the image share it, so that any can pose as another")
	}
	h.Severity = severityOf(h.ID)
	if !k.ok {
		h.Confidence, h.Reason = finding.Unsure, "its form is that of a key, but the bytes do not parse"
		h.Severity = min(h.Severity, finding.High)
	}
	if origin := published(raw); origin != "" && len(raw) > 0 {
		h.Severity, h.Confidence, h.Reason = finding.Info, finding.Sure, "a published test key: "+origin
	}
	if f.base == "ssl-cert-snakeoil.key" {
		h.Severity, h.Reason = finding.Info, "the self-signed test key that the ssl-cert package makes when it is installed"
	}
	f.add(h, off)
}

// account is true if the key at off was taken as that of a service account.
func (f *file) account(off int) bool {
	for i := range f.hits {
		if f.hits[i].ID == "S005" && f.hits[i].Line == f.line(off) {
			return true
		}
	}
	return false
}

// findKeys takes the keys that any file may have.
func (f *file) findKeys() {
	f.findPEM()
	f.findPuTTY()
	f.findAge()
	f.findSSH2()
}
