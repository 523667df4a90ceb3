package secrets

import (
	"bytes"
	"maps"
	"slices"

	"peel/analyzer/finding"
	"peel/analyzer/secrets/structured"
)

// calls take a password as an argument of a known place, from 0.
var calls = map[string]int{
	"mysqli_connect": 2, "mysqli_real_connect": 3, "new mysqli": 2, "mysql_connect": 2, "mysql_pconnect": 2, "pymysql.connect": 2, "mysqldb.connect": 2, "new pdo": 2, "odbc_connect": 2,
	"oci_connect": 1, "cx_oracle.connect": 1, "getconnection": 2, ".login": 1, "ftp_login": 2, "ssh2_auth_password": 2, "imap_open": 2, "ldap_bind": 2, "simple_bind_s": 1,
	"passwordauthentication": 1, "networkcredential": 1, "usernamepasswordcredentials": 1, "httpbasicauth": 1, "setbasicauth": 1, "smtp.plainauth": 2, "basicauth": 1,
}

var callWords = func() (out []keyword) {
	for _, text := range slices.Sorted(maps.Keys(calls)) {
		out = append(out, keyword{text: text, next: chars("(")})
	}
	return out
}()

var callRule = &rule{id: "login-call", check: "S033", title: "password in a call", sev: finding.Medium, conf: finding.Likely}

// maxCall bounds the arguments of a call, in bytes.
const maxCall = 400

// call looks at the arguments of a call that logs in somewhere. Only a string that
// is written out is a password.
func (t *text) call(b []byte, from, to int) {
	place := calls[string(bytes.ToLower(b[from:to]))]
	i, end := to+1, min(len(b), to+maxCall)
	for n := 0; i < end; n++ {
		i += runLen(b, i, spaces, end-i)
		start, stop, next := argument(b, i, end)
		if n == place {
			if stop > start {
				t.password(b, start, stop, callRule)
			}
			return
		}
		if i = next; i >= end || b[i] != ',' {
			return
		}
		i++
	}
}

// argument reads the argument at i: the text in quotes, if it is one string, and
// where it ends.
func argument(b []byte, i, end int) (start, stop, next int) {
	if i < end && (b[i] == '"' || b[i] == '\'') {
		for j := i + 1; j < end; j++ {
			switch b[j] {
			case '\\':
				j++
			case '\n':
				return 0, 0, end
			case b[i]:
				next = j + 1
				next += runLen(b, next, spaces, end-next)
				if next < end && (b[next] == ',' || b[next] == ')') {
					return i + 1, j, next
				}
				return 0, 0, skipArgument(b, next, end)
			}
		}
		return 0, 0, end
	}
	return 0, 0, skipArgument(b, i, end)
}

// skipArgument is where an expression ends: at a comma or at the bracket that
// closes the call.
func skipArgument(b []byte, i, end int) int {
	depth := 0
	for ; i < end; i++ {
		switch b[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		case '"', '\'':
			q := b[i]
			for i++; i < end && b[i] != q && b[i] != '\n'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		case ';':
			return end
		}
	}
	return end
}

// password takes a value that stands where a password does.
func (t *text) password(b []byte, start, end int, r *rule) {
	v := b[start:end]
	if len(v) < minPassword || len(v) > maxUserinfo || stands(v) || filler(v) != "" || docPasswords[string(bytes.ToLower(v))] || saysSecret(v) || !t.afford(len(v)) {
		return
	}
	h, ok := structured.Password(string(v))
	if !ok {
		return
	}
	if lettersOnly(v) && wordy(v) { // an example
		return
	}
	t.add(b, start, end, match{rule: r, sev: min(h.Severity, r.sev), conf: min(h.Confidence, r.conf), reason: h.Reason, rank: rankURL})
}

// minPassword is the length in bytes of the shortest password that is told where
// nothing names it.
const minPassword = 5

var dsnRule = &rule{id: "dsn-credentials", check: "S032", title: "password in a connection string", sev: finding.High, conf: finding.Likely}

// goDSN looks before the address of a database of Go's: user:password@tcp(…).
func (t *text) goDSN(b []byte, from, _ int) {
	n := runBack(b, from, userinfo, maxUserinfo)
	info := b[from-n : from]
	if colon := bytes.IndexByte(info, ':'); colon > 0 {
		t.password(b, from-n+colon+1, from, dsnRule)
	}
}

// oracle looks at jdbc:oracle:thin:user/password@host.
func (t *text) oracle(b []byte, _, to int) {
	n := runLen(b, to, chars("!-.0-~"), maxUserinfo)
	if to+n >= len(b) || b[to+n] != '/' {
		return
	}
	start := to + n + 1
	end := start + runLen(b, start, userinfo, maxUserinfo)
	if at := bytes.IndexByte(b[start:end], '@'); at > 0 {
		t.password(b, start, start+at, dsnRule)
	}
}

// loginWords are names of what stands beside the password of a login.
var loginWords = []string{"user", "login", "uid=", "host", "server=", "database", "email", "data source"}

// loginSpan is how far these are away, in bytes.
const loginSpan = 120

// ofLogin reports whether a password without a digit is one by what is around it:
// it is written out, of several words or with a sign in it, and beside a user or a
// host.
func (a *assignment) ofLogin(b, v []byte) bool {
	if len(v) < 8 || len(v) > 64 || a.op != '=' && a.op != ':' && a.op != '>' || mixed(v) {
		return false
	}
	signs := 0
	for _, c := range v {
		switch {
		case letters.has(c):
		case bytes.IndexByte([]byte("-_!@#%^&*+~?"), c) >= 0:
			signs++
		default:
			return false
		}
	}
	if signs == 0 || a.quote == 0 && (a.start == 0 || b[a.start-1] != '=') {
		return false
	}
	for _, w := range []string{"pass", "pwd", "secret", "token", "user", "name", "login", "auth", "key", "field", "input", "valid", "require", "error", "invalid", "reset", "change", "enter", "your", "my-", "some"} {
		if containsFold(v, w) {
			return false
		}
	}
	return containsAny(b[max(a.nameStart-loginSpan, 0):a.nameStart], loginWords) || containsAny(b[a.end:min(a.end+loginSpan, len(b))], loginWords)
}
