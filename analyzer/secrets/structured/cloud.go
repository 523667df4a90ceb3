package structured

import (
	"strings"

	"peel/analyzer/finding"
)

// parseAWSAny reads the AWS credentials file, and downloads of access keys as CSV.
func parseAWSAny(f *file) {
	parseAWS(f)
	for _, h := range awsIn(f.text) {
		f.add(h, h.Line)
	}
	if strings.HasSuffix(f.base, ".json") {
		parseAWSCache(f)
	}
}

// parseS3cfg reads the configuration of s3cmd.
func parseS3cfg(f *file) {
	walkINI(f.text, "=", func(e entry) {
		switch e.key {
		case "secret_key", "access_token":
			f.secret("S029", "s3cmd "+e.key, e.off, e.value)
		case "gpg_passphrase":
			f.secret("S029", "s3cmd "+e.key, e.off, e.value)
		}
	})
}

// parseBoto reads the configuration of boto and gsutil, and of s3fs: ID:SECRET.
func parseBoto(f *file) {
	walkINI(f.text, "=", func(e entry) {
		switch e.key {
		case "aws_secret_access_key":
			f.secret("S029", "AWS secret access key", e.off, e.value)
		case "gs_secret_access_key", "gs_oauth2_refresh_token", "gs_service_client_secret", "client_secret", "azure_storage_key", "proxy_pass":
			f.secret("S029", "gsutil "+e.key, e.off, e.value)
		}
	})
	for _, h := range awsIn(f.text) {
		f.add(h, h.Line)
	}
}

// parseGCP reads what Google Cloud writes: service accounts and the credentials
// of a user. The private key of a service account is one finding, not two.
func parseGCP(f *file) {
	account := ""
	walkJSON(f.text, func(n *node) {
		switch n.key() {
		case "client_email":
			account = clip(n.value, 80)
		case "private_key":
			f.serviceAccount(n)
		case "refresh_token":
			f.json("S029", "Google refresh token", n)
		case "client_secret":
			if h := f.json("S029", "Google client secret", n); h != nil && strings.Contains(f.text, `"authorized_user"`) && h.Severity > finding.Low {
				h.lower(finding.Low, "that of a program on users' machines, which is public")
			}
		}
	})
	for i := range f.hits {
		if f.hits[i].ID == "S005" && account != "" {
			f.hits[i].because("account " + account)
		}
	}
}

func (f *file) serviceAccount(n *node) {
	inner := file{text: n.value, base: f.base}
	inner.findPEM()
	if len(inner.hits) == 0 {
		return
	}
	h := inner.hits[0]
	h.ID, h.Title, h.Raw = "S005", "Google Cloud service account key", n.raw
	h.Value = strings.TrimSpace(n.value)
	if h.Severity > finding.Info {
		h.Severity = severityOf("S005")
	}
	f.add(h, n.off)
}

// parseGcloudDB reads the sqlite files of gcloud, where tokens stand as text.
func parseGcloudDB(f *file) {
	for _, p := range []struct{ prefix, title string }{{"1//0", "Google refresh token"}, {"ya29.", "Google access token"}} {
		for off := 0; ; {
			n := strings.Index(f.text[off:], p.prefix)
			if n < 0 {
				break
			}
			begin := off + n
			end := begin + len(p.prefix)
			for end < len(f.text) && (isAlnum(f.text[end]) || strings.IndexByte("-_.", f.text[end]) >= 0) {
				end++
			}
			if off = end; end-begin > 30 {
				f.secret("S029", p.title, begin, f.text[begin:end])
			}
		}
	}
}

// parseAzure reads the token caches of the Azure command line.
func parseAzure(f *file) {
	walkJSON(f.text, func(n *node) {
		switch n.key() {
		case "accessToken", "refreshToken", "_refresh_token", "servicePrincipalKey", "client_secret", "certificateFile":
			f.json("S006", "Azure "+n.key(), n)
		case "secret":
			if h := f.json("S006", "Azure "+clip(n.up(2), 40), n); h != nil {
				h.Title = "Azure token in the MSAL cache"
			}
		}
	})
}

// parseCLI reads the configuration of command lines of services: YAML, JSON or
// INI, with keys that say what is secret.
func parseCLI(f *file) {
	f.urls("S007", "URL with a password", f.text, 0)
	take := func(key, value string, off int) {
		if isSecretName(key) || key == "oauth_token" || key == "key" && f.base == "kaggle.json" {
			f.secret("S007", "value of "+clip(key, 60), off, value)
		}
	}
	t := strings.TrimLeft(f.text, " \t\r\n")
	if strings.HasPrefix(t, "[") && !strings.HasSuffix(f.base, ".json") || !strings.Contains(f.base, ".json") && !strings.Contains(f.base, ".y") && !strings.HasPrefix(t, "{") && f.base != "config" && f.base != "hub" {
		walkINI(f.text, "=:", func(e entry) { take(e.key, e.value, e.off) })
		return
	}
	walkYAML(f.text, func(n *node) { take(n.key(), n.value, n.off) })
}
