package structured

import "strings"

// secretWords end the names of secrets, in one word or in two.
var secretWords = map[string]bool{
	"password": true, "passwd": true, "passphrase": true, "passwort": true, "secret": true, "token": true, "apikey": true, "pass": true, "pwd": true, "pw": true,
	"secretkey": true, "accesskey": true, "privatekey": true, "authtoken": true, "accesstoken": true, "credential": true, "credentials": true, "creds": true, "passcode": true,
	"api key": true, "access key": true, "private key": true, "secret key": true, "encryption key": true, "signing key": true, "master key": true,
	"account key": true, "storage key": true, "shared key": true, "auth key": true, "app key": true, "license key": true, "deploy key": true, "session key": true,
	"connection string": true, "basic auth": true, "access id secret": true, "hmac key": true, "jwt key": true, "key base": true, "webhook secret": true, "sas token": true, "pat": true,
	"service key": true, "client key": true, "admin key": true, "cookie key": true, "crypt key": true, "secret hash": true,
}

// secretEnds end the last word of names that are written in one word.
var secretEnds = []string{"password", "passwd", "passphrase", "secret", "token", "apikey", "secretkey", "accesskey", "privatekey", "dbpass", "userpass", "smtppass", "mailpass", "rootpass", "authkey", "encryptionkey", "signingkey", "masterkey"}

// tails may follow: where the secret is for, or how it is written.
var tails = map[string]bool{
	"prod": true, "production": true, "dev": true, "development": true, "test": true, "testing": true, "staging": true, "stage": true, "local": true, "live": true,
	"value": true, "base64": true, "b64": true, "hex": true, "encoded": true, "plain": true, "plaintext": true, "root": true, "admin": true, "main": true, "default": true, "old": true, "new": true, "current": true, "raw": true,
}

// harmless words make a name one of something that is public, or of another thing.
var harmless = map[string]bool{
	"public": true, "publishable": true, "pub": true, "max": true, "min": true, "num": true, "count": true, "length": true, "expiry": true, "expire": true, "expires": true, "ttl": true, "policy": true,
	"csrf": true, "xsrf": true, "next": true, "page": true, "continuation": true, "placeholder": true, "label": true, "show": true, "hide": true, "enable": true, "disable": true, "allow": true, "require": true, "use": true, "no": true, "has": true, "is": true,
}

// isSecretName is true for keys whose value is a secret: DB_PASSWORD, apiKey,
// spring.datasource.password; not PASSWORD_FILE, max_tokens, PWD.
func isSecretName(name string) bool {
	if len(name) > 128 {
		return false
	}
	words := wordsOf(name)
	for len(words) > 1 && (tails[words[len(words)-1]] || isNumber(words[len(words)-1])) {
		words = words[:len(words)-1]
	}
	n := len(words)
	if n == 0 || n == 1 && (words[0] == "pwd" || words[0] == "pat" || words[0] == "oldpwd") && name == strings.ToUpper(name) {
		return false
	}
	for _, w := range words {
		if harmless[w] {
			return false
		}
	}
	if secretWords[words[n-1]] || n > 1 && secretWords[words[n-2]+" "+words[n-1]] {
		return true
	}
	last := strings.TrimRight(words[n-1], "0123456789")
	for _, e := range secretEnds {
		if strings.HasSuffix(last, e) {
			return true
		}
	}
	return false
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// wordsOf cuts a name at signs and at capitals, in lower case.
func wordsOf(name string) []string {
	var words []string
	start := 0
	cut := func(i int) {
		if i > start {
			words = append(words, strings.ToLower(name[start:i]))
		}
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case !isAlnum(c):
			cut(i)
			start = i + 1
		case i > start && isUpper(c) && (!isUpper(name[i-1]) || i+1 < len(name) && isLower(name[i+1])):
			cut(i)
			start = i
		}
	}
	cut(len(name))
	return words
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
