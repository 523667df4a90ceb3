package structured

import (
	"strings"

	"peel/analyzer/finding"
)

// parsePypirc reads ~/.pypirc.
func parsePypirc(f *file) {
	walkINI(f.text, "=:", func(e entry) {
		if e.key == "password" || e.key == "token" {
			f.secret("S022", "password of package index "+clip(e.section, 40), e.off, e.value).verify(strings.HasPrefix(e.value, "pypi-"), "the form of a PyPI token")
		}
	})
	f.urls("S022", "URL with a password", f.text, 0)
}

// parseIndexes reads files that have the URLs of package indexes.
func parseIndexes(f *file) {
	f.urls("S022", "package index URL with a password", f.text, 0)
	if f.base != "requirements.txt" && f.base != "pipfile" {
		walkINI(f.text, "=", func(e entry) {
			if isSecretName(e.key) {
				f.secret("S022", "password of a package index", e.off, e.value)
			}
		})
	}
}

// parsePython reads settings in Python: NAME = "value", 'NAME': 'value'.
func parsePython(f *file) {
	eachLine(f.text, func(off int, line string) {
		t := strings.TrimSpace(line)
		if t == "" || t[0] == '#' {
			return
		}
		name, value, ok := cutAssignment(t)
		if !ok || !isSecretName(name) {
			return
		}
		if v, ok := literal(value); ok {
			h := f.secret("S033", "value of "+clip(name, 60), off, v)
			if name == "SECRET_KEY" {
				h.sign("Django and Flask sign sessions with it")
			}
			if strings.HasPrefix(v, "django-insecure-") {
				h.lower(finding.Low, "Django says that it was generated for development")
			}
		}
	})
	f.lineFields()
	f.urls("S032", "URL with a password", f.text, 0)
}

// sign raises a key that signs sessions.
func (h *Hit) sign(why string) {
	if h != nil && h.Severity > finding.Low {
		h.Severity = severityOf("S031")
		h.because(why)
	}
}

// cutAssignment cuts name = value, "name": value and name => value, with or
// without quotes around the name.
func cutAssignment(t string) (name, value string, ok bool) {
	i := strings.IndexAny(t, "=:")
	if i <= 0 || i > 128 {
		return "", "", false
	}
	if strings.HasPrefix(t[i:], "==") {
		return "", "", false
	}
	name = strings.Trim(t[:i], " \t\"'`$")
	if b := strings.LastIndexAny(name, "[.>"); b >= 0 { // app.config["KEY"]
		name = strings.Trim(name[b+1:], "]\"' ")
	}
	return strings.Trim(name, "]\"' "), strings.TrimLeft(t[i+1:], "=:> \t"), isName(strings.Trim(name, "]\"' "))
}

// literal is the text of a quoted string that a value begins with.
func literal(value string) (string, bool) {
	value = strings.TrimLeft(value, "bru")
	if value == "" || value[0] != '"' && value[0] != '\'' {
		return "", false
	}
	end := strings.IndexByte(value[1:], value[0])
	if end < 0 {
		return "", false
	}
	rest := strings.TrimSpace(value[end+2:])
	if strings.HasPrefix(rest, "%") || strings.HasPrefix(rest, "+") || strings.HasPrefix(rest, ".format") {
		return "", false
	}
	return value[1 : end+1], true
}
