package secrets

import (
	"strings"

	"peel/analyzer/finding"
	"peel/analyzer/secrets/gitleaks"
)

// The parts from which gitleaks makes the regular expressions of its rules.
const (
	theirOperator = `(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}`
	theirSuffix   = `(?:[\x60'"\s;]|\\[nr]|$)`
	// ourSuffix also ends a token before a comma, a bracket, an ampersand.
	ourSuffix = `(?:[^0-9A-Za-z_+/=-]|$)`
)

// replaced are gitleaks' rules that scanners of ours stand for.
var replaced = map[string]bool{
	"generic-api-key": true, "private-key": true, "pkcs12-file": true, "hashicorp-tf-password": true,
}

// anchors are better keywords than gitleaks' own for some of its rules.
var anchors = map[string][]keyword{
	"azure-ad-client-secret":             each("7q~ 8q~", keyword{next: tokenSet, prev: tokenSet}),
	"vault-service-token":                {{text: "hvs.", next: alnum}},
	"infracost-api-token":                {{text: "ico-", next: alnum, prev: notName}},
	"mailchimp-key":                      {{text: "-us", next: digits, prev: hexDigits}},
	"telegram-bot-token":                 {{text: ":aa", next: tokenSet, prev: digits}},
	"crypt-hash":                         each("$6$ $5$ $y$", keyword{next: chars("./a-zA-Z0-9"), prev: notWord}),
	"htpasswd-hash":                      append(each("$2a$ $2b$ $2y$", keyword{next: digits}), each("$apr1$ $argon2", keyword{})...),
	"authress-service-client-access-key": each(".acc_ .acc-", keyword{}),
	"twilio-api-key":                     {{text: "twilio"}},
	"aws-access-token":                   append(each("akia asia abia acca", keyword{next: alnum}), keyword{text: "a3t", next: alnum, prev: notWord}),
	"jwt":                                {{text: ".ey", next: chars("a-zA-Z0-9/\\_-"), prev: alnum}},
	"kubernetes-secret-yaml":             {{text: "kind: secret"}, {text: "kind: \"secret"}, {text: "kind: 'secret"}, {text: "kind:  secret"}, {text: "kind:secret"}},
	"curl-auth-user":                     {{text: "curl", next: blankSet}},
	"curl-auth-header":                   {{text: "curl", next: blankSet}},
	"slack-bot-token":                    {{text: "xoxb-"}},
	"slack-legacy-bot-token":             {{text: "xoxb-"}},
	"slack-legacy-token":                 each("xoxo- xoxs-", keyword{}),
	"slack-legacy-workspace-token":       each("xoxa- xoxr-", keyword{}),
	"slack-app-token":                    {{text: "xapp-"}},
	"freemius-secret-key":                {{text: "secret_key"}},
	"cloudflare-origin-ca-key":           {{text: "v1.0-"}},
	"facebook-token":                     each("eaac eaab eaag eaad eaaj eaap", keyword{next: alnum, prev: notWord}),
	"lob-api-key":                        each("test_ live_", keyword{next: hexDigits}),
	"lob-pub-api-key":                    {{text: "_pub_", next: hexDigits}},
	"zai-api-key":                        each("zai_api zai_key zai-api zai.api zaiapi z_ai_ z.ai_ glm_api glm_key", keyword{}),
	"scaleway-secret-key":                each("scaleway scw_secret scw_api scw_key scw_token", keyword{}),
	"box-api-access-token":               each("box_access box_api box_token box_dev box_client box_secret box-access box-api box-token boxaccess boxapi boxtoken", keyword{}),
	"intra42-client-secret":              each("s-s4t2ud- s-s4t2af-", keyword{}),
	"flyio-access-token":                 each("fo1_ fm1a_ fm1r_ fm2_", keyword{next: alnum}),
	"sourcegraph-access-token":           {{text: "sgp_", next: alnum}, {text: "sourcegraph"}},
	"facebook-page-access-token":         each("eaam eaac", keyword{next: alnum, prev: notWord}),
	"square-access-token":                append(each("eaaa", keyword{next: wordChars, prev: notWord}), keyword{text: "sq0atp-"}),
}

// wanted are words one of which must be near too, for patterns that are slow.
var wanted = map[string][]string{
	"curl-auth-user":      {" -u", "--user"},
	"square-access-token": {"square", "sq0", "token", "secret", "access", "api"},
	"curl-auth-header":    {"authorization:", "key:", "token:"},
}

// notWord is what may stand before a token: nothing that a word is made of.
var notWord = func() *charset {
	c := chars("\x00\t\n\r")
	c.add(' ', '~')
	for i := range c {
		c[i] &^= wordChars[i]
	}
	return c
}()

// notName is notWord without the dot before a file's extension.
var notName = func() *charset {
	c := *notWord
	c['.'>>6] &^= 1 << ('.' & 63)
	return &c
}()

// inName is what a word in a name may be followed by.
var inName = chars("a-zA-Z0-9_. \t\r\n\"'`=:>,|)]\\-")

func each(words string, k keyword) (out []keyword) {
	for text := range strings.FieldsSeq(words) {
		k.text = text
		out = append(out, k)
	}
	return out
}

// adopt makes a rule of one of gitleaks', or of a rule file that is written
// like them.
func adopt(g *gitleaks.Rule, global []gitleaks.Allow) *rule {
	c := classify(g.ID)
	r := &rule{
		id: g.ID, check: c.check, title: c.title, sev: c.sev, conf: finding.Likely,
		group: g.Group, entropy: g.Entropy, wanted: wanted[g.ID], verify: verifiers[g.ID],
	}
	if g.Path != "" {
		r.path = newPattern(g.Path)
	}
	if r.noWords = g.NoWords; g.Unsure {
		r.sev, r.conf = min(r.sev, finding.Medium), finding.Unsure
	}
	for _, p := range g.Needs {
		r.needs = append(r.needs, newPattern(p))
	}
	for _, a := range g.Allow {
		r.allow = append(r.allow, newAllow(a))
	}
	for _, a := range global {
		r.allow = append(r.allow, newAllow(a))
	}
	r.shape(g)
	r.words = r.keywords(g)
	return r
}

// anywhere takes from a rule the paths that it skips: of gitleaks' own rules
// nothing is skipped by its path.
func anywhere(r *rule) *rule {
	for i := range r.allow {
		a := &r.allow[i]
		if a.and && len(a.paths) > 0 {
			*a = allow{}
		}
		a.paths = nil
	}
	return r
}

func newAllow(g gitleaks.Allow) allow {
	a := allow{target: g.Target, and: g.And}
	for _, s := range g.StopWords {
		a.stops = append(a.stops, strings.ToLower(s))
	}
	for _, p := range g.Paths {
		a.paths = append(a.paths, newPattern(p))
	}
	for _, p := range g.Regexes {
		a.regexes = append(a.regexes, newPattern(p))
	}
	return a
}

// shape finds out how the rule's match lies about its keywords.
func (r *rule) shape(g *gitleaks.Rule) {
	text := g.Regex
	before, value, isAssigned := strings.Cut(text, theirOperator+"(")
	body := strings.TrimSuffix(value, ")"+theirSuffix)
	switch {
	case isAssigned && body != value && inPattern(before, g.Keywords):
		r.how = assigned
		flags := ""
		if strings.HasPrefix(text, "(?i)") {
			flags = "(?i)"
		}
		r.least, r.most, r.set = span(flags + body)
		r.pattern = newPattern(flags + "^(?:" + body + ")$")
		r.group = 0
		r.oneCase = strings.Contains(before, "(?-i:")
	case isAssigned:
		r.how, r.inValue = near, true
		r.least, r.most, r.set = span(strings.TrimSuffix(strings.TrimSuffix(value, theirSuffix), ")"))
		r.pattern = newPattern(text)
	case g.ID == "twilio-api-key": // "SK" alone is in every text
		r.how = near
		r.least, r.most, r.set = span(text)
		r.pattern = newPattern(`\b` + text + `\b`)
	case inPattern(text, g.Keywords) || anchors[g.ID] != nil:
		r.how = token
		body := strings.TrimSuffix(text, theirSuffix)
		if body != text {
			text = body + ourSuffix
		}
		r.least, r.most, r.set = span(body)
		r.pattern = newPattern(text)
		r.strong = true
	default:
		r.how = near
		r.least, r.most, r.set = span(strings.TrimSuffix(text, theirSuffix))
		r.pattern = newPattern(text)
	}
	if r.set != nil && r.set.has(' ') {
		r.least, r.most, r.set = 0, 0, nil
		if r.how == token {
			r.how, r.strong = block, false
		}
	}
}

// inPattern reports whether a keyword is written out in a regular expression.
func inPattern(text string, words []string) bool {
	plain := strings.ToLower(strings.ReplaceAll(text, `\`, ""))
	for _, w := range words {
		if strings.Contains(plain, strings.ToLower(w)) {
			return true
		}
	}
	for _, alt := range [...][2]string{{"(?:ghu|ghs)_", "ghu_"}, {"(?:pat|sat).", "pat."}, {"(?:sk|rk)_", "sk_live"},
		{"linked[_-]?in", "linkedin"}, {"message[_-]?bird", "messagebird"}, {"private[_-]?ai", "privateai"},
		{"xox[os]", "xoxo"}, {"xox[ar]", "xoxa"}, {"xoxe.xox[bp]", "xoxe.xoxb-"}, {"xox[pe]", "xoxp-"},
		{"(?:sc|ext|scauth|authress)_", "sc_"}} {
		for _, w := range words {
			if w == alt[1] && strings.Contains(plain, alt[0]) {
				return true
			}
		}
	}
	return false
}

// begins reports whether a match begins at a word's beginning, with the keyword.
func begins(regex, word string) bool {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(regex, "(?i)"), `\b`)
	rest = strings.TrimLeft(strings.ReplaceAll(strings.ToLower(rest), "(?:", "("), "(")
	return ok && strings.HasPrefix(strings.ReplaceAll(rest, `\`, ""), word)
}

// keywords gives the rule's words what the matcher wants of short ones.
func (r *rule) keywords(g *gitleaks.Rule) (out []keyword) {
	if a := anchors[g.ID]; a != nil {
		return a
	}
	for _, w := range g.Keywords {
		k := keyword{text: strings.ToLower(w)}
		if len(w) < minKeyword {
			continue
		}
		if r.how == token && r.set != nil && len(w) < 5 {
			k.next = r.set
		}
		if r.how == near && r.inValue {
			k.next = alnum
		}
		if r.how == assigned && len(w) < 5 {
			k.next = inName
		}
		if r.how == token && begins(g.Regex, k.text) {
			k.prev = notWord
		}
		r.first = r.first || begins(`\b`+strings.TrimPrefix(g.Regex, `\b`), k.text)
		out = append(out, k)
	}
	return out
}
