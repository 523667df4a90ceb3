package secrets

import (
	"maps"
	"slices"
	"strings"

	"peel/analyzer/filetree"
	"peel/source/layer"
)

// nameLot is how many bytes of names are looked at together.
const nameLot = 64 << 10

// nameScan looks for tokens in the names of files and directories and in the
// targets of symbolic links, by rules of what its form alone tells: a name is no
// assignment. Names follow each other, a line each.
type nameScan struct {
	a     *assembly
	t     text
	buf   []byte
	lines []nameLine
}

// nameLine is a line of the names.
type nameLine struct {
	start int // in buf
	node  int32
	link  bool // it is the target of a symbolic link
}

func (a *assembly) names() {
	if a.img.Tree == nil {
		return
	}
	n := nameScan{a: a}
	tree := a.img.Tree
	for i := range tree.Nodes {
		nd := &tree.Nodes[i]
		n.add(i, nd.Name, false)
		target := ""
		for _, v := range tree.Versions[nd.First : nd.First+nd.Count] {
			if v.Type == layer.Symlink && v.Entry.Link != target {
				target = v.Entry.Link
				n.add(i, target, true)
			}
		}
	}
	n.look()
}

func (n *nameScan) add(node int, name string, link bool) {
	if len(name) < minSecretFile {
		return
	}
	n.lines = append(n.lines, nameLine{len(n.buf), int32(node), link})
	n.buf = append(append(n.buf, name...), '\n')
	if len(n.buf) >= nameLot {
		n.look()
	}
}

// look takes all lines that there are.
func (n *nameScan) look() {
	t, s := &n.t, n.a.s
	t.reset(s, true)
	t.hits = s.matcher.find(t.hits[:0], n.buf, 0, len(n.buf))
	for _, h := range t.hits {
		if len(t.found) < maxMatches {
			t.candidate(n.buf, h)
		}
	}
	of := map[int][]match{} // by line
	for _, m := range t.found {
		at, exact := slices.BinarySearchFunc(n.lines, int(m.start), func(l nameLine, start int) int { return l.start - start })
		if !exact {
			at--
		}
		if strings.IndexByte(m.value, '\n') < 0 {
			of[at] = append(of[at], m)
		}
	}
	for _, at := range slices.Sorted(maps.Keys(of)) {
		found := mergeMatches(of[at]).matches
		for i := range found {
			n.a.name(&n.lines[at], &found[i])
		}
	}
	n.buf, n.lines = n.buf[:0], n.lines[:0]
}

// name reports a match in a name, unless the file has it inside as well.
func (a *assembly) name(l *nameLine, m *match) {
	tree := a.img.Tree
	path := strings.TrimPrefix(tree.Path(int(l.node)), "/")
	at := place{m.rule.check, path, "", m.value}
	if _, known := a.seen[at]; known || m.notFor(path) || a.accepted(m, m.rule.check, path) {
		return
	}
	f := a.finding(m)
	nd := &tree.Nodes[l.node]
	kind := layer.Type(0)
	for _, v := range tree.Versions[nd.First : nd.First+nd.Count] {
		n := int(v.Layer)
		switch {
		case v.Change == filetree.Removed:
			f.DeletedIn = ptr(n)
		case v.Entry != nil:
			kind, f.DeletedIn, f.LastLayer = v.Type, nil, ptr(n)
			if f.FirstLayer == nil {
				f.Layer, f.FirstLayer = ptr(n), ptr(n)
			}
		}
	}
	if f.DeletedIn != nil {
		f.Also = append(f.Also, "S050")
	}
	if f.Layer != nil {
		f.FromBase = a.fromBase(*f.Layer)
	}
	f.Path, f.Reason = path, join(l.where(kind), f.Reason)
	f.Mark()
	a.seen[at] = len(a.findings)
	a.findings = append(a.findings, f)
}

func (l *nameLine) where(kind layer.Type) string {
	switch {
	case l.link:
		return "in the target of the symbolic link"
	case kind == layer.Directory:
		return "in the name of the directory"
	}
	return "in the name of the file"
}
