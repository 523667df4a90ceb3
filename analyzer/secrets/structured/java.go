package structured

import (
	"slices"
	"strings"

	"peel/analyzer/finding"
)

// parseMaven reads settings.xml. Passwords in braces are encrypted with the
// master password of settings-security.xml.
func parseMaven(f *file) {
	walkXML(f.text, func(e *element) {
		text := strings.TrimSpace(e.text.String())
		switch e.name() {
		case "password", "passphrase":
			if encryptedMaven(text) {
				f.add(Hit{ID: "S028", Title: "encrypted Maven " + e.name(), Severity: finding.Low, Confidence: finding.Likely, Value: text, Reason: "encrypted with the master password of settings-security.xml"}, e.off)
				return
			}
			f.secret("S028", "Maven "+e.name(), e.off, text)
		case "url":
			f.urls("S028", "repository URL with a password", text, e.off)
		case "value":
			if e.parent() == "property" && slices.Contains(e.path, "httpHeaders") {
				var hits []Hit
				header("Authorization: "+text, 0, &hits)
				f.take("S028", hits, e.off)
			}
		default:
			if isSecretName(e.name()) && len(text) > 0 {
				f.secret("S028", "Maven property "+clip(e.name(), 60), e.off, text)
			}
		}
	})
}

// encryptedMaven is true for {base64}.
func encryptedMaven(s string) bool {
	if i := strings.IndexByte(s, '{'); i >= 0 && strings.HasSuffix(s, "}") && len(s)-i > 20 && !strings.HasPrefix(s, "${") {
		_, ok := decode64(s[i+1 : len(s)-1])
		return ok
	}
	return false
}

// parseMavenSecurity reads the master password, which is encrypted with a word
// that everybody knows.
func parseMavenSecurity(f *file) {
	walkXML(f.text, func(e *element) {
		text := strings.TrimSpace(e.text.String())
		if e.name() == "master" && text != "" && (encryptedMaven(text) || !placeholder(text)) {
			f.add(Hit{ID: "S028", Title: "Maven master password", Severity: finding.High, Confidence: finding.Likely, Value: text, Reason: "encrypted with a fixed word: whoever has the file has the password"}, e.off)
		}
	})
}

// parseGradle reads properties files of builds.
func parseGradle(f *file) {
	walkINI(f.text, "=:", func(e entry) {
		if isSecretName(e.key) {
			f.secret("S028", "property "+clip(e.key, 60), e.off, e.value)
		}
	})
	f.urls("S028", "repository URL with a password", f.text, 0)
}

// parseNuGet reads NuGet.Config. Its encrypted passwords can be read on the
// machine of their owner alone.
func parseNuGet(f *file) {
	walkXML(f.text, func(e *element) {
		if e.name() != "add" {
			return
		}
		source := ""
		if len(e.path) > 2 && e.path[len(e.path)-3] == "packageSourceCredentials" {
			source = " for " + clip(strings.ReplaceAll(e.parent(), "_x0020_", " "), 60)
		}
		switch {
		case strings.EqualFold(e.attr("key"), "ClearTextPassword"):
			f.secret("S028", "NuGet password"+source, e.off, e.attr("value"))
		case e.parent() == "apikeys":
			f.secret("S011", "NuGet API key", e.off, e.attr("value"))
		default:
			f.urls("S028", "package source URL with a password", e.attr("value"), e.off)
		}
	})
}
