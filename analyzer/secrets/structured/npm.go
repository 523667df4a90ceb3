package structured

import "strings"

// parseNPM reads .npmrc, .yarnrc and bunfig.toml.
func parseNPM(f *file) {
	eachLine(f.text, func(off int, line string) {
		t := strings.TrimSpace(line)
		if t == "" || t[0] == '#' || t[0] == ';' {
			return
		}
		key, value, ok := strings.Cut(t, "=")
		if !ok {
			key, value, _ = strings.Cut(t, " ") // .yarnrc
		}
		key = strings.Trim(key, " \t\"'")
		f.npm(off, key[strings.LastIndexByte(key, ':')+1:], unquote(value))
	})
	f.urls("S021", "URL with a password", f.text, 0)
}

func (f *file) npm(off int, key, value string) {
	switch key {
	case "_authToken", "token":
		f.secret("S021", "npm token", off, value).verify(strings.HasPrefix(value, "npm_"), "")
	case "_auth":
		f.basic("S021", "npm password", &node{value: value, raw: value, off: off, quoted: true})
	case "_password", "password":
		f.encoded("S021", "npm password", off, value)
	}
}

// encoded takes a password that is stored in base64.
func (f *file) encoded(id, title string, off int, value string) {
	h := f.secret(id, title, off, value)
	if b, ok := decode64(value); h != nil && ok && printable(b) && len(b) >= 3 {
		h.Value, h.Raw = string(b), value
		h.sure("it is base64, which hides nothing")
	}
}

// printable is true for what a person can type.
func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return len(b) > 0
}

// isPlainASCII is true for what a person can type on any keyboard.
func isPlainASCII(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c >= 0x7f {
			return false
		}
	}
	return len(b) > 0
}

// parseYarn reads .yarnrc.yml.
func parseYarn(f *file) {
	walkYAML(f.text, func(n *node) {
		switch n.key() {
		case "npmAuthToken":
			f.secret("S021", "npm token", n.off, n.value)
		case "npmAuthIdent":
			if user, pass, ok := strings.Cut(n.value, ":"); ok {
				f.secret("S021", "npm password of "+clip(user, 40), n.off, pass)
				return
			}
			f.basic("S021", "npm password", &node{value: n.value, raw: n.raw, off: n.off, quoted: true})
		}
	})
}
