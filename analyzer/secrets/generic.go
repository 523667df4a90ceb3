package secrets

import (
	"bytes"

	"peel/analyzer/finding"
	"peel/analyzer/secrets/structured"
)

// scannerOf is a kind of secrets that no pattern tells but the text around.
type scannerOf struct {
	words  []keyword
	scan   func(t *text, b []byte, from, to int)
	binary bool
}

var scanners = []scannerOf{
	{genericWords, (*text).generic, false},
	{[]keyword{{text: "://", next: userinfo, prev: alnum}}, (*text).url, true},
	{each("-----begin", keyword{}), (*text).pem, true},
	{each("sshpass redis-cli ldapsearch smbclient psexec mysqldump rabbitmqctl htpasswd chpasswd -storepass -keypass -passin -passout convertto-securestring", keyword{}), (*text).command, false},
	{callWords, (*text).call, false},
	{phrases("@tcp(", "@unix("), (*text).goDSN, false},
	{phrases("jdbc:oracle:"), (*text).oracle, false},
	{phrases("docker login", "podman login", "skopeo login", "helm registry", "net use", "mysql -", "twine upload", "oc login", "az login", "identified by '", "identified by \""), (*text).command, false},
	{[]keyword{{text: "basic ", next: alnum}, {text: "basic:", next: alnum}}, (*text).basic, false},
}

// nameEnd is what follows the shortest words of names, so that "keyboard" and
// "author" are none of them.
var nameEnd = chars("0-9_. \t\r\n\"'`=:>,|)]\\?-")

var genericWords = append([]keyword{
	{text: "key", next: nameEnd, prev: chars("a-zA-Z0-9_. \t\n\"'`${<-")},
	{text: "pwd", next: nameEnd, prev: chars("a-zA-Z0-9_. \t\n;\"'`${</-")},
	{text: "auth", next: nameEnd},
	{text: "pass", next: nameEnd, prev: chars("a-z_.\"'`-")},
	{text: "cred", next: nameEnd},
}, each("password passwd passphrase passcode passwort secret token credential creds authorization apikey", keyword{})...)

var genericRule = &rule{id: "generic-secret", check: "S033", title: "secret by its name", sev: finding.Medium, conf: finding.Unsure}
var passwordRule = &rule{id: "generic-password", check: "S033", title: "password by its name", sev: finding.Medium, conf: finding.Unsure}

// generic looks at what is assigned to a name that has a word for a secret in it.
func (t *text) generic(b []byte, from, to int) {
	t.keyed = true
	a, ok := assign(b, from, to)
	if !ok || a.start == t.lastGen {
		return
	}
	t.lastGen = a.start
	v := b[a.start:a.end]
	if len(v) < 6 {
		return
	}
	if wordInside(b, from, to) || a.isCode(b) || a.nameEnd-a.nameStart == 4 && a.op == ':' && string(b[from:to]) == "PASS" { // of a test

		return
	}
	name := plainName(b[a.nameStart:a.nameEnd])
	kind := nameKind(name)
	if kind == noSecret {
		return
	}
	r := genericRule
	if kind == password {
		r = passwordRule
	}
	if !credible(kind, name, v, &a) && !(kind == password && a.ofLogin(b, v)) {
		return
	}
	f := match{rule: r, sev: r.sev, conf: r.conf, rank: rankGeneric}
	if stands(v) || sequence(v) || filler(v) != "" || saysSecret(v) {
		return
	}
	t.add(b, a.start, a.end, f)
}

// wordInside reports whether a short word is only the end of another, as "pass"
// is of "bypass": no capital and no separator begins it.
func wordInside(b []byte, from, to int) bool {
	return to-from == 4 && from > 0 && lower[b[from]] == b[from] && letters.has(b[from-1]) && equalFold(b[from:to], "pass")
}

// isCode tells what is written without quotes in a program: a call, an index, a
// member, a list's element.
func (a *assignment) isCode(b []byte) bool {
	if a.op == ',' && (!a.closed || a.broken) {
		return true
	}
	if a.quote != 0 {
		return false
	}
	if a.op == ',' || a.op == '>' && a.end < len(b) && b[a.end] != '<' && !spaces.has(b[a.end]) {
		return true
	}
	if a.end == len(b) {
		return false
	}
	if bytes.HasPrefix(b[a.end:], []byte("..")) {
		return true // cut short on purpose
	}
	switch b[a.end] {
	case '(', '[', '{':
		return true
	case ',', ')', ';': // name: other, and name = other;
		return a.start > 0 && spaces.has(b[a.start-1])
	}
	return false
}

// plainName is a name in lower case, without what separates its words.
func plainName(b []byte) []byte {
	var buf [maxNameLeft + maxNameRight + 32]byte
	out := buf[:0]
	for _, c := range b {
		if alnum.has(c) && len(out) < cap(buf) {
			out = append(out, lower[c])
		}
	}
	return bytes.Clone(out)
}

type nameClass uint8

const (
	noSecret nameClass = iota
	password           // what people think of
	secret             // what machines make
	weak               // a word that means many things: key
)

// harmless are parts of names that hold a word for a secret and mean none.
var harmless = []string{
	"accessib", "accessor", "accessid", "randomaccess", "apiid", "apiname", "apiversion", "author", "credentialid",
	"credentialsid", "withcredential", "bucketkey", "foreignkey", "hotkey", "idxkey", "naturalkey", "primarykey",
	"pubkey", "publickey", "publictoken", "schemakey", "sequencekey", "turkey", "keyalias", "keyboard", "keycode", "keyframe",
	"keyid", "keylength", "keylen", "keymesh", "keyname", "keypair", "keypress", "keyring", "keyselector", "keysignature",
	"keysize", "keystone", "keystoretype", "keyword", "keyup", "keydown", "keyleft", "keyright", "keyvault", "keystorefile",
	"keystorepath", "keytab", "keyhash", "monkey", "keying", "secretlength", "secretname", "secretsize", "usersecretsid",
	"csrf", "authenticitytoken", "endpoint", "tokenurl", "tokenuri", "keyfile", "tokenfile", "passwordfile", "secretfile", "keypath",
	"sharedsecret", "exportersecret", "tokenizer", "tokentype", "tokencount", "maxtoken", "keytype", "keyusage", "keyfunc", "keyspace", "keymap", "keysym",
	"checksum", "integrity", "fingerprint", "md5", "sha1", "sha256", "sha512", "cachekey", "sortkey", "partitionkey",
	"idempotency", "licensekey", "rowkey", "translationkey", "i18n", "keyof", "keyevent", "keyserver", "keygrip", "keyversion",
	"passwordmgr", "passwordmanager", "passwordrules", "passwordreset", "resetpassword", "forgotpassword", "passwordpolicy", "passwordfield", "passwordlabel", "passwordhint",
	"continuationtoken", "nexttoken", "pagetoken", "synctoken", "passwordhelp", "passwordtext", "passwordinput", "passwordmin", "passwordmax", "passwordlength", "passwordtype",
	"tokenkind", "tokenname", "secretref", "secretkeyref", "passwordref", "tokenexpir", "tokenlife", "tokenid", "issuerkey",
	"verifykey", "verificationkey", "sitekey", "storagekey", "objectkey", "lookupkey", "hashkey", "mapkey", "pathkey", "compass", "bypass",
	"passthrough", "password_type", "passive", "passes", "passed", "passage", "accesslevel", "accessmode",
	"keychain", "authmethod", "authtype", "authmode", "authscheme", "authprovider", "authbackend", "authplugin", "authversion",
	"oauthversion", "keyformat", "keyalgorithm", "keyexchange", "signingalg", "tokenaudience", "tokenissuer", "samplekey",
}

func nameKind(name []byte) nameClass {
	for _, w := range harmless {
		if bytes.Contains(name, []byte(w)) {
			return noSecret
		}
	}
	has := func(w string) bool { return bytes.Contains(name, []byte(w)) }
	switch {
	case has("pass"), has("pwd"):
		return password
	case has("secret"), has("token"), has("apikey"), has("cred"), has("accesskey"), has("privatekey"), has("authkey"),
		has("encryptionkey"), has("masterkey"), has("signingkey"), has("apiauth"), has("sharedkey"), has("accountkey"), has("authorization"):
		return secret
	}
	return weak
}

// credible judges the value by what its name promises.
func credible(kind nameClass, name, v []byte, a *assignment) bool {
	if kind == password {
		return crediblePassword(v, a)
	}
	if len(v) < 10 || a.op == '!' || a.op == '>' && a.quote == 0 && kind == weak {
		return false
	}
	if runLen(v, 0, tokenSet, len(v)) < len(v) {
		return false
	}
	if !mixed(v) || looksLikeCode(v, a) || isPublic(v) || structured.IsAlgorithm(string(v)) {
		return false
	}
	least := 3.5
	if runLen(v, 0, hexDigits, len(v)) == len(v) {
		if kind == weak || a.listed { // a digest is more likely
			return false
		}
		least = 3
	}
	if entropy(v) < least {
		return false
	}
	if kind == weak && (a.quote == 0 && a.op != '=' && a.op != ':' || isUUID(v) || isExpression(v)) {
		return false
	}
	if a.quote == 0 && isMember(v) {
		return false
	}
	return !wordy(v) && !plainBase64(v) && !isIdentifier(v) && !isConstant(v)
}

// isUUID reports whether a value has the form of RFC 9562: what is called a key
// is mostly an identifier then.
func isUUID(v []byte) bool {
	if len(v) != 36 {
		return false
	}
	for i, c := range v {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (c == '-') || !dash && !hexDigits.has(c) {
			return false
		}
	}
	return true
}

// isExpression reports whether a value is a sum or a quotient of names: no
// alphabet of base64 has both an operator and an underscore.
func isExpression(v []byte) bool {
	return bytes.IndexByte(v, '_') >= 0 && bytes.ContainsAny(v, "/+")
}

// isConstant reports whether a value is the name of one, "__NL80211_KEY_LAST":
// capitals and digits, at least three of its words without digits.
func isConstant(v []byte) bool {
	words := 0
	for part := range bytes.SplitSeq(v, []byte{'_'}) {
		for _, c := range part {
			if !digits.has(c) && (c < 'A' || c > 'Z') {
				return false
			}
		}
		if len(part) > 1 && runLen(part, 0, letters, len(part)) == len(part) {
			words++
		}
	}
	return words >= 3
}

// maxExampleDigits is how many digits an example may have: "secret123". What has
// more was made by chance, whatever stands before it.
const maxExampleDigits = 4

// saysSecret reports whether a value says what it is in lower case, "secret1",
// "real-secret-6-levels": so examples and tests are written.
func saysSecret(v []byte) bool {
	v = bytes.Trim(v, "'\"`")
	word, numbers := 0, 0
	found := false
	for i, c := range v {
		switch {
		case c >= 'a' && c <= 'z':
			continue
		case digits.has(c):
			numbers++
		case bytes.IndexByte([]byte("-_.[]"), c) < 0:
			return false
		}
		found = found || string(v[word:i]) == "secret"
		word = i + 1
	}
	return numbers <= maxExampleDigits && (found || string(v[word:]) == "secret")
}

// isIdentifier reports whether a value is a name of several words, with numbers
// of one or two digits at their ends: "private_key_pkcs8_pem", "KEY_ALG_RSA_1024".
func isIdentifier(v []byte) bool {
	parts := 0
	for i := 0; i < len(v); parts++ {
		n := runLen(v, i, letters, len(v))
		d := runLen(v, i+n, digits, len(v))
		i += n + d
		if n > 0 && d > 2 || n+d == 0 || i < len(v) && v[i] != '_' && v[i] != '-' && v[i] != '.' {
			return false
		}
		i++
	}
	return parts > 1
}

// isMember reports whether a value is written as a member of something is,
// "config.password2": identifiers with dots between.
func isMember(v []byte) bool {
	if bytes.IndexByte(v, '.') < 0 {
		return false
	}
	for part := range bytes.SplitSeq(v, []byte{'.'}) {
		if len(part) == 0 || digits.has(part[0]) || runLen(part, 0, wordChars, len(part)) < len(part) {
			return false
		}
	}
	return true
}

// maxHexSecret is the longest secret in hex digits; longer ones are test
// vectors and encoded data.
const maxHexSecret = 128

// isPublic tells what is no secret by its form: public keys and certificates in
// DER, and longer hex than keys have.
func isPublic(v []byte) bool {
	if len(v) > maxHexSecret && runLen(v, 0, hexDigits, len(v)) == len(v) {
		return true
	}
	return bytes.HasPrefix(v, []byte("MFkwEwYH")) || bytes.HasPrefix(v, []byte("MIIBIjANBgk")) || bytes.HasPrefix(v, []byte("MCowBQYDK2Vw")) ||
		bytes.HasPrefix(v, []byte("0x")) || bytes.HasPrefix(v, []byte("AAAAB3NzaC1")) || bytes.HasPrefix(v, []byte("ssh-"))
}

// plainBase64 reports whether a value is the base64 of words.
func plainBase64(v []byte) bool {
	d := unbase64(v)
	if len(d) < 6 {
		return false
	}
	for _, c := range d {
		if c < ' ' || c >= 0x7f {
			return false
		}
	}
	return wordy(d) || filler(d) != ""
}

// mixed reports whether there is a digit, and a letter.
func mixed(v []byte) bool {
	digit, letter := false, false
	for _, c := range v {
		digit = digit || digits.has(c)
		letter = letter || letters.has(c)
	}
	return digit && letter
}

// looksLikeCode tells expressions, paths, addresses and versions from values.
func looksLikeCode(v []byte, a *assignment) bool {
	if bytes.Contains(v, []byte("::")) || bytes.Contains(v, []byte("->")) || bytes.Contains(v, []byte("()")) ||
		bytes.Contains(v, []byte("://")) || bytes.Contains(v, []byte("sha256")) || bytes.Contains(v, []byte("../")) {
		return true
	}
	if v[0] == '/' || v[0] == '.' || v[0] == '-' || v[0] == '~' || v[0] == '#' || v[0] == '&' || v[0] == '*' {
		return true
	}
	return false
}

// crediblePassword takes what a person may have chosen: no sentence, no
// expression, and not letters alone.
func crediblePassword(v []byte, a *assignment) bool {
	if len(v) > 128 || bytes.ContainsAny(v, " \t<>{}()$") || a.op == ',' && a.quote == 0 || a.op == '!' || a.op == '>' && a.quote == 0 {
		return false
	}
	if !mixed(v) || looksLikeCode(v, a) || distinct(v) < 5 || isPublic(v) || plainBase64(v) || structured.IsAlgorithm(string(v)) {
		return false
	}
	if runLen(v, 0, hexDigits, len(v)) == len(v) && a.listed || bytes.Count(v, []byte{':'}) > 1 {
		return false
	}
	if structured.IsMessage(string(v)) {
		return false
	}
	if a.quote == 0 && (isMember(v) || bytes.IndexByte(v, '[') >= 0 || bytes.IndexByte(v, ',') >= 0) {
		return false
	}
	for _, c := range v {
		if c >= 0x80 || c < ' ' {
			return false
		}
	}
	return true
}
