package secrets

import (
	"bytes"

	"peel/analyzer/finding"
)

var basicRule = &rule{id: "basic-auth-header", check: "S033", title: "password in an Authorization header", sev: finding.High, conf: finding.Sure}

// basic looks at the credentials of HTTP's basic authentication (RFC 7617):
// base64 of name and password.
func (t *text) basic(b []byte, _, to int) {
	n := runLen(b, to, base64Set, maxValue)
	if n < 8 {
		return
	}
	plain := unbase64(b[to : to+n])
	user, pass, ok := bytes.Cut(plain, []byte(":"))
	if !ok || len(pass) < 3 || !isPrintable(plain) {
		return
	}
	f := match{rule: basicRule, sev: basicRule.sev, conf: basicRule.conf, rank: rankToken, reason: "it decodes to a name and a password"}
	if stands(pass) {
		return
	}
	if docPasswords[string(bytes.ToLower(pass))] || bytes.Equal(user, pass) || filler(pass) != "" || filler(user) != "" {
		f.sev, f.conf, f.reason = finding.Info, finding.Unsure, "an example: it decodes to a usual name and password"
	}
	f.more = []string{string(pass)}
	t.add(b, to, to+n, f)
}

func isPrintable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}
