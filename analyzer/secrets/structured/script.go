package structured

import "strings"

// scriptFields takes what the commands of a script are told: options, arguments,
// headers, statements of SQL. A command may go on in the next line.
func (f *file) scriptFields() {
	start, whole := 0, ""
	eachLine(f.text, func(off int, line string) {
		if whole == "" {
			start = off
		}
		if part, goesOn := strings.CutSuffix(line, `\`); goesOn && len(whole) < maxPairLine {
			whole += part + " "
			return
		}
		line, whole = whole+line, ""
		if t := strings.TrimSpace(line); t == "" || strings.HasPrefix(t, "#") || len(line) > maxPairLine {
			return
		}
		for _, h := range lineHits(line) {
			h.Line = 0
			f.add(h, start)
		}
	})
}
