package structured

import "strings"

// parsePgpass reads .pgpass: host:port:database:user:password, with \: and \\.
func parsePgpass(f *file) {
	eachLine(f.text, func(off int, line string) {
		if strings.HasPrefix(line, "#") {
			return
		}
		rest := line
		for range 4 {
			i := unescapedColon(rest)
			if i < 0 {
				return
			}
			rest = rest[i+1:]
		}
		value := strings.NewReplacer(`\:`, ":", `\\`, `\`).Replace(rest)
		if h := f.secret("S026", "PostgreSQL password", off, value); h != nil && value != rest {
			h.Raw = rest
		}
	})
}

func unescapedColon(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ':':
			return i
		}
	}
	return -1
}

// parseMyCnf reads the option files of MySQL.
func parseMyCnf(f *file) {
	walkINI(f.text, "=", func(e entry) {
		switch strings.ReplaceAll(e.key, "_", "-") {
		case "password", "passwd", "master-password", "wsrep-sst-auth", "password1", "password2":
			value := e.value
			if e.key == "wsrep_sst_auth" {
				_, value, _ = strings.Cut(value, ":")
			}
			f.secret("S026", "MySQL password of ["+clip(e.section, 40)+"]", e.off, value)
		}
	})
}
