package structured

import (
	"strings"

	"peel/analyzer/finding"
)

// parseHistory reads what was typed into a shell, an interpreter or a database.
// A secret in it is what matters; that it is there at all is worth a note.
func parseHistory(f *file) {
	if strings.TrimSpace(f.text) == "" {
		return
	}
	eachLine(f.text, func(off int, line string) {
		line = strings.TrimPrefix(strings.TrimPrefix(line, "- cmd: "), ": ")
		if i := strings.IndexByte(line, ';'); i > 0 && i < 20 && isNumber(strings.ReplaceAll(line[:i], ":", "")) {
			line = line[i+1:] // zsh's time of the command
		}
		if strings.HasPrefix(f.base, ".psql") || strings.HasPrefix(f.base, ".m") {
			line = strings.NewReplacer(`\040`, " ", `\012`, "\n").Replace(line)
		}
		for _, h := range historyLine(f.base, line) {
			h.Line = 0
			if h.ID != "S001" && h.ID != "S002" && h.ID != "S004" {
				lowered := h.Severity <= finding.Low
				h.ID = "S030"
				if !lowered {
					h.Severity = severityOf(h.ID)
				}
			}
			f.add(h, off)
		}
	})
	if len(f.hits) == 0 {
		f.add(Hit{ID: "S030", Title: "history of a shell or an interpreter", Severity: finding.Info, Confidence: finding.Sure, Reason: "no secret was found in it"}, 0)
	}
}

// historyLine looks at one line: of a shell, or of a language with assignments.
func historyLine(base, line string) []Hit {
	if len(line) > 1<<16 {
		line = line[:1<<16]
	}
	out := lineHits(line)
	if name, value, ok := cutAssignment(strings.TrimSpace(line)); ok && isSecretName(name) {
		if v, ok := literal(value); ok {
			emit(&out, "value of "+clip(name, 60), 0, v)
		}
	}
	words := strings.Fields(line)
	if strings.HasPrefix(base, ".rediscli") && len(words) > 1 {
		switch strings.ToLower(words[0]) {
		case "auth":
			emit(&out, "Redis password", 0, unquote(words[len(words)-1]))
		case "config":
			if len(words) > 3 && isSecretOption(words[2]) || len(words) > 3 && words[2] == "masterauth" {
				emit(&out, "Redis password", 0, unquote(words[3]))
			}
		}
	}
	return unique(out)
}
