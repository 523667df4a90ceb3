package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"unicode/utf8"
)

// minLine is the length from which a line of a multi-line value is masked where
// it stands alone, as it does in a preview.
const minLine = 16

// edge is what stays visible of a match, in bytes.
type edge struct{ head, tail int }

// forms are all the spellings to look for, with what may be seen of each. The
// least of two that agree in a spelling wins.
type forms struct{ edges map[string]edge }

func newForms() *forms { return &forms{edges: map[string]edge{}} }

func (f *forms) add(value string) {
	value = strings.TrimSpace(value)
	if len(value) < minToken || Common(value) {
		return
	}
	f.form(value, value)
	if len(value) < minFree {
		return
	}
	f.form(string([]rune(value)), value) // as JSON has what is no UTF-8
	f.encoded(value)
	f.base64(value)
	if strings.ContainsAny(value, "\r\n") {
		f.lines(value)
	}
}

// password adds a word where it stands between user and host, and where it is
// assigned to something.
func (f *forms) password(word string) {
	if len(word) < minToken || Common(word) {
		return
	}
	f.edges[string(passwordBegins)+word+string(passwordEnds)] = edge{1, 1}
	for _, quote := range []string{"", `"`, `'`, `\"`} {
		f.edges["="+quote+word] = edge{1 + len(quote), 0}
	}
}

// What is around the password of a URL.
const passwordBegins, passwordEnds = ':', '@'

func (f *forms) lines(value string) {
	flat := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(value)
	for _, sep := range []string{"\r\n", " ", `\n`, `\r\n`} {
		f.form(strings.ReplaceAll(flat, "\n", sep), value)
	}
	f.encoded(flat)
	f.base64(flat)
	for line := range strings.SplitSeq(flat, "\n") {
		line = strings.TrimSpace(line)
		if len(line) >= minLine && !isArmor(line) && !strings.Contains(line, ": ") {
			f.form(line, "")
			f.encoded(line)
		}
	}
}

// isArmor is true for the lines around a key, which are the same for all keys.
func isArmor(line string) bool {
	return strings.HasPrefix(line, "-----") || strings.HasPrefix(line, "---- ")
}

// encoded adds the spellings of a value in other notations.
func (f *forms) encoded(v string) {
	for _, escapeHTML := range []bool{false, true} {
		f.form(quoteJSON(v, escapeHTML), v)
	}
	for _, s := range []string{url.QueryEscape(v), url.PathEscape(v), url.UserPassword("", v).String()[1:]} {
		f.form(s, v)
		f.form(lowerHex(s), v)
	}
	esc := html.EscapeString(v)
	f.form(esc, v)
	f.form(strings.NewReplacer("&#34;", "&quot;", "&#39;", "&apos;").Replace(esc), v)
	f.form(strings.ReplaceAll(v, `'`, `'\''`), v)
	f.form(strings.ReplaceAll(v, `'`, `'"'"'`), v)
	f.form(escape(v, "\"\\$`"), v)
	f.form(escape(v, "\"\\$`!&|;<>()[]{}*?#~'\t =%^"), v)
}

// quoteJSON is v as a JSON string, without the quotes.
func quoteJSON(v string, escapeHTML bool) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(escapeHTML)
	if e.Encode(v) != nil {
		return v
	}
	s := strings.TrimSuffix(b.String(), "\n")
	return s[1 : len(s)-1]
}

// escape puts a backslash before each of the bytes in special.
func escape(v, special string) string {
	if !strings.ContainsAny(v, special) {
		return v
	}
	var b strings.Builder
	for i := range len(v) {
		if strings.IndexByte(special, v[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(v[i])
	}
	return b.String()
}

// lowerHex writes %2F as %2f.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}

// base64 adds the characters that any base64 text has which holds the value,
// wherever in it the value begins: "user:password" is how most of them look.
func (f *forms) base64(v string) {
	for skip := range 3 {
		b := append(make([]byte, skip), v...)
		s := base64.StdEncoding.EncodeToString(b)
		// The characters made wholly of bits of v.
		s = s[(skip*8+5)/6 : len(b)*8/6]
		f.form(s, "")
		f.form(strings.NewReplacer("+", "-", "/", "_").Replace(s), "")
		f.form(strings.ReplaceAll(strings.ReplaceAll(s, "/", `\/`), "+", `\u002b`), "")
		f.form(url.QueryEscape(s), "")
	}
}

// form adds one spelling of a value. Of those that are not the value itself no
// end is shown, and without a value nothing at all.
func (f *forms) form(s, value string) {
	if s == "" || len(s) < minFree && s != value {
		return
	}
	var e edge
	if value != "" {
		e.head, e.tail = edgesOf(value)
		if s != value {
			e.tail, e.head = 0, min(e.head, agree(s, value))
		}
	}
	if old, ok := f.edges[s]; ok {
		e = edge{min(e.head, old.head), min(e.tail, old.tail)}
	}
	f.edges[s] = e
}

// agree is how long the common beginning of two strings is.
func agree(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// special begin an escape in some notation: cut there, the rest would change
// its meaning.
const special = "\\\"'%&<>`$+\r\n"

// edgesOf is how many bytes of a value may be seen at its two ends.
func edgesOf(value string) (head, tail int) {
	if n := armorLen(value); n > 0 {
		return n, 0
	}
	chars := utf8.RuneCountInString(value)
	show := min(chars/3, chars-3, 6, len(value)/3)
	if show <= 0 {
		return 0, 0
	}
	for n := min(show, 4); n > 0; n-- {
		_, size := utf8.DecodeRuneInString(value[head:])
		head += size
	}
	for n := show - 4; n > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(value[:len(value)-tail])
		tail += size
	}
	if i := strings.IndexAny(value[:head], special); i >= 0 {
		head = i
	}
	if strings.ContainsAny(value[len(value)-tail:], special) {
		tail = 0
	}
	if head+tail > len(value)/3 { // characters of several bytes
		return 0, 0
	}
	return head, tail
}

// armorLen is the length of the first line of a key in a text form, which is no
// secret; 0 for other values.
func armorLen(value string) int {
	n := strings.IndexAny(value, "\r\n")
	if i := strings.Index(value, `\n`); i >= 0 && (n < 0 || i < n) {
		n = i
	}
	if n < 0 || n >= blockLen || n > len(value)/2 {
		return 0
	}
	first := value[:n]
	switch {
	case strings.HasPrefix(first, "-----BEGIN ") && strings.HasSuffix(first, "-----"),
		strings.HasPrefix(first, "---- BEGIN ") && strings.HasSuffix(first, " ----"),
		strings.HasPrefix(first, "PuTTY-User-Key-File-"):
		return n
	}
	return 0
}

// mark is a character that no form has, so that what is masked cannot become
// part of a value.
func (f *forms) mark() string {
	for _, r := range ellipsis + "█●■◆" {
		if !f.has(string(r)) {
			return string(r)
		}
	}
	for r := rune(0xE000); r < 0xF8FF; r++ { // private use: some is free
		if !f.has(string(r)) {
			return string(r)
		}
	}
	return ellipsis
}

func (f *forms) has(s string) bool {
	for form := range f.edges {
		if strings.Contains(form, s) {
			return true
		}
	}
	return false
}
