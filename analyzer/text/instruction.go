package text

import (
	"regexp"
	"strings"
)

// buildArgs are what buildkit puts before a command: the arguments it was given.
var buildArgs = regexp.MustCompile(`^(RUN )?\|\d+ (?:[^ =]+=.*? )*?(/bin/(?:ba|da|a)?sh -c )`)

// Instruction gives the Containerfile instruction that a history's created_by
// stands for, on one line: builders wrap it in the shell they ran, and add words
// of their own. Clean it before printing.
func Instruction(createdBy string) string {
	s := strings.Join(strings.Fields(createdBy), " ")
	s = strings.TrimSpace(strings.TrimSuffix(s, "# buildkit"))
	if m := buildArgs.FindStringSubmatch(s); m != nil {
		s = m[2] + s[len(m[0]):]
	}
	run := strings.HasPrefix(s, "RUN ")
	s = strings.TrimPrefix(s, "RUN ")
	for _, shell := range []string{"/bin/sh -c ", "/bin/bash -c ", "/bin/ash -c ", "/bin/dash -c "} {
		rest, ok := strings.CutPrefix(s, shell)
		if !ok {
			continue
		}
		if nop, ok := strings.CutPrefix(rest, "#(nop) "); ok {
			return strings.TrimSpace(nop)
		}
		return "RUN " + rest
	}
	if run {
		return "RUN " + s
	}
	return s
}

// Keyword is the first word of an instruction: RUN, COPY, ENV.
func Keyword(instruction string) string {
	word, _, _ := strings.Cut(instruction, " ")
	return word
}
