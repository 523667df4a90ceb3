package structured

import "strings"

// parseNetrc reads .netrc, which is words: machine NAME login NAME password WORD.
func parseNetrc(f *file) {
	machine, last := "", ""
	inMacro := false
	eachLine(f.text, func(off int, line string) {
		t := strings.TrimSpace(line)
		if inMacro {
			inMacro = t != ""
			return
		}
		if strings.HasPrefix(t, "#") {
			return
		}
		for w := range strings.FieldsSeq(line) {
			switch last {
			case "machine", "host":
				machine = w
			case "password", "passwd":
				f.secret("S023", "password for "+clip(machine, 60), off, strings.Trim(w, `"`))
			}
			if inMacro = w == "macdef"; inMacro {
				return
			}
			// A value is no key: a password may be "password".
			if isNetrcKey(last) {
				last = ""
			} else {
				last = w
			}
		}
	})
}

func isNetrcKey(s string) bool {
	switch s {
	case "machine", "host", "login", "user", "account", "password", "passwd", "port":
		return true
	}
	return false
}
