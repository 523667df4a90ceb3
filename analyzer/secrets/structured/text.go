package structured

import (
	"slices"
	"strings"

	"peel/analyzer/finding"
)

// maxText is the longest text in bytes that Text looks at.
const maxText = 1 << 20

// maxFieldValue is the longest value in bytes that is taken for a secret by the
// name it is given to.
const maxFieldValue = 1 << 14

// Text finds the secrets of one text that is no file: the value of a variable
// or a label, a command line, a comment. Where is that of a Place, or a path;
// the ids follow from it. With "env:NAME" the text may be the value alone.
func Text(where, s string) []Hit {
	s = s[:min(len(s), maxText)]
	kind, name, _ := strings.Cut(where, ":")
	var out []Hit
	switch kind {
	case "env", "label", "annotation", "arg":
		s = strings.TrimPrefix(s, name+"=")
		out = valueHits(name, s)
	default:
		out = lineHits(s)
	}
	id, ok := placeIDs[kind]
	for i := range out {
		h := &out[i]
		h.Line = 0
		if ok {
			h.place(id)
		}
	}
	return out
}

// placeIDs are the checks by the first part of a Place's Where.
var placeIDs = map[string]string{
	"env": "S040", "arg": "S041", "history": "S042", "label": "S043", "annotation": "S043",
	"cmd": "S044", "entrypoint": "S044", "healthcheck": "S044", "onbuild": "S045", "comment": "S045", "author": "S045", "attestation": "S052",
}

// place gives a hit the id of the place it was found in. What is grave in
// itself stays so.
func (h *Hit) place(id string) {
	h.ID = id
	if h.Severity > finding.Low && h.Severity < finding.High && h.Confidence >= finding.Likely && h.Title != "JSON web token" {
		h.Severity = finding.High
	}
}

// valueHits looks at a value with a name.
func valueHits(name, value string) []Hit {
	out := lineHits(value)
	if len(out) > 0 || !isSecretName(name) || strings.ContainsAny(value, "\r\n") || len(value) > maxFieldValue {
		return out
	}
	if h, ok := field("S033", "value of "+clip(name, 60), name, unquote(value)); ok {
		out = append(out, h)
	}
	return out
}

// credible is false for sentences and short numbers: a description is no secret.
func credible(v string) bool {
	v = strings.TrimSpace(v)
	return strings.Count(v, " ") < 3 && !(isNumber(v) && len(v) < 4)
}

// lineHits finds all that tells by itself what it is. Line has the offset.
func lineHits(s string) []Hit {
	f := file{text: s}
	if strings.Contains(s, "PRIVATE KEY") || strings.Contains(s, "AGE-SECRET-KEY-1") {
		f.findKeys()
	}
	out := f.hits
	out = append(out, urls("S032", "URL with a password", s)...)
	out = append(out, commandSecrets(s)...)
	headersIn(s, &out)
	out = append(out, awsIn(s)...)
	out = append(out, jwtsIn(s)...)
	sqlPasswords(s, &out)
	return unique(out)
}

// unique keeps the first of the hits with one value.
func unique(hits []Hit) []Hit {
	seen := map[string]bool{}
	return slices.DeleteFunc(hits, func(h Hit) bool {
		if seen[h.Value] {
			return true
		}
		seen[h.Value] = true
		return false
	})
}

// sqlWords come before a quoted password in SQL.
var sqlWords = []string{"identified by ", "identified with mysql_native_password by ", "password ", "password=", "password = ", "password(", "requirepass "}

// sqlPasswords takes CREATE USER … IDENTIFIED BY '…' and ALTER ROLE … PASSWORD '…'.
func sqlPasswords(s string, out *[]Hit) {
	low := strings.ToLower(s)
	if len(low) != len(s) || !hasAny(low, []string{"identified", "create user", "create role", "alter user", "alter role", "set password", "requirepass"}) {
		return
	}
	for _, w := range sqlWords {
		for off := 0; ; {
			n := strings.Index(low[off:], w)
			if n < 0 {
				break
			}
			off += n + len(w)
			rest := strings.TrimLeft(s[off:min(len(s), off+300)], ` \`)
			if rest == "" || rest[0] != '\'' && rest[0] != '"' || !isSQL(s[:off], w) {
				continue
			}
			if v, _, ok := strings.Cut(rest[1:], rest[:1]); ok {
				emit(out, "password in SQL", off, strings.TrimRight(v, `\`))
			}
		}
	}
}

// isSQL tells a statement from a sentence, "problems identified by 'x'": it is
// written in capitals, goes on from another line, or says whose password it is.
// text ends with the word w.
func isSQL(text, w string) bool {
	if !strings.HasPrefix(w, "identified ") {
		return true
	}
	before, last := text[:len(text)-len(w)], text[len(text)-len(w):]
	if strings.HasPrefix(last, "IDENTIFIED") {
		return true
	}
	low := strings.ToLower(strings.TrimSpace(before))
	return low == "" || strings.HasSuffix(low, "'") || strings.HasSuffix(low, "`") || hasAny(low, []string{"create user ", "alter user ", "create role ", "grant ", "@"})
}
