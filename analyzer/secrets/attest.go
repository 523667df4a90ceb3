package secrets

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"peel/analyzer/finding"
	"peel/source/oci"
)

// attestation looks at the strings of a statement. What provenance of mode=max
// tells of a build is scanned as the same words of a history are: build
// arguments, the environment of each step, its command, the Dockerfile. A list
// of packages has too many strings for that, and is scanned as text before any
// of them is looked at by itself.
func (a *assembly) attestation(n int, doc oci.Attestation) {
	w := statement{a: a, root: fmt.Sprintf("attestation[%d]", n), seen: map[string]int{}}
	w.inventory = isInventory(doc.PredicateType)
	if w.inventory && !a.s.suspect(doc.Raw) {
		return
	}
	if err := w.walk(doc.Raw); err != nil {
		a.note(fmt.Sprintf("%s is not wholly looked at for secrets: %v", w.root, err))
	}
	for i := range w.found {
		f := &w.found[i]
		if f.more > 0 {
			f.match.reason = join(f.match.reason, fmt.Sprintf("and in %d more places of the attestation", f.more))
		}
		a.outsideFiles("S052", "secret in an attestation", f.where, -1, &f.match)
	}
}

// isInventory tells SBOMs by their predicate type.
func isInventory(predicate string) bool {
	p := strings.ToLower(predicate)
	return strings.Contains(p, "spdx") || strings.Contains(p, "cyclonedx") || strings.Contains(p, "syft")
}

// suspect reports whether a text holds anything that looks like a secret.
func (s *Scanner) suspect(b []byte) bool {
	st := s.pool.Get().(*stream)
	defer s.pool.Put(st)
	st.reset(nil)
	st.write(b)
	c := st.finish()
	return c != nil && len(c.matches) > 0
}

// Bounds of a statement. encoding/json nests up to 10,000 deep.
const (
	maxStatementDepth = 100
	maxWhereKey       = 100  // bytes of one key in Finding.Where
	maxInStatement    = 1000 // secrets of one statement
)

// statement walks through one.
type statement struct {
	a         *assembly
	root      string
	inventory bool
	stack     []level
	seen      map[string]int // into found, by value
	found     []stated
}

// level is an object or a list that the walk is in.
type level struct {
	list  bool
	index int
	key   string
	value bool // in an object: a value is next, not a key
}

// stated is a secret and its first place.
type stated struct {
	match match
	where string
	more  int // further places
}

func (w *statement) walk(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	for {
		tok, err := d.Token()
		if err == io.EOF && len(w.stack) == 0 {
			return nil
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return fmt.Errorf("reading JSON: %w", err)
		}
		if open, ok := tok.(json.Delim); ok {
			if err := w.delim(open); err != nil {
				return err
			}
			continue
		}
		s, isString := tok.(string)
		if top := w.top(); top != nil && !top.list && !top.value {
			top.key, top.value = s, true
			continue
		}
		if isString {
			w.leaf(s)
		}
		w.next()
	}
}

func (w *statement) top() *level {
	if len(w.stack) == 0 {
		return nil
	}
	return &w.stack[len(w.stack)-1]
}

func (w *statement) delim(d json.Delim) error {
	switch d {
	case '{', '[':
		if len(w.stack) == maxStatementDepth {
			return fmt.Errorf("it nests more than %d deep", maxStatementDepth)
		}
		w.stack = append(w.stack, level{list: d == '['})
	default:
		w.stack = w.stack[:len(w.stack)-1]
		w.next()
	}
	return nil
}

// next goes past a value.
func (w *statement) next() {
	if top := w.top(); top != nil {
		top.index++
		top.value = false
	}
}

// buildArg begins the names of build arguments among the parameters of a
// frontend; "label:" those of labels.
const buildArg = "build-arg:"

// leaf looks at a string of the statement.
func (w *statement) leaf(s string) {
	top := w.top()
	if len(s) < minSecretLength || top == nil {
		return
	}
	if w.inventory {
		w.add("", w.a.look("S052", "attestation", s))
		return
	}
	if !top.list {
		if text, ok := source(top.key, s); ok {
			w.dockerfile(text)
			return
		}
		w.add("", w.a.setting("S052", strings.TrimPrefix(top.key, buildArg)+"="+s))
		return
	}
	if name, _, ok := strings.Cut(s, "="); ok && name != "" && runLen([]byte(name), 0, wordChars, len(name)) == len(name) {
		w.add("", w.a.setting("S052", s))
		return
	}
	w.add("", w.a.look("S052", "history", s))
}

// minSecretLength is that of the shortest password that is told by its name.
const minSecretLength = 4

// source decodes a file of the build, which buildkit's metadata holds in base64.
func source(key, s string) (string, bool) {
	if key != "data" {
		return "", false
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
		return "", false
	}
	return string(b), true
}

// dockerfile looks at each instruction of one.
func (w *statement) dockerfile(text string) {
	line, first, whole := 0, 0, ""
	for l := range strings.Lines(text) {
		line++
		l = strings.TrimRight(l, "\r\n")
		if whole == "" {
			first = line
		}
		if part, goesOn := strings.CutSuffix(l, "\\"); goesOn && len(whole) < maxString {
			whole += part + " "
			continue
		}
		w.instruction(first, whole+l)
		whole = ""
	}
	w.instruction(first, whole)
}

func (w *statement) instruction(line int, s string) {
	at := ", line " + strconv.Itoa(line)
	switch word, rest := instruction(s); {
	case rest == "" || strings.HasPrefix(word, "#"):
		w.add(at, w.a.look("S052", "comment", s))
	case word == "ENV":
		w.settings(at, settings(rest))
	case word == "ARG":
		w.settings(at, fields(rest))
	default:
		w.add(at, w.a.look("S052", "history", s))
	}
}

func (w *statement) settings(at string, list []string) {
	for _, kv := range list {
		w.add(at, w.a.setting("S052", kv))
	}
}

// add keeps secrets at the place where the walk is.
func (w *statement) add(at string, list []match) {
	for _, m := range list {
		if n, known := w.seen[m.value]; known {
			if w.found[n].where != w.where()+at {
				w.found[n].more++
			}
			continue
		}
		if len(w.found) == maxInStatement || m.sev == finding.Info && m.rank == rankGeneric {
			continue
		}
		w.seen[m.value] = len(w.found)
		w.found = append(w.found, stated{match: m, where: w.where() + at})
	}
}

// where is the place in the statement, as jq writes it.
func (w *statement) where() string {
	var b strings.Builder
	b.WriteString(w.root)
	for _, l := range w.stack {
		switch key := []byte(l.key[:min(len(l.key), maxWhereKey)]); {
		case l.list:
			fmt.Fprintf(&b, "[%d]", l.index)
		case len(key) > 0 && runLen(key, 0, wordChars, len(key)) == len(key):
			b.WriteByte('.')
			b.Write(key)
		default:
			b.WriteString("[" + strconv.Quote(string(key)) + "]")
		}
	}
	return b.String()
}
