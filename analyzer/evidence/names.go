package evidence

import "strings"

// Names is a set of file names: whole ones, and ends of names. Whether a name is
// in it costs two look-ups, however many there are, so that a check may ask for
// every file of an image.
type Names struct {
	whole map[string]bool
	ends  map[string][]string // by what follows the last dot
}

// NewNames makes a set. An end begins with a dot: ".spdx.json".
func NewNames(whole, ends []string) *Names {
	n := &Names{whole: map[string]bool{}, ends: map[string][]string{}}
	for _, w := range whole {
		n.whole[w] = true
	}
	for _, e := range ends {
		last := e[strings.LastIndexByte(e, '.'):]
		n.ends[last] = append(n.ends[last], e)
	}
	return n
}

// Has reports whether a base name is in the set.
func (n *Names) Has(base string) bool {
	if dot := strings.LastIndexByte(base, '.'); dot >= 0 {
		for _, e := range n.ends[base[dot:]] {
			if strings.HasSuffix(base, e) {
				return true
			}
		}
	}
	return n.whole[base]
}

// EachNamed visits the objects whose base names are in a set. Their Path is set.
func (img *Image) EachNamed(names *Names, visit func(Object)) {
	for i := 1; i < len(img.Tree.Nodes); i++ {
		if !names.Has(img.Tree.Nodes[i].Name) {
			continue
		}
		if o, ok := img.object(i); ok {
			visit(img.Path(o))
		}
	}
}
