package owned

import "strings"

// installed reads apk's database (apk-tools, doc/apk.5 and the wiki's "Apk
// spec"): P: is the package, F: a directory of it, R: a file there and Z: the
// file's sum, "Q1" and a SHA-1 in base64.
func (x *Index) installed(_, text string) {
	if x.skips(text) {
		return
	}
	name, dir, file := "", "", ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			name, dir, file = "", "", ""
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		switch key {
		case "P":
			name = value
		case "F":
			dir, file = value, ""
		case "R":
			file = value
			if dir != "" {
				file = dir + "/" + value
			}
		case "Z":
			if sum, ok := strings.CutPrefix(value, "Q1"); ok && file != "" {
				x.claim(file, claim{pkg: name, sum: sum, kind: sha1Base64})
			}
		}
	}
}
