package secrets

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"peel/analyzer/secrets/structured"
)

// maxString bounds a string of the config that is looked at.
const maxString = 4 << 20

// scanString finds the secrets in a string.
func (s *Scanner) scanString(v string) []match {
	if len(v) < minSecretFile {
		return nil
	}
	st := s.pool.Get().(*stream)
	defer s.pool.Put(st)
	st.reset(nil)
	st.write([]byte(v[:min(len(v), maxString)]))
	if c := st.finish(); c != nil {
		return c.matches
	}
	return nil
}

// look finds the secrets of a text of a kind, "history" or "label:NAME", as the
// parsers know it.
func (a *assembly) look(check, kind, v string) []match {
	matches := a.s.scanString(v)
	for _, h := range structured.Text(kind, v) {
		m := hitMatch(h, rankStructured)
		m.rule.check = check
		matches = append(matches, m)
	}
	if c := mergeMatches(matches); c != nil {
		return c.matches
	}
	return nil
}

// text looks at a text of a kind and reports what is in it.
func (a *assembly) text(check, title, where, kind string, step int, v string) {
	a.report(check, title, where, step, a.look(check, kind, v))
}

func (a *assembly) report(check, title, where string, step int, list []match) {
	for i := range list {
		a.outsideFiles(check, title, where, step, &list[i])
	}
}

// config looks at what the image config says a container is run with.
func (a *assembly) config() {
	if a.img.Config == nil {
		return
	}
	c := &a.img.Config.Config
	for i, kv := range c.Env {
		where := fmt.Sprintf("config.Env[%d]", i)
		a.variable("S040", "secret in ENV", where, -1, kv)
	}
	for _, k := range keys(c.Labels) {
		a.text("S043", "secret in a label", "config.Labels["+strconv.Quote(k)+"]", "label:"+k, -1, k+"="+c.Labels[k])
	}
	a.text("S044", "secret in CMD", "config.Cmd", "cmd", -1, strings.Join(c.Cmd, " "))
	a.text("S044", "secret in ENTRYPOINT", "config.Entrypoint", "entrypoint", -1, strings.Join(c.Entrypoint, " "))
	if c.Healthcheck != nil {
		a.text("S044", "secret in HEALTHCHECK", "config.Healthcheck", "healthcheck", -1, strings.Join(c.Healthcheck.Test, " "))
	}
	for i, s := range c.OnBuild {
		a.text("S045", "secret in ONBUILD", fmt.Sprintf("config.OnBuild[%d]", i), "onbuild", -1, s)
	}
	a.text("S045", "secret in the author", "author", "author", -1, a.img.Config.Author)
}

func keys(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// variable looks at NAME=value and reports what is in it.
func (a *assembly) variable(check, title, where string, step int, kv string) {
	a.report(check, title, where, step, a.setting(check, kv))
}

// setting finds the secrets of NAME=value. A name without a value, as ARG and
// ENV may have it, declares and holds nothing.
func (a *assembly) setting(check, kv string) []match {
	name, _, ok := strings.Cut(kv, "=")
	if !ok {
		return nil
	}
	return a.look(check, "env:"+name, kv)
}

// history looks at the words of the build steps.
func (a *assembly) history() {
	if a.img.Config == nil {
		return
	}
	for i, h := range a.img.Config.History {
		where := fmt.Sprintf("history[%d].created_by", i)
		args, rest := buildArgs(h.CreatedBy)
		for _, kv := range args {
			a.variable("S041", "secret in a build argument", where, i, kv)
		}
		a.step(where, i, rest)
		a.text("S045", "secret in a comment", fmt.Sprintf("history[%d].comment", i), "comment", i, h.Comment)
		a.text("S045", "secret in the author", fmt.Sprintf("history[%d].author", i), "author", i, h.Author)
	}
}

// step looks at an instruction. What ENV, LABEL, CMD and so on say is in the
// config too, unless a later step took it back: then it is reported here.
func (a *assembly) step(where string, i int, s string) {
	check, title := "S042", "secret in a build step"
	word, rest := instruction(s)
	switch word {
	case "ENV":
		a.variables("S040", "secret in ENV", where, i, settings(rest))
		return
	case "ARG":
		a.variables("S041", "secret in ARG", where, i, fields(rest))
		return
	case "LABEL", "MAINTAINER":
		check, title = "S043", "secret in "+word
	case "CMD", "ENTRYPOINT", "HEALTHCHECK":
		check, title = "S044", "secret in "+word
	case "ONBUILD":
		check, title = "S045", "secret in ONBUILD"
	}
	a.text(check, title, where, "history", i, s)
}

func (a *assembly) variables(check, title, where string, step int, list []string) {
	for _, kv := range list {
		a.variable(check, title, where, step, kv)
	}
}

// settings are what ENV sets: NAME=value pairs, or the old form of one name and
// its value.
func settings(rest string) []string {
	eq, blank := strings.IndexByte(rest, '='), strings.IndexByte(rest, ' ')
	if blank < 0 || eq >= 0 && eq < blank {
		return fields(rest)
	}
	return []string{strings.Replace(rest, " ", "=", 1)}
}

// instruction splits a step into its word and the rest, without the shell that
// the classic builder writes around it.
func instruction(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	if _, after, ok := strings.Cut(s, "#(nop)"); ok {
		s = strings.TrimSpace(after)
	}
	s = strings.TrimSuffix(s, " # buildkit")
	word, rest, _ = strings.Cut(s, " ")
	return strings.ToUpper(word), strings.TrimSpace(rest)
}

// fields splits at blanks outside of quotes.
func fields(s string) (out []string) {
	start, quote := -1, byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
			if start < 0 {
				start = i
			}
		case c == ' ' || c == '\t':
			if start >= 0 {
				out = append(out, s[start:i])
				start = -1
			}
		case start < 0:
			start = i
		}
	}
	if start >= 0 {
		out = append(out, s[start:])
	}
	return out
}

// buildArgs takes the build arguments off a step: "RUN |2 A=1 B=2 /bin/sh -c …"
// of BuildKit, "|2 A=1 B=2 /bin/sh -c …" of the classic builder.
func buildArgs(s string) (args []string, rest string) {
	bar := strings.TrimPrefix(s, "RUN ")
	if !strings.HasPrefix(bar, "|") {
		return nil, s
	}
	count, tail, _ := strings.Cut(bar[1:], " ")
	n, err := strconv.Atoi(count)
	if err != nil || n < 0 || n > 1000 {
		return nil, s
	}
	for range n {
		end := argEnd(tail)
		args = append(args, tail[:end])
		tail = strings.TrimLeft(tail[end:], " ")
	}
	return args, tail
}

// argEnd finds the end of NAME=value, whose value may hold blanks and is not
// quoted: where the next NAME= begins, or the shell.
func argEnd(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != ' ' {
			continue
		}
		next := s[i+1:]
		if strings.HasPrefix(next, "/") || strings.HasPrefix(next, "[") {
			return i
		}
		if n := runLen([]byte(next), 0, wordChars, 64); n > 0 && n < len(next) && next[n] == '=' {
			return i
		}
	}
	return len(s)
}

// documents looks at annotations and at attestations.
func (a *assembly) documents() {
	var m struct {
		Annotations map[string]string `json:"annotations"`
		Config      struct {
			Annotations map[string]string `json:"annotations"`
		} `json:"config"`
		Layers []struct {
			Annotations map[string]string `json:"annotations"`
		} `json:"layers"`
	}
	if json.Unmarshal(a.img.RawManifest, &m) == nil {
		a.annotations("manifest.annotations", m.Annotations)
		a.annotations("manifest.config.annotations", m.Config.Annotations)
		for i, l := range m.Layers {
			a.annotations(fmt.Sprintf("manifest.layers[%d].annotations", i), l.Annotations)
		}
	}
	for _, around := range a.img.Annotations {
		a.annotations(around.Where, around.Values)
	}
	for i, doc := range a.img.Attestations {
		a.attestation(i, doc)
	}
}

func (a *assembly) annotations(where string, values map[string]string) {
	for _, k := range keys(values) {
		a.text("S043", "secret in an annotation", where+"["+strconv.Quote(k)+"]", "annotation:"+k, -1, k+"="+values[k])
	}
}
