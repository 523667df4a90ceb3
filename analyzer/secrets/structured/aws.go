package structured

import (
	"strings"

	"peel/analyzer/finding"
)

// awsID is the key id at the beginning of s, "" if there is none.
func awsID(s string) string {
	if len(s) < 20 || !hasPrefixAny(s, "AKIA", "ASIA") {
		return ""
	}
	for i := 4; i < 20; i++ {
		if !isUpper(s[i]) && (s[i] < '0' || s[i] > '9') {
			return ""
		}
	}
	if len(s) > 20 && isAlnum(s[20]) {
		return ""
	}
	return s[:20]
}

func hasPrefixAny(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// pairWindow is how many bytes apart the id and the secret of a pair may be.
const pairWindow = 400

// awsIn finds pairs of a key id and the 40 characters of its secret.
func awsIn(s string) []Hit {
	var out []Hit
	for off := 0; ; {
		n := strings.Index(s[off:], "IA")
		if n < 0 || len(out) >= maxHits {
			return out
		}
		begin := off + n - 2
		off += n + 2
		if begin < 0 || begin > 0 && isAlnum(s[begin-1]) {
			continue
		}
		id := awsID(s[begin:])
		if id == "" {
			continue
		}
		off = begin + 20
		from := max(0, begin-pairWindow)
		if secret, at := awsSecret(s[from:min(len(s), off+pairWindow)]); secret != "" {
			h, ok := judge("S004", "AWS access key", secret)
			if !ok {
				continue
			}
			h.Line = from + at
			h.sure("beside the key id " + id[:8] + "…")
			if why := example(id); why != "" {
				h.lower(finding.Info, why)
			}
			out = append(out, h)
		}
	}
}

// awsSecret finds a word of 40 base64 characters that are no hash.
func awsSecret(s string) (string, int) {
	for i := 0; i < len(s); {
		n := i
		for n < len(s) && (isAlnum(s[n]) || s[n] == '/' || s[n] == '+') {
			n++
		}
		if n-i == 40 && mixed(s[i:n]) {
			return s[i:n], i
		}
		i = n + 1
	}
	return "", 0
}

// mixed is true for words of capitals, small letters and digits.
func mixed(s string) bool {
	var upper, lower, digit bool
	for i := range len(s) {
		upper = upper || isUpper(s[i])
		lower = lower || isLower(s[i])
		digit = digit || s[i] >= '0' && s[i] <= '9'
	}
	return upper && lower && digit
}

// parseAWS reads ~/.aws/credentials and config.
func parseAWS(f *file) {
	walkINI(f.text, "=", func(e entry) {
		switch strings.ToLower(e.key) {
		case "aws_secret_access_key":
			// In other files only what has the form of a key: code says the same.
			if !f.named && (len(e.value) != 40 || !mixed(e.value)) {
				return
			}
			f.secret("S004", "AWS secret access key", e.off, e.value).verify(len(e.value) == 40, "40 characters, as its kind has")
		case "aws_session_token", "aws_security_token":
			f.secret("S004", "AWS session token", e.off, e.value).verify(len(e.value) > 100, "")
		}
	})
}

// verify is sure if a test was passed.
func (h *Hit) verify(ok bool, why string) {
	if ok {
		h.sure(why)
	}
}

// parseAWSCache reads the caches of the AWS command line, in JSON.
func parseAWSCache(f *file) {
	walkJSON(f.text, func(n *node) {
		switch n.key() {
		case "SecretAccessKey", "SessionToken":
			f.json("S004", "AWS "+n.key(), n)
		case "accessToken", "refreshToken", "clientSecret":
			f.json("S004", "AWS SSO "+n.key(), n)
		}
	})
}

// json takes the value of a JSON file.
func (f *file) json(id, title string, n *node) *Hit {
	if !n.quoted {
		return nil
	}
	h := f.secret(id, title, n.off, n.value)
	if h != nil && n.raw != n.value {
		h.Raw = n.raw
	}
	return h
}
