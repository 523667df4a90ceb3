package secrets

import (
	"bytes"
	"strings"

	"peel/analyzer/secrets/structured"
)

// maxCommand bounds the line of a command that is looked at, before and after
// the word that tells it.
const maxCommand = 400

func phrases(list ...string) (out []keyword) {
	for _, text := range list {
		out = append(out, keyword{text: text})
	}
	return out
}

// command looks at the line of a program that takes passwords as arguments.
func (t *text) command(b []byte, from, to int) {
	t.keyed = true
	lo, hi := from, to
	for lo > 0 && from-lo < maxCommand && b[lo-1] != '\n' {
		lo--
	}
	for hi < len(b) && hi-to < maxCommand && b[hi] != '\n' {
		hi++
	}
	line := b[lo:hi]
	if !t.afford(4 * len(line)) {
		return
	}
	for _, h := range structured.Text("", string(line)) {
		n := bytes.Index(line, []byte(h.Value))
		if n < 0 || h.Value == "" || isProse(h) {
			continue
		}
		t.add(b, lo+n, lo+n+len(h.Value), hitMatch(h, rankAssigned))
	}
}

// isProse tells a sentence about a command: "your credentials are stored when you
// invoke docker login", "-passin arg".
func isProse(h structured.Hit) bool {
	v := bytes.TrimRight([]byte(h.Value), ".,;:)")
	return plainWord(v) && (len(v) < shortWord || strings.HasPrefix(h.Title, "option ") && wordy(v))
}
