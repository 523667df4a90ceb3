package secrets

import "bytes"

// An assignment is a name and the value that the text gives it, whatever the
// language: NAME=value, "name": "value", name := 'value', <name>value</name>,
// name="x" value="y", set("name", "value"), --name value. Offsets are into the
// text that was scanned.
type assignment struct {
	nameStart, nameEnd int
	start, end         int // of the value
	op                 byte
	quote              byte // around the value; 0 for none
	closed             bool // the name is in quotes
	broken             bool // a line ends between name and value
	listed             bool // the value is in brackets
}

// Bounds of an assignment's parts, in bytes. gitleaks' regular expressions have
// 50 and 20 for the first two.
const (
	maxNameLeft  = 50
	maxNameRight = 40
	maxGap       = 48
	maxValue     = 512
)

// assign reads the assignment to the name that b[from:to] is a part of.
func assign(b []byte, from, to int) (a assignment, ok bool) {
	a.nameStart = from - runBack(b, from, identity, maxNameLeft)
	a.nameEnd = to + runLen(b, to, identity, maxNameRight)
	i := operator(b, a.nameEnd, &a)
	if i < 0 {
		return a, false
	}
	return a, a.value(b, i)
}

// operator finds what stands between name and value, and returns the first
// byte behind it, or -1.
func operator(b []byte, i int, a *assignment) int {
	i += runLen(b, i, blankSet, 20)
	i = typed(b, i)
	j := closing(b, i)
	a.closed = bytes.ContainsAny(b[i:j], "\"'`")
	if i = j; i >= len(b) {
		return -1
	}
	if j := valueWord(b, i); j >= 0 {
		i = j
	}
	a.op = b[min(i, len(b)-1)]
	switch n := opLen(b[i:]); {
	case n > 0:
		return annotated(b, i+n, a)
	case a.nameStart >= 2 && b[a.nameStart] == '-' && i > a.nameEnd && i-a.nameEnd <= 2: // --name value
		a.op = ' '
		return i
	}
	return -1
}

// operators, the longest first.
var operators = []string{":::=", "::=", "??=", "===", "=>", ":=", "?=", ".=", "+=", "||", "==", "->", "!=", "=", ":", ">", ","}

func opLen(b []byte) int {
	for _, op := range operators {
		if len(b) >= len(op) && string(b[:len(op)]) == op {
			return len(op)
		}
	}
	return 0
}

// typed skips words between a name and its operator: "token string =".
func typed(b []byte, i int) int {
	j := i
	for range 2 {
		n := runLen(b, j, letters, 20)
		if n == 0 || j+n < len(b) && identity.has(b[j+n]) {
			break
		}
		j += n
		j += runLen(b, j, blankSet, 20)
	}
	if j > i && j < len(b) && opLen(b[j:]) > 0 && b[j] != ',' && b[j] != '>' {
		return j
	}
	return i
}

// closing skips what closes the name: quotes, escaped ones too, and brackets.
func closing(b []byte, i int) int {
	for n := 0; i < len(b) && n < 6; n++ {
		switch b[i] {
		case '"', '\'', '`', '\\', ']', ')', ' ', '\t':
			i++
		default:
			return i
		}
	}
	return i
}

// valueWord skips to the value of a pair: name="…" value="…", or
// "name": "…", "value": "…". It returns the operator's place, or -1.
func valueWord(b []byte, i int) int {
	j := i + runLen(b, i, valueGap, maxGap)
	const word = "value"
	if j+len(word) >= len(b) || !equalFold(b[j:j+len(word)], word) || j == i && i > 0 && identity.has(b[i-1]) {
		return -1
	}
	j = closing(b, j+len(word))
	if j < len(b) && (b[j] == '=' || b[j] == ':' || b[j] == '>') {
		return j
	}
	return -1
}

var (
	valueGap = chars(" \t\r\n,\"'\\")
	gapSet   = chars(" \t\r\n=")
	typeSet  = chars("a-zA-Z0-9_.<>[]?*|")
)

// annotated skips a type behind a colon: "token: str = ".
func annotated(b []byte, i int, a *assignment) int {
	if a.op != ':' {
		return i
	}
	j := i + runLen(b, i, blankSet, 4)
	n := runLen(b, j, typeSet, 30)
	k := j + n + runLen(b, j+n, blankSet, 4)
	if n > 0 && k+1 < len(b) && b[k] == '=' && b[k+1] != '=' && b[k+1] != '>' {
		a.op = '='
		return k + 1
	}
	return i
}

// value finds the value that begins near i.
func (a *assignment) value(b []byte, i int) bool {
	start := i
	i += runLen(b, i, gapSet, maxGap)
	a.broken = lines(b[start:min(i, len(b))]) > 0
	i = a.opening(b, i)
	if i >= len(b) {
		return false
	}
	if a.quoted(b, i) {
		return a.end > a.start
	}
	if a.broken && a.op != '>' {
		return false // an empty value, and the next line
	}
	a.start = i
	a.end = i + runLen(b, i, a.plain(), maxValue)
	for a.end > a.start && (b[a.end-1] == '.' || b[a.end-1] == ':' || b[a.end-1] == '\\') {
		a.end--
	}
	if n := bytes.IndexByte(b[a.start:a.end], '\\'); n >= 0 { // "a=b\nc=d" within a string
		a.end = a.start + n
	}
	return a.end > a.start
}

func lines(b []byte) int { return bytes.Count(b, []byte{'\n'}) }

// opening skips what may stand before a literal: brackets, and the letters that
// Python, C and others put before a quote.
func (a *assignment) opening(b []byte, i int) int {
	for n := 0; n < 3 && i < len(b) && (b[i] == '(' || b[i] == '[' || b[i] == '{' || b[i] == '@' && i+1 < len(b) && b[i+1] == '"'); n++ {
		a.listed = a.listed || b[i] == '['
		i++
		i += runLen(b, i, spaces, maxGap)
	}
	if n := runLen(b, i, letters, 2); n > 0 && i+n < len(b) && (b[i+n] == '"' || b[i+n] == '\'') {
		return i + n
	}
	return i
}

// quoted takes a value in quotes, which may be escaped.
func (a *assignment) quoted(b []byte, i int) bool {
	esc := 0
	for i+esc < len(b) && b[i+esc] == '\\' && esc < 3 {
		esc++
	}
	if i+esc >= len(b) {
		return false
	}
	q := b[i+esc]
	if q != '"' && q != '\'' && q != '`' {
		return false
	}
	a.quote = q
	a.start = i + esc + 1
	// Triple quotes.
	for n := 0; n < 2 && a.start < len(b) && b[a.start] == q; n++ {
		a.start++
	}
	end := min(len(b), a.start+maxValue)
	for j := a.start; j < end; j++ {
		switch {
		case b[j] == '\n' || b[j] == '\r':
			a.end = j
			return true
		case b[j] == q:
			a.end = j
			for esc > 0 && a.end > a.start && b[a.end-1] == '\\' {
				a.end--
			}
			return true
		case b[j] == '\\' && esc == 0:
			j++
		}
	}
	a.end = end
	return true
}

// What a value without quotes consists of. In a line of a configuration file
// it may hold nearly anything.
var (
	plainSet = func() *charset {
		c := new(charset)
		c.add('!', '~')
		for _, stop := range []byte("\"'`;,<>|)}]") {
			c[stop>>6] &^= 1 << (stop & 63)
		}
		c.add(0x80, 0xff)
		return c
	}()
	querySet = func() *charset {
		c := *plainSet
		c['&'>>6] &^= 1 << ('&' & 63)
		return &c
	}()
)

func (a *assignment) plain() *charset {
	if a.op == '=' {
		return querySet
	}
	return plainSet
}
