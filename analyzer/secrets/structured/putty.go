package structured

import "strings"

// findPuTTY takes keys of PuTTY, versions 1 to 3.
func (f *file) findPuTTY() {
	const magic = "PuTTY-User-Key-File-"
	begin := strings.Index(f.text, magic)
	if begin < 0 || begin > 0 && f.text[begin-1] != '\n' {
		return
	}
	text := f.text[begin:]
	k := keyInfo{title: "PuTTY private key", encrypted: true}
	var private strings.Builder
	lines := 0
	eachLine(text, func(_ int, line string) {
		key, value, isHeader := strings.Cut(line, ": ")
		switch {
		case isHeader && key == "Encryption":
			k.encrypted = strings.TrimSpace(value) != "none"
		case isHeader && key == "Private-Lines":
			lines = atoi(value)
		case lines > 0:
			lines--
			private.WriteString(strings.TrimSpace(line))
		}
	})
	raw, ok := decode64(private.String())
	if len(raw) < 16 {
		return
	}
	k.ok = ok
	f.key(begin, strings.TrimSpace(text), k, raw)
}

// atoi is the number in s, 0 where there is none, at most a million.
func atoi(s string) int {
	n := 0
	for _, c := range strings.TrimSpace(s) {
		if c < '0' || c > '9' || n > 100_000 {
			return n
		}
		n = n*10 + int(c-'0')
	}
	return n
}
