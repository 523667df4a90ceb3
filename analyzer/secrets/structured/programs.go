package structured

import "strings"

// shortPassword are the programs whose -p (or another letter) takes a password,
// and whether it stands in the same word alone.
var shortPassword = map[string]struct {
	option   string
	attached bool // -pPASSWORD
	apart    bool // -p PASSWORD
	sub      string
}{
	"docker": {"-p", true, true, "login"}, "podman": {"-p", true, true, "login"}, "buildah": {"-p", true, true, "login"}, "skopeo": {"-p", true, true, "login"},
	"nerdctl": {"-p", true, true, "login"}, "crane": {"-p", true, true, "login"}, "oras": {"-p", true, true, "login"}, "helm": {"-p", false, true, "login"}, "az": {"-p", false, true, "login"}, "oc": {"-p", false, true, "login"},
	"sshpass": {"-p", true, true, ""}, "mysql": {"-p", true, false, ""}, "mysqldump": {"-p", true, false, ""}, "mysqladmin": {"-p", true, false, ""}, "mariadb": {"-p", true, false, ""}, "mysqlimport": {"-p", true, false, ""}, "mariadb-dump": {"-p", true, false, ""}, "mariadb-admin": {"-p", true, false, ""},
	"redis-cli": {"-a", false, true, ""}, "sqlcmd": {"-P", true, true, ""}, "bcp": {"-P", true, true, ""}, "mongo": {"-p", false, true, ""}, "mongosh": {"-p", false, true, ""}, "mongodump": {"-p", false, true, ""}, "mongorestore": {"-p", false, true, ""},
	"twine": {"-p", true, true, ""}, "ldapsearch": {"-w", true, true, ""}, "ldapadd": {"-w", true, true, ""}, "ldapmodify": {"-w", true, true, ""}, "7z": {"-p", true, false, ""}, "7za": {"-p", true, false, ""}, "unzip": {"-P", false, true, ""}, "zip": {"-P", false, true, ""},
	"cqlsh": {"-p", true, true, ""}, "influx": {"-t", false, true, ""}, "sonar-scanner": {"-Dsonar.token=", true, false, ""}, "mvn": {"-Dpassword=", true, false, ""},
}

func (c *command) short(i int, w word) {
	if p, ok := shortPassword[c.name]; ok && strings.HasPrefix(w.text, p.option) && (p.sub == "" || c.has(p.sub)) {
		switch {
		case w.text == p.option && p.apart:
			c.emit("password", w, c.next(i).text)
		case len(w.text) > len(p.option) && p.attached && !strings.HasPrefix(w.text, "--"):
			c.emit("password", w, strings.TrimPrefix(w.text[len(p.option):], "="))
		}
		return
	}
	switch c.name {
	case "curl", "wget", "http", "https", "lftp", "smbclient", "xh":
		c.userPassword(i, w)
	}
}

// userPassword takes -u user:password and its like.
func (c *command) userPassword(i int, w word) {
	var value string
	switch {
	case w.text == "-u" || w.text == "--user" || w.text == "-U" || w.text == "--proxy-user" || c.name != "curl" && w.text == "-a":
		value = c.next(i).text
	case strings.HasPrefix(w.text, "--user="), strings.HasPrefix(w.text, "--proxy-user="):
		_, value, _ = strings.Cut(w.text, "=")
	case c.name == "curl" && strings.HasPrefix(w.text, "-u"):
		value = w.text[2:]
	default:
		return
	}
	sep := ":"
	switch c.name {
	case "lftp":
		sep = ","
	case "smbclient":
		sep = "%"
	}
	if user, pass, ok := strings.Cut(value, sep); ok && pass != "" {
		c.emit("password of "+clip(user, 40), w, pass)
	} else if ok && isToken(user) {
		c.emit("token", w, user)
	}
}

// positional takes passwords that are known by their place.
func (c *command) positional() {
	var plain []word
	for _, w := range c.args {
		if !strings.HasPrefix(w.text, "-") {
			plain = append(plain, w)
		}
	}
	arg := func(i int) string { return at(plain, i).text }
	switch {
	case c.name == "htpasswd" && len(plain) > 1 && c.hasFlag('b'):
		last := plain[len(plain)-1]
		c.emit("password", last, last.text)
	case c.name == "net" && arg(0) == "use":
		c.netUse(plain)
	case c.name == "rabbitmqctl" && (arg(0) == "add_user" || arg(0) == "change_password"):
		c.emit("password", at(plain, 2), arg(2))
	case c.has("ConvertTo-SecureString"):
		c.secureString()
	case c.name == "echo" || c.name == "printf":
		c.echoed(plain)
	case arg(0) == "config" || arg(0) == "configure":
		c.configured(plain)
	}
}

// netUse takes the word after the share: net use [DRIVE:] SHARE PASSWORD /user:NAME.
func (c *command) netUse(plain []word) {
	for i := 1; i+1 < len(plain) && i < 4; i++ {
		if next := plain[i+1]; strings.HasPrefix(plain[i].text, `\`) && !strings.HasPrefix(next.text, "/") && next.text != "*" {
			c.emit("password", next, next.text)
		}
	}
}

// secureString takes what PowerShell is to keep as a secret, in clear.
func (c *command) secureString() {
	for i, w := range c.args {
		if strings.EqualFold(w.text, "ConvertTo-SecureString") && c.has("-AsPlainText") {
			next := c.next(i)
			if strings.EqualFold(next.text, "-String") {
				next = c.next(i + 1)
			}
			if !strings.HasPrefix(next.text, "-") && !strings.HasPrefix(next.text, "$") {
				c.emit("password", next, next.text)
			}
		}
	}
}

func at(words []word, i int) word {
	if i < len(words) {
		return words[i]
	}
	return word{}
}

// hasFlag is true if one of the short options has the letter.
func (c *command) hasFlag(letter byte) bool {
	for _, w := range c.args {
		if len(w.text) > 1 && w.text[0] == '-' && w.text[1] != '-' && strings.IndexByte(w.text, letter) > 0 {
			return true
		}
	}
	return false
}

// echoed takes what is written into a file or a pipe: user:password for
// chpasswd, key=value, and the lines of known files.
func (c *command) echoed(plain []word) {
	for _, w := range plain {
		name, value, ok := strings.Cut(w.text, "=")
		colon := !ok
		if colon {
			name, value, ok = strings.Cut(w.text, ":")
		}
		name = strings.TrimSpace(name)
		name = name[strings.LastIndexAny(name, " :/\n")+1:]
		switch {
		case !ok || colon && name == "PASS": // of a test
		case isSecretName(name) || strings.HasSuffix(w.text[:len(w.text)-len(value)], ":_authToken="):
			emit(c.out, "value of "+clip(name, 60), w.off, unquote(value))
		case name == "root" && !strings.ContainsAny(value, " /:$"):
			emit(c.out, "password of root", w.off, value)
		}
	}
}

// configured takes `npm config set KEY VALUE` and the like.
func (c *command) configured(plain []word) {
	for i := 1; i < len(plain); i++ {
		key := plain[i].text
		key = key[strings.LastIndexAny(key, ":.")+1:]
		last := plain[len(plain)-1]
		switch {
		case i+1 < len(plain) && isSecretName(key):
			c.emit("value of "+clip(key, 60), plain[i+1], plain[i+1].text)
		case strings.EqualFold(key, "extraheader") && i+1 < len(plain):
			header(last.text, last.off, c.out)
		case strings.Contains(plain[i].text, "-oauth.") || strings.Contains(plain[i].text, "-token."):
			c.emit("token", last, last.text)
		}
	}
}
