package structured

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Place is a text in the config or the manifest of an image.
type Place struct {
	Where string // "env:NAME", "label:KEY", "history:3", …, for Text
	ID    string // of the check for a secret there
	Text  string // of variables, labels and build arguments NAME=value
}

// Places gives all texts of a config and of a manifest's annotations that a
// person or a tool may have put a secret into. Either may be nil.
func Places(cfg *v1.ConfigFile, manifestAnnotations map[string]string) []Place {
	var out []Place
	add := func(kind, name, text string) {
		if text == "" {
			return
		}
		where := kind
		if name != "" {
			where += ":" + name
		}
		out = append(out, Place{Where: where, ID: placeIDs[kind], Text: text})
	}
	if cfg != nil {
		configPlaces(cfg, add)
		for i, h := range cfg.History {
			args, command := splitBuildArgs(h.CreatedBy)
			for _, a := range args {
				name, _, _ := strings.Cut(a, "=")
				add("arg", name, a)
			}
			add("history", fmt.Sprint(i), command)
			add("comment", "", h.Comment)
			add("author", "", h.Author)
		}
	}
	addMap("annotation", manifestAnnotations, add)
	return out
}

func configPlaces(cfg *v1.ConfigFile, add func(kind, name, text string)) {
	for _, e := range cfg.Config.Env {
		name, _, _ := strings.Cut(e, "=")
		add("env", name, e)
	}
	addMap("label", cfg.Config.Labels, add)
	add("cmd", "", quoteAll(cfg.Config.Cmd))
	add("entrypoint", "", quoteAll(cfg.Config.Entrypoint))
	if h := cfg.Config.Healthcheck; h != nil {
		add("healthcheck", "", quoteAll(h.Test))
	}
	for i, o := range cfg.Config.OnBuild {
		add("onbuild", fmt.Sprint(i), o)
	}
	add("author", "", cfg.Author)
}

func addMap(kind string, m map[string]string, add func(kind, name, text string)) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		add(kind, k, k+"="+m[k])
	}
}

// quoteAll makes a command line of an exec form. Arguments that are command
// lines themselves, after sh -c, stay as they are.
func quoteAll(args []string) string {
	out := make([]string, len(args))
	for i, a := range args {
		if i > 0 && (args[i-1] == "-c" || args[i-1] == "CMD-SHELL" || args[i-1] == "-lc" || args[i-1] == "-ec") || a != "" && !strings.ContainsAny(a, " \t\n'\"\\$;|&()<>`") {
			out[i] = a
			continue
		}
		out[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
	}
	return strings.Join(out, " ")
}

// splitBuildArgs cuts the build arguments off a step that ran with them:
// "RUN |2 A=1 B=two words /bin/sh -c …" of BuildKit, "|2 A=1 B=2 /bin/sh -c …"
// of the classic builder. Values are not quoted there: with a name known, one
// ends where the next name begins.
func splitBuildArgs(createdBy string) (args []string, command string) {
	s := strings.TrimSpace(createdBy)
	rest := strings.TrimPrefix(s, "RUN ")
	if !strings.HasPrefix(rest, "|") {
		return nil, s
	}
	digits, rest, _ := strings.Cut(rest[1:], " ")
	n := atoi(digits)
	if n == 0 || !isNumber(digits) || n > 1000 {
		return nil, s
	}
	shell := len(rest)
	for _, sh := range []string{" /bin/sh -c ", " /bin/bash ", " /bin/ash ", " /bin/sh ", " cmd /S /C ", " powershell ", " pwsh ", " /usr/bin/", " /busybox/sh "} {
		if i := strings.Index(rest, sh); i >= 0 && i < shell {
			shell = i
		}
	}
	args = joinArgs(strings.Split(rest[:shell], " "), n)
	return args, strings.TrimSpace(rest[shell:])
}

// joinArgs makes at most n arguments of the words.
func joinArgs(words []string, n int) []string {
	var args []string
	for _, w := range words {
		if isAssignment(w) && len(args) < n || len(args) == 0 {
			args = append(args, w)
		} else {
			args[len(args)-1] += " " + w
		}
	}
	return args
}
