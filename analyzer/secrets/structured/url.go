package structured

import (
	"net/url"
	"strings"

	"peel/analyzer/finding"
)

// urlSecret is a credential inside a URL.
type urlSecret struct {
	off        int
	user, pass string // decoded
	raw        string // the password as it stands
	host       string
}

// maxUserinfo is the longest part before the @ of a URL, in bytes: tokens of
// cloud registries are long.
const maxUserinfo = 4096

// urlsIn finds URLs with a password or token in them. Its time is linear:
// what was searched for the @ of one URL has no other URL in it.
func urlsIn(s string) []urlSecret {
	var out []urlSecret
	for off := 0; ; {
		n := strings.Index(s[off:], "://")
		if n < 0 {
			return out
		}
		colon := off + n
		off = colon + 3
		if colon == 0 || !isAlnum(s[colon-1]) {
			continue
		}
		end := strings.IndexAny(s[off:min(len(s), off+maxUserinfo)], "/ \t\r\n\"'`<>\\,|")
		info := s[off:min(len(s), off+maxUserinfo)]
		if end >= 0 {
			info = info[:end]
		}
		at := strings.LastIndexByte(info, '@')
		if q := strings.IndexAny(info, "?#"); q >= 0 && at > q && strings.Contains(info[:q], ".") && !strings.Contains(info[:q], ":") {
			at = -1 // a query, not a password
		}
		if at <= 0 {
			continue
		}
		if u, ok := userinfo(info[:at], info[at+1:]); ok {
			u.off = off
			out = append(out, u)
		}
		off += at
	}
}

func userinfo(info, host string) (urlSecret, bool) {
	user, pass, has := strings.Cut(info, ":")
	host = strings.TrimRight(host, ")];.")
	if host == "" || !isAlnum(host[0]) && strings.IndexByte("[${<%", host[0]) < 0 {
		return urlSecret{}, false
	}
	if pass == "" || has && (pass == "x-oauth-basic" || pass == "x") {
		// A token in the place of the user.
		if !isToken(user) {
			return urlSecret{}, false
		}
		pass, user = user, ""
	}
	u := urlSecret{user: user, pass: pass, raw: pass, host: host}
	if p, err := url.PathUnescape(pass); err == nil {
		u.pass = p
	}
	return u, true
}

// isToken is true for what no person would choose as a user name.
func isToken(s string) bool {
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			digits++
		case !isAlnum(c) && strings.IndexByte("_-.~", c) < 0:
			return false
		}
	}
	return len(s) >= 20 && digits >= 2
}

// urls takes the URLs with credentials of a text as hits with the given id.
func urls(id, title, s string) []Hit {
	var out []Hit
	for _, u := range urlsIn(s) {
		h, ok := judge(id, title, u.pass)
		if !ok || placeholderUser(u) {
			continue
		}
		if u.raw != u.pass {
			h.Raw = u.raw
		}
		if h.Severity > finding.Low {
			h.because("a password in a URL")
		}
		h.Line = u.off // an offset, for the time being
		out = append(out, h)
	}
	return out
}

// placeholderUser is true for user:pass@host and other lessons.
func placeholderUser(u urlSecret) bool {
	low := strings.ToLower(u.user)
	return hasAny(low, []string{"<", "your", "${", "{{"}) || strings.EqualFold(u.user, u.pass) && (low == "user" || low == "username") ||
		(low == "user" || low == "username" || low == "login") && hasAny(strings.ToLower(u.pass), []string{"pass", "pwd", "secret"})
}

// urls takes those of the whole file, or of a part that begins at off.
func (f *file) urls(id, title, s string, off int) {
	for _, h := range urls(id, title, s) {
		at := off + h.Line
		f.add(h, at)
	}
}
