package ui

import (
	"regexp"
	"strings"

	"peel/ui/text"
)

var buildArgs = regexp.MustCompile(`^(RUN )?\|\d+ (?:[^ =]+=.*? )*?(/bin/(?:ba|da|a)?sh -c )`)

// instruction makes a line of a Containerfile of what the history says made a
// step: builders write it with their own additions.
func instruction(createdBy string) string {
	s := strings.TrimSpace(createdBy)
	s = strings.TrimSpace(strings.TrimSuffix(s, "# buildkit"))
	if m := buildArgs.FindStringSubmatch(s); m != nil {
		s = m[2] + s[len(m[0]):]
	}
	s = strings.TrimPrefix(s, "RUN ")
	for _, shell := range []string{"/bin/sh -c ", "/bin/bash -c ", "/bin/ash -c "} {
		rest, ok := strings.CutPrefix(s, shell)
		if !ok {
			continue
		}
		if nop, ok := strings.CutPrefix(strings.TrimSpace(rest), "#(nop)"); ok {
			return text.OneLine(nop)
		}
		return "RUN " + text.OneLine(rest)
	}
	if strings.HasPrefix(createdBy, "RUN ") {
		return "RUN " + text.OneLine(s)
	}
	return text.OneLine(s)
}

// keyword is the first word of an instruction: RUN, COPY, ENV.
func keyword(instruction string) string {
	word, _, _ := strings.Cut(instruction, " ")
	return word
}

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
