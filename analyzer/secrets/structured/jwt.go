package structured

import (
	"encoding/json"
	"strings"
	"time"

	"peel/analyzer/finding"
)

// now is the time that tokens expire by.
var now = time.Now

// readJWT makes a hit of a JSON web token. A token of a Kubernetes service
// account is S027.
func readJWT(s string) (Hit, bool) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 || len(s) > 1<<16 {
		return Hit{}, false
	}
	var head struct{ Alg, Enc string }
	if b, ok := decode64(parts[0]); !ok || json.Unmarshal(b, &head) != nil || head.Alg == "" {
		return Hit{}, false
	}
	h := Hit{ID: "S034", Title: "JSON web token", Severity: finding.Medium, Confidence: finding.Sure, Value: s, Reason: "its header is that of a token"}
	var claims map[string]any
	if b, ok := decode64(parts[1]); !ok || json.Unmarshal(b, &claims) != nil {
		h.Confidence, h.Reason = finding.Likely, "its claims do not parse"
		return h, true
	}
	if iss, _ := claims["iss"].(string); strings.HasPrefix(iss, "kubernetes/") || claims["kubernetes.io"] != nil {
		h.ID, h.Title, h.Severity = "S027", "Kubernetes service account token", finding.High
	}
	if exp, ok := claims["exp"].(float64); ok {
		when := time.Unix(int64(exp), 0).UTC()
		if when.Before(now()) {
			h.lower(finding.Low, "it expired on "+when.Format(time.DateOnly))
		} else {
			h.because("it expires on " + when.Format(time.DateOnly))
		}
	}
	if claims["name"] == "John Doe" || claims["sub"] == "1234567890" {
		h.lower(finding.Info, "the example of jwt.io")
	}
	return h, true
}

// jwtsIn finds tokens in a text; Line has the offset.
func jwtsIn(s string) []Hit {
	var out []Hit
	for off := 0; ; {
		n := strings.Index(s[off:], "eyJ")
		if n < 0 {
			return out
		}
		begin := off + n
		end := begin
		for end < len(s) && (isAlnum(s[end]) || s[end] == '-' || s[end] == '_' || s[end] == '.' || s[end] == '=') {
			end++
		}
		if h, ok := readJWT(strings.TrimRight(s[begin:end], ".")); ok && (begin == 0 || !isAlnum(s[begin-1])) {
			h.Line = begin
			out = append(out, h)
		}
		off = end
	}
}
