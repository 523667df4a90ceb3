package packages

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// globs finds which of many patterns a path matches, looking at a few of them
// only: nearly all tell what the last element is, or how it ends or begins.
type globs struct {
	list     []string
	byName   map[string][]int32 // the last element
	byExt    map[string][]int32 // what follows its last dot, dot included
	byParent map[string][]int32 // the element before it, if any last one will do
	byPrefix map[string][]int32 // the first prefixLen bytes of the last element
	rest     []int32
}

// prefixLen is the shortest beginning of a name that the patterns tell, but
// for some that are tried on every path.
const prefixLen = 3

func newGlobs(patterns []string) *globs {
	g := &globs{
		list:   patterns,
		byName: map[string][]int32{}, byExt: map[string][]int32{}, byParent: map[string][]int32{}, byPrefix: map[string][]int32{},
	}
	for i, p := range patterns {
		for _, alt := range alternatives(p) {
			g.index(int32(i), alt)
		}
	}
	return g
}

// alternatives splits the last element's braces; those before it are left to
// the matching.
func alternatives(pattern string) []string {
	dir, last := path.Split(pattern)
	if strings.Count(dir, "{") != strings.Count(dir, "}") {
		return []string{pattern} // a slash within braces: no element to go by
	}
	open, end := strings.IndexByte(last, '{'), strings.IndexByte(last, '}')
	if open < 0 || end < open || strings.Contains(last[open+1:], "{") {
		return []string{pattern}
	}
	var out []string
	for word := range strings.SplitSeq(last[open+1:end], ",") {
		out = append(out, dir+last[:open]+word+last[end+1:])
	}
	return out
}

const meta = `*?[]{}\`

func (g *globs) index(i int32, pattern string) {
	dir, last := path.Split(pattern)
	put := func(m map[string][]int32, k string) { m[k] = append(m[k], i) }
	first := strings.IndexAny(last, meta)
	ext := path.Ext(last)
	switch parent := path.Base(dir); {
	case strings.Count(dir, "{") != strings.Count(dir, "}"):
		g.rest = append(g.rest, i)
	case first < 0:
		put(g.byName, last)
	case ext != "" && !strings.ContainsAny(ext, meta):
		put(g.byExt, ext)
	case last == "*" && parent != "" && !strings.ContainsAny(parent, meta):
		put(g.byParent, parent)
	case first >= prefixLen:
		put(g.byPrefix, last[:prefixLen])
	default:
		g.rest = append(g.rest, i)
	}
}

// match calls found for each pattern that a path matches, which has a leading
// slash, until found returns false.
func (g *globs) match(name string, found func(i int) bool) {
	dir, last := path.Split(name)
	lists := [5][]int32{g.byName[last], g.byExt[path.Ext(last)], g.rest}
	if len(last) >= prefixLen {
		lists[3] = g.byPrefix[last[:prefixLen]]
	}
	if len(dir) > 1 {
		lists[4] = g.byParent[path.Base(dir)]
	}
	for _, list := range lists {
		for _, i := range list {
			if doublestar.MatchUnvalidated(g.list[i], name) && !found(int(i)) {
				return
			}
		}
	}
}

// any reports whether a path matches one of the patterns.
func (g *globs) any(name string) bool {
	hit := false
	g.match(name, func(int) bool { hit = true; return false })
	return hit
}
