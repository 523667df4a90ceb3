package structured

import "strings"

// lineFields takes what each line assigns: name = value, "name": "value",
// several of them on a line, as connection strings have them.
func (f *file) lineFields() {
	variable := "" // of Terraform, whose block the line is in
	start, whole := 0, ""
	eachLine(f.text, func(off int, line string) {
		if len(line) > maxPairLine {
			whole = ""
			return
		}
		if whole == "" {
			start = off
		} else {
			line = whole + strings.TrimLeft(line, " \t")
		}
		if part, goesOn := strings.CutSuffix(line, `\`); goesOn && len(part) < maxPairLine {
			whole = part
			return
		}
		whole = ""
		f.pairs(start, line)
		f.headers(start, line)
		f.terraform(start, line, &variable)
	})
}

// headers takes HTTP headers, as files of requests have them.
func (f *file) headers(off int, line string) {
	if strings.Contains(line, "uthorization:") || strings.Contains(line, "AUTHORIZATION:") {
		var hits []Hit
		headersIn(line, &hits)
		for _, h := range hits {
			if f.plausible("password", h.Value, true) {
				f.add(h, off)
			}
		}
	}
}

// terraform takes the default of a variable that is named as a secret.
func (f *file) terraform(off int, line string, variable *string) {
	if !strings.HasSuffix(f.base, ".tf") {
		return
	}
	switch t := strings.TrimSpace(line); {
	case strings.HasPrefix(t, "variable "):
		*variable = strings.Trim(strings.TrimSuffix(strings.TrimPrefix(t, "variable "), "{"), ` "`)
	case t == "}":
		*variable = ""
	case *variable != "" && strings.HasPrefix(t, "default") && isSecretName(*variable):
		if _, v, ok := strings.Cut(t, "="); ok {
			f.pair(off, *variable, unquote(v), true)
		}
	}
}

const (
	// maxPairLine is the longest line in bytes that is looked at: a longer one was
	// written by a machine, for a machine.
	maxPairLine = 4 << 10
	// maxPairs is the most assignments that are read of one line.
	maxPairs = 64
)

// pairs takes the assignments of a text without line breaks. Comments are looked
// at as well: what is commented out has often been true.
func (f *file) pairs(off int, line string) {
	if c := strings.Index(line, " #"); c > 0 && strings.TrimSpace(line[:c]) != "" && strings.Count(line[:c], `"`)%2 == 0 {
		line = line[:c] // what explains a value is none
	}
	for i, n := 0, 0; i < len(line) && n < maxPairs; n++ {
		at := strings.IndexAny(line[i:], "=:")
		if at < 0 {
			return
		}
		at += i
		begin := nameBefore(line, at)
		i = at + 1
		name := line[begin:at]
		if name = strings.TrimRight(name, " \t\"'`])"); name == "" || !f.secretField(name, line[at]) {
			continue
		}
		value, quoted, end := valueAfter(line, at+1, strings.TrimLeft(line[:begin], " \t\"'-") == "")
		if end > i {
			i = end
		}
		f.pair(off+begin, name, value, quoted)
	}
}

// secretField is isSecretName for what stands before a sign in a file: ODBC has
// PWD, a report of tests PASS, and nginx passes requests on.
func (f *file) secretField(name string, sign byte) bool {
	switch name {
	case "PWD", "pwd", "Pwd":
		return sign == '='
	case "PASS", "pass":
		return sign == '=' || name == "pass"
	}
	if strings.HasSuffix(name, "_pass") && strings.HasSuffix(f.base, ".conf") && passedOn[name] {
		return false
	}
	return isSecretName(name)
}

// passedOn are directives of nginx that name a server.
var passedOn = map[string]bool{"proxy_pass": true, "fastcgi_pass": true, "uwsgi_pass": true, "scgi_pass": true, "grpc_pass": true, "memcached_pass": true, "js_pass": true}

// nameBefore is where the name begins that ends before line[at].
func nameBefore(line string, at int) int {
	end := at
	for end > 0 && strings.IndexByte(" \t\"'`])>\\?", line[end-1]) >= 0 && at-end < 8 {
		end--
	}
	begin := end
	for begin > 0 && end-begin < 80 && isNameByte(line[begin-1]) {
		begin--
	}
	return begin
}

func isNameByte(c byte) bool { return isAlnum(c) || strings.IndexByte("_-.", c) >= 0 }

// valueAfter reads a value. Where it is the only one of its line, first, it goes
// on to the end, or to a blank.
func valueAfter(line string, i int, first bool) (value string, quoted bool, end int) {
	for i < len(line) && strings.IndexByte(" \t=:>~", line[i]) >= 0 {
		i++
	}
	if i < len(line) && (line[i] == '@' || line[i] == 'b' || line[i] == 'r' || line[i] == 'u') && i+1 < len(line) && (line[i+1] == '"' || line[i+1] == '\'') {
		i++
	}
	for i+1 < len(line) && line[i] == '\\' && line[i+1] == '"' { // within a string
		i++
	}
	if i < len(line) && (line[i] == '"' || line[i] == '\'') {
		for j := i + 1; j < len(line); j++ {
			if line[j] == '\\' && j+1 < len(line) && line[j+1] != line[i] {
				j++
			} else if line[j] == line[i] {
				return strings.TrimRight(line[i+1:j], `\`), true, j + 1
			}
		}
		return "", false, len(line)
	}
	stops := " \t,;}&\"'<>)]|"
	if first {
		stops = " \t\"'<>"
	}
	if n := strings.IndexAny(line[i:], stops); n >= 0 {
		end = i + n
	} else {
		end = len(line)
	}
	value = strings.TrimRight(line[i:end], ",;")
	if first && end < len(line) && (line[end] == ' ' || line[end] == '\t') {
		rest := strings.TrimSpace(line[end:])
		switch {
		case isPhrase(value + " " + rest):
			return value + " " + rest, false, len(line)
		case rest != "" && strings.IndexByte("#;/}", rest[0]) < 0 && !strings.Contains(rest, "="):
			return "", false, end // a sentence
		}
	}
	return value, false, end
}

// pair takes a field and its value.
func (f *file) pair(off int, name, value string, quoted bool) {
	if !f.plausible(name, value, quoted) {
		return
	}
	if b, ok := decode64(value); f.in64 && ok && isPlainASCII(b) {
		return
	}
	if h, ok := field("S033", "value of "+clip(name, 60), name, value); ok {
		f.add(h, off)
	}
}

// typeWords are what models and schemas have for a value.
var typeWords = map[string]bool{
	"string": true, "object": true, "array": true, "boolean": true, "bool": true, "number": true, "integer": true, "text": true, "varchar": true, "char": true, "any": true, "bytes": true,
	"hmac": true, "bearer": true, "basic": true, "digest": true, "jwt": true, "oauth": true, "oauth2": true, "saml": true, "ldap": true, "plain": true, "plaintext": true, "scram": true,
	"login": true, "input": true, "field": true, "label": true, "always": true, "never": true, "auto": true, "manual": true, "random": true, "generated": true, "header": true, "cookie": true, "query": true, "write-only": true, "readonly": true, "sensitive": true,
	"sha": true, "aes": true, "rsa": true, "md5": true, "sha1": true, "sha256": true, "sha512": true, "bcrypt": true, "scrypt": true, "argon2": true, "pbkdf2": true, "requisite": true, "files": true, "compat": true, "systemd": true, "sss": true, "winbind": true, "sufficient": true, "include": true,
}

// plausible is false for values that only a program or a reader means: types,
// versions, expressions, algorithm names, words of a language.
func (f *file) plausible(name, value string, quoted bool) bool {
	if len(value) < minFieldValue || len(value) > maxPlainValue || strings.ContainsAny(value, " \t") && !isPhrase(value) || typeWords[strings.ToLower(value)] {
		return false
	}
	for i := range len(value) {
		if value[i] < ' ' || value[i] > '~' {
			return false
		}
	}
	if IsMessage(value) || isVersion(value) || IsAlgorithm(value) || strings.Contains(value, "://") || strings.HasPrefix(value, "//") || strings.HasPrefix(value, "${") && !strings.Contains(value, "-") {
		return false
	}
	if isHex(value) && (len(value) > maxHexValue || hasAny(strings.ToLower(name), []string{"shared_secret", "exporter_secret", "sharedsecret", "exportersecret", "traffic_secret"})) {
		return false // vectors of cryptographic tests
	}
	digit := strings.ContainsAny(value, "0123456789")
	if !quoted && (strings.ContainsAny(value, "(){}[]<>") || !digit && strings.Contains(value, ".")) {
		return false // code
	}
	if trimmed := strings.TrimRight(value, "0123456789"); digit && (len(value)-len(trimmed) > 2 || strings.ContainsAny(trimmed, "0123456789")) {
		return true
	} else if digit {
		return !namesSecret(trimmed) // secret1
	}
	if isMachineMade(name) && isWords(value) {
		return false // the name of a key, a page's token
	}
	return !f.messages && !namesSecret(value) && !isSecretName(value)
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

// isPhrase is true for two words in lower case that are a password, as far as can
// be told: none of them is one that sentences have.
func isPhrase(v string) bool {
	one, two, ok := strings.Cut(v, " ")
	if !ok || len(one) < minPhraseWord || len(two) < minPhraseWord {
		return false
	}
	for _, w := range []string{one, two} {
		if strings.Trim(w, "abcdefghijklmnopqrstuvwxyz0123456789") != "" || typeWords[w] || sentenceWords[w] || occasions[w] {
			return false
		}
	}
	return true
}

// sentenceWords are of what programs say about passwords and tokens.
var sentenceWords = map[string]bool{
	"your": true, "the": true, "this": true, "that": true, "with": true, "from": true, "must": true, "should": true, "cannot": true, "invalid": true, "valid": true, "wrong": true, "incorrect": true, "required": true,
	"enter": true, "please": true, "confirm": true, "forgot": true, "reset": true, "change": true, "current": true, "repeat": true, "show": true, "hide": true, "missing": true, "expired": true, "strong": true, "weak": true, "access": true,
	"user": true, "name": true, "account": true, "email": true, "code": true, "server": true, "admin": true, "field": true, "value": true, "empty": true, "length": true, "characters": true, "least": true, "used": true, "when": true, "only": true,
	"true": true, "false": true, "none": true, "null": true, "optional": true, "deny": true, "shadow": true, "ldap": true, "nis": true, "service": true, "client": true, "file": true, "path": true, "provided": true, "failed": true, "error": true, "success": true,
}

const (
	// minPhraseWord is the length in bytes of the shortest word of a phrase.
	minPhraseWord = 4
	// minFieldValue is the length in bytes of the shortest password that is told
	// by the name of its field.
	minFieldValue = 5
	// maxPlainValue is that of the longest; what is longer is data.
	maxPlainValue = 512
	// maxHexValue is that of the longest secret in hex digits.
	maxHexValue = 128
)

// secretParts are parts of names of secrets; a value without a digit that has one
// is the name of another field, of a resource, of an element of a form.
var secretParts = []string{"password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "api-key", "api_key", "passwort", "login", "username"}

func namesSecret(v string) bool { return hasAny(strings.ToLower(v), secretParts) }

// isVersion is true for 1.2.3, ^1.0.0, >=2.
func isVersion(v string) bool {
	v = strings.TrimLeft(v, "^~<>=v")
	return v != "" && strings.Trim(v, "0123456789.*x-") == ""
}

// IsMessage is true for text of some language, written with the escapes of Java: no
// secret has letters beyond ASCII.
func IsMessage(v string) bool {
	n := strings.Index(v, `\u`)
	return n >= 0 && len(v) >= n+6 && isHex(v[n+2:n+6]) && !strings.HasPrefix(v[n+2:], "00")
}

// IsAlgorithm is true for names of algorithms and of curves, "HMAC-SHA256",
// "RSA_OAEP_256", "secp256r1".
func IsAlgorithm(v string) bool {
	low := strings.ToLower(v)
	for _, p := range []string{"hmac-", "hmac_", "hmacsha", "sha1", "sha2", "sha256", "sha384", "sha512", "sha-", "rsa-", "rsa_", "rsa2", "rsa4", "aes-", "aes_", "aes1", "aes2", "ecdsa", "ed25519", "secp", "pbkdf2", "chacha20", "tls_", "pbewith", "bcrypt", "argon2", "x25519", "prime256", "aes/", "des/", "rsa/", "pkcs"} {
		if strings.HasPrefix(low, p) && len(v) <= 40 {
			return true
		}
	}
	return false
}
