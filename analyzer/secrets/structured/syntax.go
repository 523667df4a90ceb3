package structured

import "strings"

// Syntax is how a configuration file is written, as far as its name tells: the
// language, and the family of files that it is of.
type Syntax uint16

// NoSyntax is that of what holds no configuration.
const NoSyntax Syntax = 0

// Languages that configuration is written in.
const (
	noLanguage = iota
	lines      // one assignment a line or several: INI, TOML, JSON, HCL, HOCON
	inYAML
	inXML
	script // of a shell, or of what runs commands
	other  // what is no configuration, and of no family, for certain

	languageBits = 4 // the family is above
)

func (s Syntax) language() int { return int(s) & (1<<languageBits - 1) }
func (s Syntax) family() int   { return int(s) >> languageBits }

// Keyless is true for families of files whose secrets have no word for one in
// their names.
func (s Syntax) Keyless() bool { return s.family() > 0 && families[s.family()-1].keyless }

// SyntaxOf is the syntax that a path promises.
func SyntaxOf(path string) Syntax {
	if len(path) > maxPath {
		return NoSyntax
	}
	n := languageOf(path)
	if n == other {
		return NoSyntax
	}
	return Syntax(n | familyOf(path)<<languageBits)
}

// maxPath is the longest path that is looked at.
const maxPath = 4 << 10

// languages are known by what is after the last dot of a name.
var languages = map[string]int{
	"yml": inYAML, "yaml": inYAML, "sls": inYAML,
	"xml": inXML, "plist": inXML, "config": inXML, "xconf": inXML,
	"json": lines, "json5": lines, "jsonc": lines, "hjson": lines, "properties": lines, "ini": lines, "cfg": lines, "conf": lines, "cnf": lines, "cf": lines,
	"toml": lines, "hocon": lines, "hcl": lines, "tf": lines, "tfvars": lines, "service": lines, "ldif": lines, "pp": lines, "exs": lines,
	"repo": lines, "ext": lines, "creds": lines, "credentials": lines, "secrets": lines, "xcconfig": lines, "env": lines, "prefs": lines, "settings": lines,
	"http": lines, "rest": lines, "nmconnection": lines, "network": lines, "netdev": lines,
	"sh": script, "bash": script, "zsh": script, "ksh": script, "bat": script, "cmd": script, "ps1": script, "mk": script, "dockerfile": script, "containerfile": script,
	"sql": script, "ks": script,
	// Most files of an image.
	"js": other, "ts": other, "mjs": other, "cjs": other, "jsx": other, "tsx": other, "map": other, "css": other, "html": other, "md": other, "svg": other, "png": other, "gif": other, "jpg": other, "woff2": other,
	"go": other, "py": other, "pyc": other, "rb": other, "c": other, "h": other, "cpp": other, "java": other, "class": other, "jar": other, "rs": other, "s": other, "pm": other, "pl": other,
	"so": other, "a": other, "o": other, "gz": other, "xz": other, "zip": other, "mo": other, "po": other, "list": other, "md5sums": other,
}

// bases are names without an extension, or whose extension says nothing.
var bases = map[string]int{
	"dockerfile": script, "containerfile": script, "makefile": script, "jenkinsfile": script, "vagrantfile": lines, "crontab": script, "user-data": inYAML,
	"config": lines, "credentials": lines, "servers": lines, "ini": lines, "settings": lines,
}

func languageOf(path string) int {
	base := path[strings.LastIndexByte(path, '/')+1:]
	dot := strings.LastIndexByte(base, '.')
	if n := languages[lowerASCII(base[dot+1:])]; n != noLanguage && dot >= 0 {
		if dot == 0 {
			return lines
		}
		return n
	}
	if n := bases[lowerASCII(base)]; n != noLanguage {
		return n
	}
	switch {
	case strings.HasPrefix(lowerASCII(base), "dockerfile."):
		return script
	case dot == 0: // .smbcredentials, .mailrc
		return lines
	}
	if i := strings.LastIndex(path, "etc/"); (i == 0 || i > 0 && path[i-1] == '/') && dot < 0 {
		if hasAny(path[i:], []string{"/init.d/", "/cron.", "/profile.d/"}) {
			return script
		}
		return lines
	}
	return noLanguage
}

// lowerASCII is strings.ToLower without an allocation for what is in lower case.
func lowerASCII(s string) string {
	for i := range len(s) {
		if isUpper(s[i]) {
			return strings.ToLower(s)
		}
	}
	return s
}

// Fields finds the secrets of a configuration file by the names of its fields.
func Fields(syntax Syntax, path string, content []byte) []Hit {
	f := &file{base: strings.ToLower(path[strings.LastIndexByte(path, '/')+1:]), text: decode(content)}
	if isBinary(f.text) {
		return nil
	}
	f.messages = isTranslation(path)
	if n := syntax.family(); n > 0 {
		f.familyFields(n)
	}
	switch syntax.language() {
	case inYAML:
		f.yamlFields()
		f.lineFields()
	case inXML:
		if strings.HasPrefix(strings.TrimLeft(f.text, " \t\r\n"), "<") {
			f.xmlFields()
		} else {
			f.erlangTerms()
			f.lineFields()
		}
	case script:
		f.scriptFields()
		f.lineFields()
	case lines:
		if isJSON(f.text) {
			f.yamlFields()
		}
		f.lineFields()
	}
	return f.hits
}

func isJSON(s string) bool {
	t := strings.TrimLeft(s, " \t\r\n")
	return strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[{")
}

// isTranslation is true for files of messages, in which a field named password
// holds what the word is in some language.
func isTranslation(path string) bool {
	low := lowerASCII(path)
	for _, dir := range []string{"locale", "i18n", "/lang/", "language", "translation", "l10n", "messages", "/nls/", "/values-", "intl", "strings."} {
		if strings.Contains(low, dir) {
			return true
		}
	}
	return false
}
