package ui

import (
	"strings"

	core "peel/analyzer/text"
	"peel/ui/text"
)

// instruction makes a line of a Containerfile, safe to print, of what the
// history says made a step.
func instruction(createdBy string) string { return text.Clean(core.Instruction(createdBy)) }

// keyword is the first word of an instruction: RUN, COPY, ENV.
func keyword(instruction string) string { return core.Keyword(instruction) }

// commandLines wraps an instruction for reading: each command of a RUN on a
// line of its own.
func commandLines(s string, w int) []string {
	var out []string
	for i, part := range strings.Split(s, " && ") {
		if i > 0 {
			part = "&& " + part
		}
		for j, l := range text.Wrap(part, max(w-2*min(i, 1), 8), "    ") {
			if i > 0 && j >= 0 {
				l = "  " + l
			}
			out = append(out, l)
		}
	}
	return out
}
