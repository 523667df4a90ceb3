package secrets

import (
	"strings"

	"peel/analyzer/finding"
	"peel/analyzer/secrets/gitleaks"
)

// vendor is a rule of ours for one issuer's credentials, written from what the
// issuer says of their form.
type vendor struct {
	id, title, check string
	sev              finding.Severity
	words            string // keywords, separated by blanks
	regex            string // group 1 is the secret, if there is a group
	near             string // words one of which must be near, separated by "|"; "=": the keywords are names
}

const (
	crit = finding.Critical
	high = finding.High
	medi = finding.Medium
	lowS = finding.Low
)

// vendors are tokens that their form tells.
var vendors = []vendor{
	// Clouds.
	{"aws-session-token", "AWS session token", "S004", high, "iqojb3jpz2lu fwogzxivyxdz", `\b((?:IQoJb3JpZ2lu|FwoGZXIvYXdz)[A-Za-z0-9+/=_-]{100,})`, ""},
	{"aws-mws-token", "Amazon MWS token", "S004", high, "amzn.mws.", `\bamzn\.mws\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`, ""},
	{"aws-lwa-secret", "Login with Amazon secret", "S004", high, "amzn1.oa2-cs.", `\bamzn1\.oa2-cs\.v1\.[0-9a-f]{64}\b`, ""},
	{"gcp-oauth-client-secret", "Google OAuth client secret", "S005", high, "gocspx-", `\b(GOCSPX-[A-Za-z0-9_-]{28})(?:[^A-Za-z0-9_-]|$)`, ""},
	{"gcp-oauth-access-token", "Google OAuth access token", "S005", high, "ya29.", `\b(ya29\.(?:[a-z]\.)?[A-Za-z0-9_-]{30,})`, ""},
	{"gcp-refresh-token", "Google OAuth refresh token", "S005", high, "1//0", `\b(1//0[A-Za-z0-9_-]{40,})`, ""},
	{"gcp-fcm-server-key", "Firebase server key", "S005", high, ":apa91b", `\b(AAAA[A-Za-z0-9_-]{7}:APA91b[A-Za-z0-9_-]{130,140})`, ""},
	{"azure-storage-key", "Azure storage account key", "S006", crit, "accountkey=", `(?i)AccountKey=([a-z0-9+/]{86}==)`, ""},
	{"azure-shared-access-key", "Azure shared access key", "S006", crit, "sharedaccesskey=", `(?i)SharedAccessKey=([a-z0-9+/]{43}=)`, ""},
	{"azure-storage-key-marked", "Azure storage account key", "S006", crit, "+ast", `([A-Za-z0-9+/]{76}\+ASt[A-Za-z0-9+/]{6}==)`, ""},
	{"azure-cosmos-key", "Azure Cosmos DB key", "S006", crit, "acdb", `([A-Za-z0-9+/]{76}ACDb[A-Za-z0-9+/]{5}[AQgw]==)`, ""},
	{"azure-devops-pat", "Azure DevOps token", "S010", crit, "azdo", `\b([A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4})\b`, ""},
	{"azure-openai-key", "Azure AI key", "S006", crit, "jqqj99", `\b([A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26})\b`, ""},
	{"azure-search-key", "Azure search key", "S006", crit, "azse", `\b([A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5})\b`, ""},
	{"azure-function-key", "Azure function key", "S006", crit, "azfu", `([A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{5}[AQgw]==)`, ""},
	{"azure-registry-key", "Azure container registry key", "S006", crit, "+acr", `([A-Za-z0-9+/]{42}\+ACR[A-D][A-Za-z0-9]{5})\b`, ""},
	{"azure-cache-key", "Azure cache key", "S006", crit, "azca", `\b([A-Za-z0-9]{33}AzCa[A-P][A-Za-z0-9]{5}=)`, ""},
	{"azure-sas", "Azure SAS signature", "S006", high, "&sig= ?sig= ;sig=", `[?&;](?:amp;)?sig=([A-Za-z0-9%/+]{43,}(?:%3D|=))`, "sv=|se=|sr=|windows.net|azure"},
	{"tencent-secret-id", "Tencent Cloud key id", "S007", high, "akid", `\b(AKID[A-Za-z0-9]{32})\b`, ""},
	{"yandex-oauth", "Yandex OAuth token", "S007", high, "y0_a", `\b(y0_[A-Za-z0-9_-]{50,60})\b`, ""},
	{"yandex-api-key", "Yandex Cloud key", "S007", high, "aqvn", `\b(AQVN[A-Za-z0-9_-]{35,38})\b`, ""},
	{"vercel-blob-token", "Vercel Blob token", "S007", high, "vercel_blob_rw_", `\b(vercel_blob_rw_[A-Za-z0-9]{16}_[A-Za-z0-9]{28,40})\b`, ""},
	{"render-token", "Render key", "S007", high, "rnd_", `\b(rnd_[A-Za-z0-9]{28,40})\b`, ""},
	{"netlify-pat", "Netlify token", "S007", high, "nfp_", `\b(nfp_[A-Za-z0-9]{36,40})\b`, ""},
	{"supabase-token", "Supabase token", "S007", crit, "sbp_", `\b(sbp_[a-f0-9]{40})\b`, ""},
	{"supabase-secret-key", "Supabase secret key", "S007", crit, "sb_secret_", `\b(sb_secret_[A-Za-z0-9_-]{20,})`, ""},
	{"neon-token", "Neon key", "S007", high, "napi_", `\b(napi_[a-z0-9]{60,70})\b`, ""},
	{"tailscale-key", "Tailscale key", "S007", crit, "tskey-", `\b(tskey-[a-z]+-[A-Za-z0-9]{8,}(?:-[A-Za-z0-9]{16,})?)\b`, ""},
	{"doppler-token", "Doppler token", "S007", crit, "dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", `\b(dp\.(?:ct|st|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44})\b`, ""},
	{"heroku-key", "Heroku key", "S007", crit, "hrku-", `\b(HRKU-[A-Za-z0-9_-]{36,64})`, ""},
	{"elastic-key", "Elastic Cloud key", "S007", high, "essu_", `\b(essu_[A-Za-z0-9+/=_-]{40,})`, ""},
	{"wireguard-key", "WireGuard private key", "S001", high, "privatekey presharedkey", `^[A-Za-z0-9+/]{43}=$`, "="},
	{"vault-legacy-token", "Vault token", "S007", high, "token vault", `^s\.[A-Za-z0-9]{24}$`, "="},
	// Code hosts.
	{"bitbucket-app-password", "Bitbucket app password", "S010", crit, "atbb", `\b(ATBB[A-Za-z0-9]{32})\b`, ""},
	{"bitbucket-access-token", "Bitbucket access token", "S010", crit, "atctt3", `\b(ATCTT3[A-Za-z0-9_=-]{180,200})`, ""},
	{"github-token-new", "GitHub token", "S010", crit, "ghs_ ghu_ gho_ ghp_", `\b(gh[pousr]_[A-Za-z0-9]{37,255})\b`, ""},
	// Packages.
	{"docker-pat", "Docker Hub token", "S011", crit, "dckr_pat_ dckr_oat_", `\b(dckr_[po]at_[A-Za-z0-9_-]{27,64})`, ""},
	{"cargo-token", "crates.io token", "S011", crit, "cio", `\b(cio[A-Za-z0-9]{32})\b`, ""},
	{"nuget-key", "NuGet key", "S011", crit, "oy2", `\b(oy2[a-z0-9]{43})\b`, ""},
	{"pypi-token", "PyPI token", "S011", crit, "pypi-agen pypi-agei", `\b(pypi-AgE[IN][A-Za-z0-9_-]{50,})`, ""},
	// Language models.
	{"openrouter-key", "OpenRouter key", "S012", high, "sk-or-v1-", `\b(sk-or-v1-[a-f0-9]{64})\b`, ""},
	{"anthropic-key", "Anthropic key", "S012", crit, "sk-ant-sid sk-ant-oat sk-ant-ort", `\b(sk-ant-(?:sid|oat|ort)[0-9]{2}-[A-Za-z0-9_-]{80,})`, ""},
	{"openai-key", "OpenAI key", "S012", crit, "sk-proj- sk-svcacct- sk-admin-", `\b(sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,})`, ""},
	{"sk-key", "secret key of a model service", "S012", high, "sk-", `\b(sk-[A-Za-z0-9]{32,64})\b`, ""},
	{"groq-key", "Groq key", "S012", high, "gsk_", `\b(gsk_[A-Za-z0-9]{48,56})\b`, ""},
	{"replicate-key", "Replicate token", "S012", high, "r8_", `\b(r8_[A-Za-z0-9]{37})\b`, ""},
	{"xai-key", "xAI key", "S012", high, "xai-", `\b(xai-[A-Za-z0-9]{70,90})\b`, ""},
	{"nvidia-key", "NVIDIA key", "S012", high, "nvapi-", `\b(nvapi-[A-Za-z0-9_-]{60,70})`, ""},
	{"pinecone-key", "Pinecone key", "S012", high, "pcsk_", `\b(pcsk_[A-Za-z0-9_]{60,80})\b`, ""},
	{"langsmith-key", "LangSmith key", "S012", high, "lsv2_", `\b(lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10})\b`, ""},
	{"tavily-key", "Tavily key", "S012", high, "tvly-", `\b(tvly-(?:dev-|prod-)?[A-Za-z0-9]{30,40})\b`, ""},
	{"elevenlabs-key", "ElevenLabs key", "S012", high, "elevenlabs eleven_labs xi-api-key", `\b(sk_[a-f0-9]{48})\b`, "eleven|xi-api"},
	{"anyscale-key", "Anyscale secret", "S012", high, "esecret_", `\b(esecret_[a-z0-9]{26,40})\b`, ""},
	{"langfuse-key", "Langfuse secret key", "S012", high, "sk-lf-", `\b(sk-lf-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b`, ""},
	{"helicone-key", "Helicone key", "S012", high, "sk-helicone-", `\b(sk-helicone-[a-z0-9-]{20,60})\b`, ""},
	// Payment.
	{"stripe-webhook-secret", "Stripe webhook secret", "S012", high, "whsec_", `\b(whsec_[A-Za-z0-9+/]{32,64}=*)`, ""},
	{"paypal-braintree-token", "Braintree access token", "S012", crit, "access_token$", `\b(access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32})\b`, ""},
	{"square-secret", "Square secret", "S012", crit, "sq0csp-", `\b(sq0csp-[A-Za-z0-9_-]{43})`, ""},
	{"razorpay-key", "Razorpay key", "S012", high, "rzp_live_ rzp_test_", `\b(rzp_(?:live|test)_[A-Za-z0-9]{14,})\b`, ""},
	{"shopify-token", "Shopify token", "S012", high, "shptka_ shpua_ shpat_", `\b(shp(?:tka|ua|at)_[a-fA-F0-9]{32})\b`, ""},
	// Mail and messages.
	{"mailgun-key", "Mailgun key", "S012", high, "key-", `\b(key-[0-9a-f]{32})\b`, ""},
	{"mailchimp-key", "Mailchimp key", "S012", high, "-us1 -us2 -us3 -us4 -us5 -us6 -us7 -us8 -us9", `\b([0-9a-f]{32}-us[0-9]{1,2})\b`, ""},
	{"mailersend-key", "MailerSend key", "S012", high, "mlsn.", `\b(mlsn\.[0-9a-f]{64})\b`, ""},
	{"nats-seed", "NATS seed", "S012", crit, "nkey nats", `\b(S[ACNOPUX][A-Z2-7]{56})\b`, ""},
	{"slack-cookie-token", "Slack token", "S012", high, "xoxc- xoxd- xoxe- xoxs-", `\b(xox[cdes]-[A-Za-z0-9%+/=-]{30,})`, ""},
	{"slack-webhook", "Slack webhook", "S012", high, "hooks.slack.com/", `hooks\.slack\.com/((?:services|workflows|triggers)/[A-Za-z0-9+/_-]{40,})`, ""},
	{"discord-webhook", "Discord webhook", "S012", high, "/api/webhooks/", `discord(?:app)?\.com/api/webhooks/([0-9]{17,20}/[A-Za-z0-9_-]{60,})`, ""},
	{"discord-bot-token", "Discord bot token", "S012", high, "discord", `\b([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38})\b`, ""},
	{"teams-webhook", "Microsoft Teams webhook", "S012", high, "webhook.office.com/", `webhook\.office\.com/(webhookb2/[a-z0-9@-]{70,}/IncomingWebhook/[a-z0-9]{32}/[a-z0-9-]{36})`, ""},
	{"zapier-webhook", "Zapier webhook", "S012", medi, "hooks.zapier.com/", `hooks\.zapier\.com/hooks/catch/([0-9]+/[A-Za-z0-9]{5,})`, ""},
	{"twitch-token", "Twitch token", "S012", high, "oauth:", `\b(oauth:[a-z0-9]{30})\b`, ""},
	{"telegram-bot-token", "Telegram bot token", "S012", high, ":aa", `\b([0-9]{8,10}:AA[A-Za-z0-9_-]{33})(?:[^A-Za-z0-9_-]|$)`, ""},
	// Observability.
	{"newrelic-key", "New Relic key", "S012", high, "nrak- nrii- nriq- nrra-", `\b(NR(?:AK|II|IQ|RA)-[A-Za-z0-9_-]{27,32})`, ""},
	{"newrelic-license", "New Relic license key", "S012", high, "nral", `\b([a-f0-9]{36}NRAL)\b`, ""},
	{"honeycomb-key", "Honeycomb key", "S012", high, "hcaik_ hcxik_ hcbik_ hcalk_", `\b(hc[abx][il]k_[a-z0-9]{30,})\b`, ""},
	{"posthog-key", "PostHog personal key", "S012", high, "phx_", `\b(phx_[A-Za-z0-9]{40,50})\b`, ""},
	{"sonar-token", "SonarQube token", "S012", high, "sqp_ squ_ sqa_", `\b(sq[pua]_[a-f0-9]{40})\b`, ""},
	{"circleci-token", "CircleCI token", "S010", high, "ccipat_ cciprj_", `\b(CCI(?:PAT|PRJ)_[A-Za-z0-9]{20,24}_[a-f0-9]{40})\b`, ""},
	{"buildkite-token", "Buildkite token", "S010", high, "bkua_ bkct_", `\b(bk(?:ua|ct)_[A-Za-z0-9]{40,})\b`, ""},
	{"launchdarkly-key", "LaunchDarkly key", "S012", high, "sdk- api-", `\b((?:sdk|api)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b`, ""},
	{"axiom-token", "Axiom token", "S012", high, "xaat- xapt-", `\b(xa[ap]t-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b`, ""},
	{"logfire-token", "Logfire token", "S012", high, "pylf_v", `\b(pylf_v[0-9]+_[a-z]{2}_[A-Za-z0-9]{40,50})\b`, ""},
	// Work.
	{"figma-token", "Figma token", "S012", high, "figd_ figo_ figu_", `\b(fig[dou]_[A-Za-z0-9_-]{40,})`, ""},
	{"notion-secret", "Notion token", "S012", high, "secret_", `\b(secret_[A-Za-z0-9]{43})\b`, ""},
	{"contentful-pat", "Contentful token", "S012", high, "cfpat-", `\b(CFPAT-[A-Za-z0-9_-]{43})`, ""},
	{"hubspot-token", "HubSpot token", "S012", high, "pat-na1- pat-eu1- pat-na2-", `\b(pat-[a-z]{2}[0-9]-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b`, ""},
	{"dropbox-token", "Dropbox token", "S012", high, "sl.u. sl.a sl.b", `\b(sl\.(?:u\.)?[A-Za-z0-9_-]{130,})`, ""},
	{"salesforce-session", "Salesforce session", "S012", high, "00d", `\b(00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{80,})`, ""},
	{"intercom-token", "Intercom token", "S012", high, "dg9ro", `\b(dG9rO[A-Za-z0-9+/]{45,}=*)`, ""},
	{"mapbox-secret", "Mapbox secret token", "S012", high, "sk.eyj", `\b(sk\.eyJ1[A-Za-z0-9_-]{40,}\.[A-Za-z0-9_-]{20,})`, ""},
	{"facebook-token", "Facebook access token", "S012", high, "eaac eaab eaag eaad eaaj eaap", `\b(EAA[A-Z][A-Za-z0-9]{80,})\b`, ""},
	{"instagram-token", "Instagram token", "S012", high, "igq", `\b(IGQ[A-Za-z0-9_-]{100,})`, ""},
	{"airtable-pat", "Airtable token", "S012", high, "airtable", `\b(pat[A-Za-z0-9]{14}\.[0-9a-f]{64})\b`, ""},
	{"cal-com-key", "Cal.com key", "S012", high, "cal_live_", `\b(cal_live_[0-9a-f]{32})\b`, ""},
	{"clickup-token", "ClickUp token", "S012", high, "clickup", `\b(pk_[0-9]+_[A-Z0-9]{32})\b`, ""},
	{"asana-pat", "Asana token", "S012", high, "asana", `\b([12]/[0-9]{10,}(?:/[0-9]{10,})?:[a-f0-9]{32})\b`, ""},
	{"linear-webhook", "Linear secret", "S012", high, "lin_wh_ lin_oauth_", `\b(lin_(?:wh|oauth)_[A-Za-z0-9]{32,})\b`, ""},
	{"jenkins-token", "Jenkins token", "S010", high, "jenkins", `\b(11[0-9a-f]{32})\b`, "jenkins"},
	{"kubernetes-bootstrap-token", "Kubernetes bootstrap token", "S027", high, "kubeadm", `--token[ =]([a-z0-9]{6}\.[a-z0-9]{16})\b`, ""},
	{"htpasswd-hash", "password hash", "S033", lowS, "$apr1$ $2a$ $2b$ $2y$ $argon2 {ssha} {sha512}", `(\$apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}|\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}|\$argon2(?:i|d|id)\$v=[0-9]+\$[^\s$]+\$[^\s$]+\$[A-Za-z0-9+/]{20,})`, ""},
	{"crypt-hash", "password hash", "S033", lowS, "$6$ $5$ $y$", `(\$(?:6|5)\$(?:rounds=[0-9]+\$)?[./A-Za-z0-9]{2,16}\$[./A-Za-z0-9]{43,86}|\$y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{0,86}\$[./A-Za-z0-9]{43})`, ""},
}

// nearby are tokens without a form of their own: by the words around.
var notStrong = map[string]bool{
	"sk-key": true, "azure-sas": true, "wireguard-key": true, "mailchimp-key": true, "notion-secret": true, "mailgun-key": true,
	"kubernetes-bootstrap-token": true, "launchdarkly-key": true,
	"telegram-bot-token": true, "twitch-token": true, "cargo-token": true, "htpasswd-hash": true, "crypt-hash": true,
	"instagram-token": true, "salesforce-session": true, "facebook-token": true, "nuget-key": true, "gcp-refresh-token": true,
}

func ownRules() (out []*rule) {
	for _, v := range vendors {
		out = append(out, v.rule())
	}
	return out
}

func (v *vendor) rule() *rule {
	r := &rule{
		id: v.id, check: v.check, title: v.title, sev: v.sev, conf: finding.Likely,
		pattern: newPattern(v.regex), entropy: 2.5, strong: !notStrong[v.id], verify: verifiers[v.id],
	}
	body := strings.TrimSuffix(v.regex, "(?:[^A-Za-z0-9_-]|$)")
	r.least, r.most, r.set = span(body)
	words := strings.Fields(v.words)
	if v.near != "" && v.near != "=" {
		r.wanted = strings.Split(v.near, "|")
	}
	switch {
	case v.near == "=":
		r.how = assigned
	case !inPattern(v.regex, words) && !partOf(v.regex, words):
		r.how, r.strong = near, false
	case r.set != nil && r.set.has(' '):
		r.how, r.set = block, nil
	}
	g := &gitleaks.Rule{ID: v.id, Regex: v.regex, Keywords: words}
	r.words = r.keywords(g)
	return r
}

// partOf reports whether a word begins as the pattern does, of which it spells
// out one alternative: "xoxc-" of "xox[cd]-".
func partOf(regex string, words []string) bool {
	plain := strings.ToLower(strings.NewReplacer(`\b`, "", `\`, "", "(?i)", "", "(?:", "", "(", "").Replace(regex))
	for _, w := range words {
		if strings.HasPrefix(plain, w[:2]) || strings.Contains(w, "/") {
			return true
		}
	}
	return false
}
