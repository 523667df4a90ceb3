package structured

import (
	"encoding/json"
	"strings"
)

// maxDepth is how deep JSON and XML are followed.
const maxDepth = 200

// node is a value of a JSON, YAML or XML file.
type node struct {
	path   []string // of keys, the last one the value's own; "[]" in lists. Valid during the call
	value  string
	raw    string // as it stands in the file, without quotes
	off    int
	quoted bool
}

func (n *node) key() string { return n.up(0) }

// up is the key that many levels above the value's own.
func (n *node) up(levels int) string {
	if i := len(n.path) - 1 - levels; i >= 0 {
		return n.path[i]
	}
	return ""
}

// under is true where one of the keys above the value's own is the given one.
func (n *node) under(key string) bool {
	for _, p := range n.path[:max(0, len(n.path)-1)] {
		if p == key {
			return true
		}
	}
	return false
}

// walkJSON calls fn for each string, number and literal. It takes comments,
// trailing commas, several documents and cut off files.
func walkJSON(s string, fn func(*node)) {
	j := jsonWalker{s: s, fn: fn}
	for j.i < len(s) && len(j.path) < maxDepth {
		j.step()
	}
}

type jsonWalker struct {
	s    string
	i    int
	path []string // a key for each open object, "[]" for each list
	fn   func(*node)
}

func (j *jsonWalker) step() {
	switch c := j.s[j.i]; c {
	case '{':
		j.open("")
	case '[':
		j.open("[]")
	case '}', ']':
		if len(j.path) > 0 {
			j.path = j.path[:len(j.path)-1]
		}
		j.i++
	case ',':
		j.setKey("")
		j.i++
	case '"':
		j.text()
	case '/':
		j.comment()
	default:
		if isAlnum(c) || c == '-' {
			j.literal()
		} else {
			j.i++
		}
	}
}

func (j *jsonWalker) open(key string) {
	j.path = append(j.path, key)
	j.i++
}

// setKey sets the key of the innermost object; lists have none.
func (j *jsonWalker) setKey(key string) {
	if n := len(j.path); n > 0 && j.path[n-1] != "[]" {
		j.path[n-1] = key
	}
}

func (j *jsonWalker) text() {
	begin := j.i + 1
	end := begin
	for end < len(j.s) && j.s[end] != '"' {
		if j.s[end] == '\\' {
			end++
		}
		end++
	}
	end = min(end, len(j.s))
	raw := j.s[begin:end]
	j.i = min(end+1, len(j.s))
	value := unquoteJSON(raw)
	if n := len(j.path); n > 0 && j.path[n-1] == "" && j.colon() {
		j.setKey(value)
		return
	}
	j.fn(&node{path: j.path, value: value, raw: raw, off: begin, quoted: true})
}

// colon skips one.
func (j *jsonWalker) colon() bool {
	i := j.i
	for i < len(j.s) && strings.IndexByte(" \t\r\n", j.s[i]) >= 0 {
		i++
	}
	if i < len(j.s) && j.s[i] == ':' {
		j.i = i + 1
		return true
	}
	return false
}

func unquoteJSON(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw
	}
	var v string
	if json.Unmarshal([]byte(`"`+raw+`"`), &v) != nil {
		return raw
	}
	return v
}

func (j *jsonWalker) literal() {
	begin := j.i
	for j.i < len(j.s) && strings.IndexByte(",]} \t\r\n\"", j.s[j.i]) < 0 {
		j.i++
	}
	v := j.s[begin:j.i]
	j.fn(&node{path: j.path, value: v, raw: v, off: begin})
}

func (j *jsonWalker) comment() {
	end := "\n"
	if strings.HasPrefix(j.s[j.i:], "/*") {
		end = "*/"
	} else if !strings.HasPrefix(j.s[j.i:], "//") {
		j.i++
		return
	}
	n := strings.Index(j.s[j.i:], end)
	if n < 0 {
		j.i = len(j.s)
		return
	}
	j.i += n + len(end)
}
