// Package redact masks secrets in everything that is about to leave the program.
//
// Call New once with every value that was found anywhere in the image, and put
// the Redactor before each output: String and Bytes for what is at hand, Writer
// for streams, JSON for streams of JSON. Mask shows one value on purpose, as
// evidence.
package redact

import (
	"bytes"
	"io"
	"strings"
)

const (
	// minFree is the length in bytes from which a value is masked wherever it
	// occurs. Shorter ones are masked as whole tokens: "abc" is part of too many words.
	minFree = 6
	// minToken is the length below which a value is not masked at all: a
	// password "1" would take every number of the output with it.
	minToken = 3
)

// Redactor masks a set of values in text. It is immutable, and safe for several
// goroutines. A nil Redactor changes nothing.
type Redactor struct {
	short *automaton // forms of less than blockLen bytes
	long  *blocks    // the other ones
	mark  string     // stands for what is hidden; no form has it
}

// New takes the values in clear. Each is masked as it is, and as it looks in
// JSON, URLs, HTML, shell quotes and base64. Values that Common knows hide
// nothing, and are left alone. Words are masked as the password of a URL and where
// they are assigned, NAME=word, alone.
func New(values []string, words ...string) *Redactor {
	set := newForms()
	for _, v := range values {
		set.add(v)
	}
	for _, w := range words {
		set.password(w)
	}
	if len(set.edges) == 0 {
		return nil
	}
	return &Redactor{short: newAutomaton(set), long: newBlocks(set), mark: set.mark()}
}

// String is s with the values masked; s itself where there are none.
func (r *Redactor) String(s string) string {
	if r == nil || s == "" {
		return s
	}
	st := stream{r: r}
	st.feed([]byte(s))
	st.end()
	if !st.masked {
		return s
	}
	return string(st.out)
}

// Bytes is b with the values masked; b itself where there are none.
func (r *Redactor) Bytes(b []byte) []byte {
	if r == nil || len(b) == 0 {
		return b
	}
	st := stream{r: r}
	st.feed(bytes.Clone(b))
	st.end()
	if !st.masked {
		return b
	}
	return st.out
}

// Writer masks what goes by on its way to w, however it is cut into writes. It
// holds back what may be the beginning of a value: Close writes the rest, and
// does not close w.
func (r *Redactor) Writer(w io.Writer) io.WriteCloser {
	if r == nil {
		return plain{w}
	}
	return &writer{stream: stream{r: r}, w: w}
}

// JSON is a Writer for JSON text, which stays valid: it looks at what strings
// say alone, however they are escaped, where a Writer also masks a number that
// happens to be a password.
func (r *Redactor) JSON(w io.Writer) io.WriteCloser {
	if r == nil {
		return plain{w}
	}
	return &jsonWriter{stream: stream{r: r, widths: []uint8{}}, w: w}
}

type plain struct{ io.Writer }

func (plain) Close() error { return nil }

type writer struct {
	stream
	w io.Writer
}

// Write fails only where w does.
func (w *writer) Write(p []byte) (int, error) {
	w.feed(p)
	return len(p), w.drain(w.w)
}

// Close writes what was held back.
func (w *writer) Close() error {
	w.end()
	return w.drain(w.w)
}

// ellipsis is the middle of a masked value: of one width, so that the length of
// the value does not show.
const ellipsis = "…"

// Mask shows as much of a value as tells it from others: the first four and the
// last two characters, of short values less: never more than a third, and at
// least three characters stay hidden. Of a key in a text form only the line
// that says what it is.
func Mask(value string) string {
	value = strings.TrimSpace(value)
	head, tail := edgesOf(value)
	return value[:head] + ellipsis + value[len(value)-tail:]
}

// common are values that everybody tries first: to hide them protects nothing,
// and would shred the output.
var common = func() map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(`
		password passwd pass pwd secret secrets token key apikey admin administrator root user username
		guest test testing tests demo default public private example sample dummy foo bar baz foobar qwerty
		changeme changeit letmein welcome login master system manager oracle postgres postgresql mysql
		mariadb mongo mongodb redis rabbitmq minio minioadmin elastic elasticsearch grafana jenkins docker
		kubernetes ubuntu debian alpine vagrant toor pi raspberry tomcat apache nginx localhost
		server client service database data dev development prod production staging local
		true false yes no none null nil undefined on off empty unset required optional
		string str text value number int integer bool boolean object array name
		123 1234 12345 123456 1234567 12345678 123456789 1234567890 000000 111111 abc abc123 abcdef
		password1 password123 pass123 passw0rd p@ssw0rd p@ssword admin123 root123 test123 test1234 secret123
		s3cr3t s3cret postgres123 mysecretpassword mypassword mysecret my-secret-pw hunter2 sa ftp anonymous nobody`) {
		set[w] = true
	}
	return set
}()

// Common is true for the default and dictionary passwords that everybody knows,
// and for words that are no password, in any case.
func Common(value string) bool {
	return len(value) <= 16 && common[strings.ToLower(value)]
}
