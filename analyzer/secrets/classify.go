package secrets

import (
	"strings"

	"peel/analyzer/finding"
)

// class is the check that a rule's findings belong to.
type class struct {
	check, title string
	sev          finding.Severity
}

// families tells the check by the beginning of a rule's id. Of those that fit
// the longest counts; what none fits is a token of some service, S012.
var families = map[string]class{
	"aws":           {"S004", "AWS access key", finding.Critical},
	"gcp":           {"S005", "Google Cloud key", finding.High},
	"azure":         {"S006", "Azure credential", finding.Critical},
	"digitalocean":  {"S007", "DigitalOcean token", finding.Critical},
	"alibaba":       {"S007", "Alibaba Cloud key", finding.High},
	"tencent":       {"S007", "Tencent Cloud key", finding.High},
	"yandex":        {"S007", "Yandex Cloud key", finding.High},
	"heroku":        {"S007", "Heroku key", finding.High},
	"cloudflare":    {"S007", "Cloudflare key", finding.High},
	"flyio":         {"S007", "Fly.io token", finding.Critical},
	"scalingo":      {"S007", "Scalingo token", finding.Critical},
	"openshift":     {"S007", "OpenShift token", finding.Critical},
	"planetscale":   {"S007", "PlanetScale credential", finding.High},
	"databricks":    {"S007", "Databricks token", finding.Critical},
	"hashicorp":     {"S007", "HashiCorp token", finding.Critical},
	"vault":         {"S007", "Vault token", finding.Critical},
	"pulumi":        {"S007", "Pulumi token", finding.Critical},
	"vercel":        {"S007", "Vercel token", finding.High},
	"supabase":      {"S007", "Supabase key", finding.High},
	"scaleway":      {"S007", "Scaleway key", finding.High},
	"exoscale":      {"S007", "Exoscale key", finding.High},
	"civo":          {"S007", "Civo key", finding.High},
	"upcloud":       {"S007", "UpCloud token", finding.High},
	"buildkite":     {"S010", "Buildkite token", finding.High},
	"circleci":      {"S010", "CircleCI token", finding.High},
	"github":        {"S010", "GitHub token", finding.Critical},
	"gitlab":        {"S010", "GitLab token", finding.Critical},
	"bitbucket":     {"S010", "Bitbucket credential", finding.High},
	"gitea":         {"S010", "Gitea token", finding.High},
	"npm":           {"S011", "npm token", finding.Critical},
	"pypi":          {"S011", "PyPI token", finding.Critical},
	"rubygems":      {"S011", "RubyGems key", finding.Critical},
	"nuget":         {"S011", "NuGet credential", finding.High},
	"clojars":       {"S011", "Clojars token", finding.Critical},
	"cargo":         {"S011", "crates.io token", finding.Critical},
	"docker-swarm":  {"S007", "Docker Swarm token", finding.High},
	"docker":        {"S011", "Docker Hub token", finding.Critical},
	"artifactory":   {"S011", "Artifactory token", finding.Critical},
	"jfrog":         {"S011", "JFrog token", finding.High},
	"sidekiq":       {"S011", "gem server credential", finding.High},
	"age-secret":    {"S001", "age private key", finding.Critical},
	"jwt":           {"S034", "JSON web token", finding.Medium},
	"kubernetes":    {"S027", "Kubernetes secret", finding.High},
	"curl-auth":     {"S033", "password in a curl command", finding.High},
	"stripe":        {"S012", "Stripe key", finding.Critical},
	"slack":         {"S012", "Slack token", finding.High},
	"openai":        {"S012", "OpenAI key", finding.Critical},
	"anthropic":     {"S012", "Anthropic key", finding.Critical},
	"1password":     {"S012", "1Password key", finding.Critical},
	"terraform":     {"S029", "Terraform credential", finding.High},
	"wireguard":     {"S001", "WireGuard private key", finding.High},
	"password-hash": {"S033", "password hash", finding.Low},
}

// classify finds a rule's class. What only names an account is no secret, but
// worth a look.
func classify(id string) class {
	best, c := "", class{"S012", words(id), finding.High}
	for prefix, f := range families {
		if strings.HasPrefix(id, prefix) && len(prefix) > len(best) {
			best, c = prefix, f
		}
	}
	for _, part := range []string{"client-id", "access-id", "pub-key", "public", "user-api-id", "client_id"} {
		if strings.Contains(id, part) {
			c.sev = finding.Low
		}
	}
	return c
}

// words makes a title of a rule's id. A number behind a dot tells two forms of one
// credential apart.
func words(id string) string {
	if n := strings.LastIndexByte(id, '.'); n > 0 && strings.Trim(id[n+1:], "0123456789") == "" {
		id = id[:n]
	}
	s := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return ' '
		}
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, id)
	if s == "" {
		return "credential"
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
