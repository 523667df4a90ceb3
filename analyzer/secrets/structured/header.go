package structured

import (
	"strings"
	"unicode/utf8"
)

// secretHeaders are HTTP headers whose value is a secret, in lower case.
var secretHeaders = map[string]bool{
	"authorization": true, "proxy-authorization": true, "x-api-key": true, "api-key": true, "apikey": true, "x-auth-token": true, "private-token": true, "x-auth-key": true, "job-token": true, "deploy-token": true,
	"x-vault-token": true, "x-access-token": true, "x-jfrog-art-api": true, "dd-api-key": true, "x-figma-token": true, "x-shopify-access-token": true, "ocp-apim-subscription-key": true, "x-goog-api-key": true, "x-rapidapi-key": true, "circle-token": true, "x-amz-security-token": true,
}

// header takes an HTTP header with a credential.
func header(s string, off int, out *[]Hit) {
	name, value, ok := strings.Cut(s, ":")
	name = strings.TrimSpace(name)
	if !ok || !secretHeaders[strings.ToLower(name)] {
		return
	}
	value = strings.TrimSpace(value)
	scheme, rest, two := strings.Cut(value, " ")
	if !two {
		emit(out, "HTTP header "+clip(name, 40), off, value)
		return
	}
	rest = strings.TrimSpace(rest)
	if strings.EqualFold(scheme, "basic") {
		if user, pass, ok := basicAuth(rest); ok {
			n := len(*out)
			emit(out, "HTTP basic authentication of "+clip(user, 40), off, pass)
			if len(*out) > n {
				(*out)[n].Raw = rest
				(*out)[n].sure("the password is in the base64 of the header")
			}
		}
		return
	}
	emit(out, "HTTP header "+clip(name, 40), off, rest)
}

// basicAuth decodes base64 of user:password.
func basicAuth(s string) (user, pass string, ok bool) {
	b, ok := decode64(s)
	if !ok || !utf8.Valid(b) {
		return "", "", false
	}
	user, pass, ok = strings.Cut(string(b), ":")
	if !ok || strings.IndexFunc(string(b), func(r rune) bool { return r < ' ' && r != '\n' }) >= 0 {
		return "", "", false
	}
	return user, strings.TrimSpace(pass), pass != ""
}

// headersIn finds headers anywhere in a line, as git and scripts write them.
func headersIn(s string, out *[]Hit) {
	low := strings.ToLower(s)
	for off := 0; ; {
		n := strings.Index(low[off:], "authorization:")
		if n < 0 || len(low) != len(s) {
			return
		}
		begin := off + n
		off = begin + len("authorization:")
		end := off
		for end < len(s) && strings.IndexByte("\"'\r\n\\`", s[end]) < 0 {
			end++
		}
		words := strings.Fields(s[off:end])
		if len(words) > 2 {
			words = words[:2]
		}
		header("Authorization: "+strings.Join(words, " "), begin, out)
		off = end
	}
}
