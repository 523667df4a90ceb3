package structured

import (
	"strings"

	"peel/analyzer/finding"
)

// phpSalts are the constants of WordPress that sign cookies.
var phpSalts = map[string]bool{
	"AUTH_KEY": true, "SECURE_AUTH_KEY": true, "LOGGED_IN_KEY": true, "NONCE_KEY": true,
	"AUTH_SALT": true, "SECURE_AUTH_SALT": true, "LOGGED_IN_SALT": true, "NONCE_SALT": true,
}

// parsePHP reads wp-config.php and its like: define('NAME', 'value');
// $name = 'value'; 'name' => 'value'.
func parsePHP(f *file) {
	eachLine(f.text, func(off int, line string) {
		t := strings.TrimSpace(line)
		if strings.HasPrefix(t, "//") || strings.HasPrefix(t, "#") || strings.HasPrefix(t, "*") {
			return
		}
		name, value, ok := cutDefine(t)
		if !ok {
			if name, value, ok = cutAssignment(t); !ok {
				return
			}
		}
		v, ok := literal(value)
		if !ok || !phpSalts[name] && !isSecretName(name) || strings.Contains(v, "unique phrase") {
			return
		}
		f.secret("S033", "value of "+clip(name, 60), off, v).sign("in a configuration file that runs")
	})
	f.lineFields()
	f.urls("S032", "URL with a password", f.text, 0)
}

func cutDefine(t string) (name, value string, ok bool) {
	const define = "define("
	if len(t) < len(define) || !strings.EqualFold(t[:len(define)], define) {
		return "", "", false
	}
	name, value, ok = strings.Cut(t[len(define):], ",")
	return strings.Trim(name, " '\""), strings.TrimSpace(value), ok
}

// parseRails reads the YAML files of Rails and Symfony.
func parseRails(f *file) {
	walkYAML(f.text, func(n *node) {
		if isSecretName(n.key()) || n.key() == "secret_key_base" {
			f.secret("S033", "value of "+clip(n.key(), 60), n.off, n.value).sign("in the configuration of an application")
		}
	})
	f.urls("S032", "URL with a password", f.text, 0)
}

// parseMasterKey reads the key that Rails encrypts credentials with: 32 hex digits.
func parseMasterKey(f *file) {
	t := strings.TrimSpace(f.text)
	if (len(t) == 32 || len(t) == 64) && strings.Trim(t, "0123456789abcdef") == "" {
		f.secret("S033", "Rails master key", 0, t).sign("it decrypts the credentials of the application")
	}
}

// parseSFTP reads the connections of editors.
func parseSFTP(f *file) {
	walkJSON(f.text, func(n *node) {
		switch strings.ToLower(n.key()) {
		case "password", "passphrase", "pass":
			f.json("S033", "password of an editor's connection", n).sign("for a server that the editor uploads to")
		}
	})
}

// parseJetBrains reads connections of JetBrains' editors, whose passwords are
// hidden by a fixed number.
func parseJetBrains(f *file) {
	walkXML(f.text, func(e *element) {
		for _, a := range []string{"password", "passphrase"} {
			v := e.attr(a)
			clear, ok := unhideJetBrains(v)
			if v == "" || !ok && placeholder(v) {
				continue
			}
			if !ok {
				clear = v
			}
			h := f.secret("S033", "password of an editor's connection", e.off, clear)
			h.sign("for a server that the editor connects to")
			if h != nil && ok {
				h.Raw = v
				h.sure("hidden only: it can be read back")
			}
		}
		if e.name() == "jdbc-url" || e.name() == "url" {
			f.urls("S032", "URL with a password", e.text.String(), e.off)
		}
	})
}

// unhideJetBrains undoes four hex digits a character, xor 0xdfaa.
func unhideJetBrains(s string) (string, bool) {
	if len(s) < 8 || len(s)%4 != 0 || len(s) > 1024 {
		return "", false
	}
	var b []byte
	for i := 0; i < len(s); i += 4 {
		n := 0
		for _, c := range strings.ToLower(s[i : i+4]) {
			d := strings.IndexRune("0123456789abcdef", c)
			if d < 0 {
				return "", false
			}
			n = n<<4 | d
		}
		if n ^= 0xdfaa; n >= 0x7f {
			return "", false
		}
		b = append(b, byte(n))
	}
	return string(b), printable(b)
}

// parseFileZilla reads the saved servers of FileZilla. With a master password
// they are encrypted.
func parseFileZilla(f *file) {
	walkXML(f.text, func(e *element) {
		if e.name() != "Pass" {
			return
		}
		text := strings.TrimSpace(e.text.String())
		switch e.attr("encoding") {
		case "base64":
			f.encoded("S033", "FileZilla password", e.off, text)
		case "crypt":
			return
		default:
			f.secret("S033", "FileZilla password", e.off, text)
		}
		if n := len(f.hits); n > 0 {
			f.hits[n-1].sign("")
		}
	})
}

// parseHtpasswd reads user:hash lines. What is no hash is a password in clear.
func parseHtpasswd(f *file) {
	eachLine(f.text, func(off int, line string) {
		user, hash, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(user, "#") || user == "" || strings.ContainsAny(line, " \t") {
			return
		}
		h := f.secret("S033", "password of "+clip(user, 40), off, hash)
		if h == nil {
			if strings.HasPrefix(hash, "$") { // $apr1$, $2y$, $5$, $6$
				f.hash(user, hash, off)
			}
			return
		}
		switch {
		case strings.HasPrefix(hash, "$") || strings.HasPrefix(hash, "{SHA}") || strings.HasPrefix(hash, "{SSHA}"):
			h.Title = "password hash of " + clip(user, 40)
			h.lower(finding.Low, "hashed: as strong as the password")
		case len(hash) == 13:
			h.Title = "password hash of " + clip(user, 40)
			h.because("crypt of DES, which is quickly guessed")
		}
	})
}

func (f *file) hash(user, hash string, off int) {
	f.add(Hit{ID: "S033", Title: "password hash of " + clip(user, 40), Severity: finding.Low, Confidence: finding.Likely, Value: hash, Reason: "hashed: as strong as the password"}, off)
}
