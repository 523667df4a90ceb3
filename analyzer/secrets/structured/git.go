package structured

import "strings"

// parseGitCredentials reads the file of git's "store" helper.
func parseGitCredentials(f *file) { f.urls("S024", "git password or token", f.text, 0) }

// parseGitConfig reads .git/config and .gitconfig.
func parseGitConfig(f *file) {
	f.urls("S025", "remote URL with a password", f.text, 0)
	walkINI(f.text, "=", func(e entry) {
		key := strings.ToLower(e.key)
		switch key {
		case "extraheader":
			var hits []Hit
			header(e.value, 0, &hits)
			f.take("S025", hits, e.off)
		case "smtppass", "password", "token", "oauthtoken":
			f.secret("S025", key+" in the git configuration", e.off, e.value)
		}
	})
}

// parseHg reads .hgrc.
func parseHg(f *file) {
	f.urls("S025", "remote URL with a password", f.text, 0)
	walkINI(f.text, "=", func(e entry) {
		if e.section == "auth" && strings.HasSuffix(e.key, ".password") {
			f.secret("S025", "Mercurial password", e.off, e.value)
		}
	})
}
