package structured

import "strings"

// entry is a line key=value, in a section or none.
type entry struct {
	section, key, value string // the value without quotes
	off                 int
}

// walkINI calls fn for each entry of an INI or properties file, or of any that
// has one entry a line. seps are the characters that may end a key.
func walkINI(s, seps string, fn func(entry)) {
	section := ""
	eachLine(s, func(off int, line string) {
		t := strings.TrimSpace(line)
		switch {
		case t == "" || t[0] == '#' || t[0] == ';' || t[0] == '!':
		case t[0] == '[':
			name, _, _ := strings.Cut(t[1:], "]")
			section = strings.Trim(name, " \t[\"'")
		default:
			i := strings.IndexAny(t, seps)
			if i <= 0 {
				return
			}
			fn(entry{section, strings.Trim(t[:i], " \t\"'"), unquote(strings.TrimLeft(t[i+1:], " \t"+seps)), off})
		}
	})
}

// unquote takes the quotes off a value, and a comment behind it.
func unquote(v string) string {
	v = strings.TrimSpace(v)
	if v == "" {
		return v
	}
	if q := v[0]; q == '"' || q == '\'' {
		for i := 1; i < len(v); i++ {
			if v[i] == '\\' && q == '"' {
				i++
			} else if v[i] == q {
				return v[1:i]
			}
		}
		return v[1:]
	}
	for _, c := range []string{" #", "\t#", " ;"} {
		if n := strings.Index(v, c); n >= 0 {
			v = strings.TrimSpace(v[:n])
		}
	}
	return v
}
