package structured

import "strings"

// parseGem reads ~/.gem/credentials and Bundler's config.
func parseGem(f *file) {
	eachLine(f.text, func(off int, line string) {
		t := strings.TrimSpace(line)
		i := strings.LastIndex(t, ": ")
		if i < 0 || strings.HasPrefix(t, "#") {
			return
		}
		key, value := strings.Trim(t[:i], ":\"' "), unquote(t[i+2:])
		switch {
		case f.base == "credentials":
			f.secret("S011", "RubyGems API key", off, value).verify(strings.HasPrefix(value, "rubygems_"), "the form of a RubyGems key")
		case strings.HasPrefix(key, "BUNDLE_"):
			if _, pass, ok := strings.Cut(value, ":"); ok && !strings.Contains(value, "//") && strings.Contains(key, "__") && !strings.ContainsAny(value, " /") {
				f.secret("S011", "Bundler password", off, pass)
			} else if strings.Contains(key, "__") && isToken(value) {
				f.secret("S011", "Bundler token", off, value)
			}
		}
	})
	f.urls("S011", "gem source URL with a password", f.text, 0)
}

// parseCargo reads ~/.cargo/credentials.toml.
func parseCargo(f *file) {
	walkINI(f.text, "=", func(e entry) {
		if e.key == "token" || e.key == "secret-key" {
			f.secret("S011", "Cargo "+e.key, e.off, e.value)
		}
	})
}

// parseAuthJSON reads an auth.json: of Composer, or of Podman.
func parseAuthJSON(f *file) {
	if strings.Contains(f.text, `"auths"`) {
		parseDocker(f)
		return
	}
	walkJSON(f.text, func(n *node) {
		switch {
		case n.under("github-oauth"), n.under("gitlab-token"), n.under("bearer"), n.under("gitlab-oauth"):
			if n.key() != "username" {
				f.json("S011", "Composer token for "+clip(n.key(), 60), n)
			}
		case n.key() == "password" || n.key() == "consumer-secret" || n.key() == "token":
			f.json("S011", "Composer password for "+clip(n.up(1), 60), n)
		case isSecretName(n.key()):
			f.json("S012", "value of "+clip(n.key(), 60), n)
		}
	})
}
