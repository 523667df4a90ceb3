package structured

import "strings"

// walkYAML calls fn for each scalar of block style, which is how people and
// tools write configuration. It takes the file line by line: no anchors, no
// flow maps. A file in JSON is walked as such.
func walkYAML(s string, fn func(*node)) {
	if t := strings.TrimLeft(s, " \t\r\n"); strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[") {
		walkJSON(s, fn)
		return
	}
	y := yamlWalker{fn: fn, blockAt: -1}
	eachLine(s, y.line)
	y.endBlock()
}

type yamlWalker struct {
	path    []string
	indents []int // of the keys in path
	fn      func(*node)

	blockAt int // indent of the key whose block scalar is being read, or -1
	block   strings.Builder
	off     int
}

func (y *yamlWalker) line(off int, line string) {
	rest := strings.TrimLeft(line, " \t")
	indent := len(line) - len(rest)
	if y.blockAt >= 0 {
		if rest == "" || indent > y.blockAt {
			y.block.WriteString(rest + "\n")
			return
		}
		y.endBlock()
	}
	if rest == "" || rest[0] == '#' || strings.HasPrefix(rest, "---") {
		return
	}
	for strings.HasPrefix(rest, "- ") {
		trimmed := strings.TrimLeft(rest[2:], " ")
		y.cut(indent)
		y.push("[]", indent)
		indent += len(rest) - len(trimmed)
		rest = trimmed
	}
	y.entry(off, line, rest, indent)
}

func (y *yamlWalker) cut(indent int) {
	n := len(y.path)
	for n > 0 && y.indents[n-1] >= indent {
		n--
	}
	y.path, y.indents = y.path[:n], y.indents[:n]
}

func (y *yamlWalker) push(key string, indent int) {
	if len(y.path) < maxDepth {
		y.path, y.indents = append(y.path, key), append(y.indents, indent)
	}
}

func (y *yamlWalker) entry(off int, line, rest string, indent int) {
	if rest == "" {
		return
	}
	key, value, ok := cutYAML(rest)
	if !ok {
		if n := len(y.path); n > 0 && y.path[n-1] == "[]" {
			y.scalar(off, line, rest)
		}
		return
	}
	y.cut(indent)
	y.push(key, indent)
	switch {
	case value == "" || value[0] == '&' || strings.HasPrefix(value, "!!"):
	case value[0] == '|' || value[0] == '>':
		y.blockAt, y.off = indent, off+len(line)+1
	default:
		y.scalar(off, line, value)
	}
}

// cutYAML cuts "key: value".
func cutYAML(s string) (key, value string, ok bool) {
	if s[0] == '"' || s[0] == '\'' {
		n := strings.IndexByte(s[1:], s[0])
		if n < 0 || !strings.HasPrefix(s[n+2:], ":") {
			return "", "", false
		}
		return s[1 : n+1], strings.TrimSpace(s[n+3:]), true
	}
	key, value, ok = strings.Cut(s, ": ")
	if !ok {
		if !strings.HasSuffix(s, ":") {
			return "", "", false
		}
		key = s[:len(s)-1]
	}
	return strings.TrimSpace(key), strings.TrimSpace(value), true
}

func (y *yamlWalker) scalar(off int, line, raw string) {
	at := off + max(0, strings.LastIndex(line, raw))
	v := raw
	if q := raw[0]; q == '"' || q == '\'' {
		if n := strings.LastIndexByte(raw[1:], q); n >= 0 {
			v = raw[1 : n+1]
		}
	} else if n := strings.Index(raw, " #"); n >= 0 {
		v = strings.TrimSpace(raw[:n])
	}
	y.fn(&node{path: y.path, value: v, raw: v, off: at, quoted: v != raw})
}

func (y *yamlWalker) endBlock() {
	if y.blockAt < 0 {
		return
	}
	v := strings.TrimSpace(y.block.String())
	y.block.Reset()
	y.blockAt = -1
	y.fn(&node{path: y.path, value: v, raw: v, off: y.off})
}
