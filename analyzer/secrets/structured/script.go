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
		for _, h := range lineHits(afterSchedule(line)) {
			h.Line = 0
			f.add(h, start)
		}
	})
}

// afterSchedule is a line of a crontab without its times and its user.
func afterSchedule(line string) string {
	words := strings.Fields(line)
	if len(words) < 7 {
		return line
	}
	for _, w := range words[:5] {
		if strings.Trim(w, "0123456789*/,-") != "" {
			return line
		}
	}
	return strings.Join(words[6:], " ") + "; " + strings.Join(words[5:], " ")
}
