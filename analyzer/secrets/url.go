package secrets

import (
	"bytes"
	"net/url"

	"peel/analyzer/finding"
)

var urlRule = &rule{id: "url-credentials", check: "S032", title: "URL with a password", sev: finding.High, conf: finding.Likely, strong: true}

// userinfo is what a URL may have before its "@". Passwords are often put there
// unescaped, so it is more than RFC 3986 grants; a slash ends it.
var userinfo = func() *charset {
	c := new(charset)
	c.add('!', '~')
	for _, stop := range []byte("/\"'`<>\\{}|") {
		c[stop>>6] &^= 1 << (stop & 63)
	}
	return c
}()

const maxUserinfo = 256

// docPasswords are what documentation writes for a password.
var docPasswords = map[string]bool{
	"pass": true, "password": true, "passwd": true, "pwd": true, "pw": true, "secret": true, "bar": true, "foo": true,
	"test": true, "user": true, "hunter2": true, "token": true, "p": true, "b": true, "123": true, "1234": true,
	"mypassword": true, "mypass": true, "example": true, "x-oauth-basic": true, "admin": true, "guest": true, "postgres": true,
	"root": true, "baz": true, "xxx": true, "***": true, "...": true, "port": true, "s3cret": true, "open sesame": true, "opensesame": true, "12345": true, "123456": true,
	"gx1fbat3bv": true, "7fjfp0zbr1ktdrbnfvdmiw": true, // RFC 6749
}

// metasyntactic are the names for what has none.
var metasyntactic = map[string]bool{"foo": true, "bar": true, "baz": true}

// url looks at the part of a URL between "://" and "@".
func (t *text) url(b []byte, from, to int) {
	n := runLen(b, to, userinfo, maxUserinfo)
	info := b[to : to+n]
	at := bytes.LastIndexByte(info, '@')
	if at <= 0 || at == len(info)-1 {
		return
	}
	colon := bytes.IndexByte(info[:at], ':')
	if colon < 0 {
		return
	}
	// cvs puts its method in front: cvs://:pserver:user:password@host.
	if m := bytes.IndexByte(info[1:at], ':') + 1; colon == 0 && m > 0 {
		info, at, to = info[m+1:], at-m-1, to+m+1
		if colon = bytes.IndexByte(info[:at], ':'); colon < 0 {
			return
		}
	}
	user, pass := info[:colon], info[colon+1:at]
	host := info[at+1:]
	if len(pass) < 3 || !wordChars.has(host[0]) && host[0] != '[' || bytes.IndexByte(user, '=') >= 0 || bytes.IndexByte(user, ',') >= 0 {
		return
	}
	f := match{rule: urlRule, sev: urlRule.sev, conf: urlRule.conf, rank: rankURL}
	if !f.judgeURL(user, pass, host, t.binary) {
		return
	}
	t.add(b, to+colon+1, to+at, f)
}

func (f *match) judgeURL(user, pass, host []byte, binary bool) bool {
	plain := bytes.ToLower(pass)
	if p, err := url.PathUnescape(string(plain)); err == nil {
		plain = []byte(p)
	}
	if metasyntactic[string(bytes.ToLower(user))] && metasyntactic[string(plain)] {
		return false
	}
	if stands(pass) || bytes.ContainsAny(pass, "$%*[]()") && !mixed(pass) || pass[0] == '$' || pass[0] == '%' {
		return false
	}
	switch {
	case numbered(plain), docPasswords[string(plain)], bytes.EqualFold(user, pass), filler(pass) != "", containsFold(host, "example."), containsFold(host, ".company.com"):
		f.sev, f.conf, f.reason = finding.Info, finding.Unsure, "an example or a well-known default"
	case lettersOnly(pass) && (wordy(pass) || len(pass) < 6):
		if binary {
			return false
		}
		f.sev, f.conf, f.reason = finding.Info, finding.Unsure, "the password is a plain word: an example, perhaps"
	case len(pass) < 6 || !mixed(pass):
		if binary {
			return false
		}
		f.sev, f.conf, f.reason = finding.Medium, finding.Unsure, "a short or simple password, perhaps an example"
	}
	return true
}

// numbered reports whether a password is a word for one and a number: "key_1234".
func numbered(v []byte) bool {
	word := string(bytes.TrimRight(v, "0123456789"))
	switch word {
	case "key", "key_", "key-", "pass", "pass_", "pass-", "secret", "secret_", "secret-", "token", "token_", "token-", "pw", "pwd", "user", "test":
		return len(v)-len(word) <= maxExampleDigits
	}
	return false
}
