package structured

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"strings"

	"peel/analyzer/finding"
	"peel/analyzer/redact"
)

// judge makes a hit of a value in a place for secrets. Documented examples and
// default passwords are lowered, placeholders and references are none.
func judge(id, title, value string) (Hit, bool) {
	h := Hit{ID: id, Title: title, Severity: severityOf(id), Confidence: finding.Likely, Value: value}
	if why := example(value); why != "" {
		h.Severity, h.Reason = finding.Info, why
		return h, true
	}
	if def, ok := shellDefault(value); ok {
		if value = def; example(def) != "" {
			return judge(id, title, def)
		}
		h.Value = def
	}
	if placeholder(value) || strings.Contains(value, "-----BEGIN ") { // keys in PEM are read as such
		return Hit{}, false
	}
	if redact.Common(value) {
		h.Severity, h.Reason = finding.Low, "a default or dictionary password"
	}
	return h, true
}

// examples are the values that documentation gives, by a part that has no other use.
var examples = map[string]string{
	"AKIAIOSFODNN7EXAMPLE":                      "the example of the AWS documentation",
	"ASIAIOSFODNN7EXAMPLE":                      "the example of the AWS documentation",
	"AKIAI44QH8DHBEXAMPLE":                      "the example of the AWS documentation",
	"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY":  "the example of the AWS documentation",
	"wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY": "the example of the AWS documentation",
	"je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY":  "the example of the AWS documentation",
	"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==": "the key of the Azure Storage emulator, which is public",
	"C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==": "the key of the Azure Cosmos DB emulator, which is public",
	"sk_test_4eC39HqLyjWDarjtT1zdp7dc": "the example of the Stripe documentation",
	"pass:insta":                       "the example of OpenSSL's configuration",
	"AGE-SECRET-KEY-184JMZMVQH3E6U0PSL869004Y3U2NYV7R30EU99CSEDNPH02YUVFSZW44VU": "a test key of age",
}

// example says what makes a value a documented example, "" if nothing does.
func example(v string) string {
	if why, ok := examples[v]; ok {
		return why
	}
	if len(v) >= 16 && len(v) <= 128 && (strings.HasSuffix(v, "EXAMPLE") || strings.HasSuffix(v, "EXAMPLEKEY")) {
		return "says of itself that it is an example"
	}
	return ""
}

// knownKeys has, a line each, the sha256 of a key's bytes (DER, or the binary of
// an OpenSSH key) and where it was published.
//
//go:embed known.txt
var knownKeys string

var known = func() map[string]string {
	set := map[string]string{}
	eachLine(knownKeys, func(_ int, line string) {
		if hash, origin, ok := strings.Cut(line, " "); ok && hash != "#" {
			set[hash] = origin
		}
	})
	return set
}()

// published says where the key with these bytes was published, "" if it is not known.
func published(key []byte) string {
	sum := sha256.Sum256(key)
	return known[hex.EncodeToString(sum[:])]
}

// shellDefault is the default of ${NAME:-default}.
func shellDefault(v string) (string, bool) {
	if !strings.HasPrefix(v, "${") || !strings.HasSuffix(v, "}") {
		return "", false
	}
	name, def, ok := strings.Cut(v[2:len(v)-1], "-")
	if !ok || !isName(strings.TrimSuffix(name, ":")) {
		return "", false
	}
	return strings.Trim(def, `"'`), true
}

func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '_' && !isAlnum(c) {
			return false
		}
	}
	return s != ""
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
