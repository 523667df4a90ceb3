package structured

import (
	"encoding/json"
	"strings"
)

// command is one command of a line, while its words are looked at.
type command struct {
	name string // of the program, with the subcommands that matter: "docker login"
	args []word
	out  *[]Hit
}

// commandSecrets finds passwords in the arguments of known programs, and in
// options whose name says that they are secret. Line has the offset.
func commandSecrets(s string) []Hit {
	var out []Hit
	if i := strings.Index(s, `["`); i >= 0 {
		if words, n := execForm(s, i); n > 0 {
			wordsSecrets(words, &out, 0)
			s = s[:i] + strings.Repeat(" ", n) + s[i+n:]
		}
	}
	wordsSecrets(splitShell(s), &out, 0)
	return out
}

// execForm reads a list of arguments in JSON, which begins at an offset, and
// gives its length, 0 if it is none.
func execForm(s string, off int) ([]word, int) {
	var list []string
	d := json.NewDecoder(strings.NewReader(s[off:]))
	if d.Decode(&list) != nil || len(list) > maxWords {
		return nil, 0
	}
	words := make([]word, len(list))
	for i, text := range list {
		words[i] = word{text: text, off: off}
	}
	return words, int(d.InputOffset())
}

func wordsSecrets(words []word, out *[]Hit, depth int) {
	for i := 0; i < len(words); {
		if words[i].stop {
			i++
			continue
		}
		end := i
		for end < len(words) && !words[end].stop {
			end++
		}
		oneCommand(words[i:end], out, depth)
		i = end
	}
}

// runners run the command that follows.
var runners = map[string]bool{"sudo": true, "env": true, "exec": true, "time": true, "nohup": true, "run": true, "cmd": true, "entrypoint": true, "then": true, "do": true, "else": true, "if": true, "!": true, "command": true, "su-exec": true, "gosu": true, "tini": true, "--": true, "export": true, "arg": true, "set": true, "declare": true, "local": true, "readonly": true, "setenv": true, "shell": true, "{": true, "healthcheck": true, "cmd-shell": true, "#(nop)": true, "onbuild": true}

// shells run the command that follows -c.
var shells = map[string]bool{"sh": true, "bash": true, "ash": true, "dash": true, "zsh": true, "ksh": true, "busybox": true}

// maxNested is how deep scripts in the arguments of shells are followed.
const maxNested = 4

func oneCommand(words []word, out *[]Hit, depth int) {
	build := false // after RUN come the options of the builder
	for len(words) > 0 {
		w := words[0].text
		name := baseName(w)
		switch {
		case isAssignment(w):
			assignment(words[0], "variable", out)
		case shells[name]:
			n := afterShell(words)
			if n < len(words) && strings.ContainsAny(words[n].text, " \n\t;") && depth < maxNested {
				scriptSecrets(words[n], out, depth+1)
			}
			if n > 1 {
				words, build = words[n-1:], false
			}
		case name == "run":
			build = true
		case build && strings.HasPrefix(w, "--"):
		case runners[name]:
		default:
			argumentsOf(words, out)
			return
		}
		words = words[1:]
	}
}

// afterShell is the index of the word after -c, or -ec, or the like.
func afterShell(words []word) int {
	for i := 1; i < len(words) && i < 8; i++ {
		if w := words[i].text; len(w) > 1 && w[0] == '-' && w[1] != '-' && strings.HasSuffix(w, "c") {
			return i + 1
		}
	}
	return 1
}

// scriptSecrets looks into a script that is an argument.
func scriptSecrets(script word, out *[]Hit, depth int) {
	n := len(*out)
	wordsSecrets(splitShell(script.text), out, depth)
	for i := n; i < len(*out); i++ {
		(*out)[i].Line = script.off
	}
}

func argumentsOf(words []word, out *[]Hit) {
	c := command{name: baseName(words[0].text), args: words[1:], out: out}
	if strings.HasPrefix(words[0].text, "-") {
		c.name, c.args = "a program", words
	}
	for i, w := range c.args {
		c.argument(i, w)
	}
	c.positional()
}

func isAssignment(w string) bool {
	name, _, ok := strings.Cut(w, "=")
	return ok && isName(name) && !isNumber(name[:1])
}

func assignment(w word, what string, out *[]Hit) {
	name, value, _ := strings.Cut(w.text, "=")
	if !isSecretName(name) || len(value) > maxFieldValue || len(*out) >= maxHits {
		return
	}
	if h, ok := field("S033", what+" "+clip(name, 60), name, value); ok {
		h.Line = w.off
		*out = append(*out, h)
	}
}

func emit(out *[]Hit, title string, off int, value string) {
	if len(value) > maxFieldValue || len(*out) >= maxHits || !credible(value) {
		return
	}
	if h, ok := judge("S033", title, strings.TrimSpace(value)); ok {
		h.Line = off
		*out = append(*out, h)
	}
}

// next is the word after an argument, "" at the end.
func (c *command) next(i int) word {
	if i+1 < len(c.args) {
		return c.args[i+1]
	}
	return word{}
}

func (c *command) emit(what string, w word, value string) {
	emit(c.out, what+" on the command line of "+clip(c.name, 40), w.off, value)
}

// has is true if one of the arguments is the given word.
func (c *command) has(text string) bool {
	for _, w := range c.args {
		if w.text == text {
			return true
		}
	}
	return false
}

func (c *command) argument(i int, w word) {
	name, value, hasValue := strings.Cut(w.text, "=")
	switch {
	case isAssignment(w.text) && !strings.HasPrefix(w.text, "-"):
		assignment(w, "variable", c.out)
	case strings.HasPrefix(name, "-") && isSecretOption(name):
		if !hasValue {
			value = c.next(i).text
			if strings.HasPrefix(value, "-") && len(value) < 12 {
				return
			}
		}
		c.emit("option "+clip(name, 40), w, strings.TrimPrefix(value, "pass:"))
	case strings.HasPrefix(w.text, "pass:") && len(w.text) > 5:
		c.emit("password", w, w.text[5:])
	case w.text == "-H" || w.text == "--header" || w.text == "--proxy-header":
		header(c.next(i).text, w.off, c.out)
	case strings.HasPrefix(w.text, "-H") || strings.HasPrefix(w.text, "--header="):
		header(strings.TrimPrefix(strings.TrimPrefix(w.text, "-H"), "--header="), w.off, c.out)
	default:
		c.short(i, w)
	}
}

// isSecretOption is true for options such as --db-password, -Dsonar.login=… not among them.
func isSecretOption(name string) bool {
	name = strings.TrimLeft(name, "-")
	switch name {
	case "storepass", "keypass", "srcstorepass", "deststorepass", "requirepass", "passin", "passout", "srckeypass":
		return true
	}
	return len(name) > 2 && isSecretName(name)
}
