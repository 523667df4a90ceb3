package secrets

import (
	"bytes"
	"slices"
	"time"

	"peel/analyzer/finding"
	"peel/analyzer/secrets/structured"
)

// accept judges a match of a rule. m are the offsets of its groups, as regexp
// gives them, from lo on.
func (t *text) accept(b []byte, lo int, m []int, r *rule, rank int8) {
	start, end := lo+m[0], lo+m[1]
	matched := b[start:end]
	if g := r.group; g > 0 && 2*g+1 < len(m) && m[2*g] >= 0 {
		start, end = lo+m[2*g], lo+m[2*g+1]
	} else {
		for g := 2; g+1 < len(m); g += 2 {
			if m[g] >= 0 && m[g+1] > m[g] {
				start, end = lo+m[g], lo+m[g+1]
				break
			}
		}
	}
	if r.id == kubernetesSecret { // its group has the name too
		if n := bytes.LastIndexByte(b[start:end], ':'); n >= 0 {
			start += n + 1
		}
		start, end = trim(b, start, end, " \t\r\n\"'|>")
	}
	v := b[start:end]
	if r.id == kubernetesSecret && !holdsSecret(v) {
		return
	}
	if r.entropy > 0 && entropy(v) <= r.entropy {
		return
	}
	f := match{rule: r, sev: r.sev, conf: r.conf, rank: rank}
	if !r.fits(v) || !f.plausible(v) {
		return
	}
	for i := range r.allow {
		line := lineAround(b, start, end)
		if r.allow[i].allows(v, matched, line) {
			return
		}
		f.notAt = append(f.notAt, r.allow[i].allowsAt(v, matched, line)...)
	}
	if !f.judge(r, v, t.s.opts.Now) {
		return
	}
	if r.id == awsKeyID && f.sev > finding.Info {
		t.pairAWS(b, start, end, &f)
	}
	t.add(b, start, end, f)
}

// holdsSecret reports whether the base64 of a Kubernetes Secret is none of a
// placeholder.
func holdsSecret(v []byte) bool {
	plain := unbase64(v)
	if len(plain) == 0 || !isPrintable(plain) {
		return true
	}
	h, ok := structured.Password(string(plain))
	return ok && h.Severity > finding.Low
}

// fits reports whether a value is as those of the rule are.
func (r *rule) fits(v []byte) bool {
	return !(r.noWords && wordy(v)) && !slices.ContainsFunc(r.needs, func(p pattern) bool { return !p.get().Match(v) })
}

// Rules of gitleaks' that are looked at more closely.
const (
	kubernetesSecret = "kubernetes-secret-yaml"
	curlUser         = "curl-auth-user"
	webToken         = "jwt"
)

// trim narrows a stretch of b.
func trim(b []byte, start, end int, cutset string) (int, int) {
	left := bytes.TrimLeft(b[start:end], cutset)
	return end - len(left), end - len(left) + len(bytes.TrimRight(left, cutset))
}

// plausible drops what only stands for a secret, and lowers what says of itself
// that it is an example.
func (f *match) plausible(v []byte) bool {
	if masked(v) || lettersOnly(v) && wordy(v) {
		return false
	}
	if len(v) < maxFillerLen && filler(v) != "" {
		f.sev, f.conf = finding.Info, finding.Unsure
		f.reason = "an example or a placeholder: the value says so"
	} else if sequence(v) {
		f.sev, f.conf = min(f.sev, finding.Low), finding.Unsure
		f.reason = "it looks made up: an example, perhaps"
	}
	return true
}

// maxFillerLen is the length from which a word in a token is an accident.
const maxFillerLen = 120

func lettersOnly(v []byte) bool {
	for _, c := range v {
		if !letters.has(c) && c != '_' {
			return false
		}
	}
	return true
}

// judge lets the rule look closer, and reports whether the match is one.
func (f *match) judge(r *rule, v []byte, now time.Time) bool {
	if f.sev <= finding.Low {
		return true
	}
	var d verdict
	switch {
	case r.id == curlUser:
		if _, pass, ok := bytes.Cut(bytes.Trim(v, "\"'"), []byte(":")); ok && docPasswords[string(bytes.ToLower(pass))] {
			d = verdict{set: true, sev: finding.Info, conf: finding.Unsure, reason: "an example or a well-known default"}
		}
	case r.id == webToken:
		d = checkJWT(v, now)
	case r.verify != nil:
		d = r.verify(v)
	}
	if d.set {
		f.sev, f.conf, f.reason = d.sev, d.conf, d.reason
	}
	return !d.drop
}

// maxLine is how much of a line allow lists look at.
const maxLine = 500

func lineAround(b []byte, start, end int) []byte {
	lo, hi := start, end
	for lo > 0 && start-lo < maxLine && b[lo-1] != '\n' {
		lo--
	}
	for hi < len(b) && hi-end < maxLine && b[hi] != '\n' {
		hi++
	}
	return b[lo:hi]
}

// add keeps a match.
func (t *text) add(b []byte, start, end int, f match) {
	if f.value == "" {
		f.value = string(b[start:end])
	}
	f.start, f.end = t.base+int64(start), t.base+int64(end)
	if !t.binary {
		// Matches come nearly in order: the line is counted from the last one.
		if start < t.lineAt {
			f.line = t.line - bytes.Count(b[start:t.lineAt], newline)
		} else {
			t.advance(b, start)
			f.line = t.line
		}
	}
	t.found = append(t.found, f)
}
