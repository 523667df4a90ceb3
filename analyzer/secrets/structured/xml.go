package structured

import (
	"encoding/xml"
	"io"
	"strings"
)

// element is an XML element, given when it ends.
type element struct {
	path  []string // of local names, its own last
	attrs []xml.Attr
	text  strings.Builder
	off   int
}

func (e *element) name() string { return e.path[len(e.path)-1] }

// parent is the name of the element around.
func (e *element) parent() string {
	if len(e.path) < 2 {
		return ""
	}
	return e.path[len(e.path)-2]
}

// attr is an attribute by its name, in any case.
func (e *element) attr(name string) string {
	for _, a := range e.attrs {
		if strings.EqualFold(a.Name.Local, name) {
			return a.Value
		}
	}
	return ""
}

// walkXML calls fn for each element, as far as the file is well-formed.
func walkXML(s string, fn func(*element)) {
	d := xml.NewDecoder(strings.NewReader(s))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var path []string
	var open []*element
	for len(open) < maxDepth {
		tok, err := d.RawToken()
		if err != nil {
			return
		}
		switch t := tok.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			open = append(open, &element{path: path, attrs: t.Copy().Attr, off: max(0, int(d.InputOffset())-1)})
		case xml.CharData:
			if n := len(open); n > 0 {
				open[n-1].text.Write(t)
			}
		case xml.EndElement:
			n := len(open)
			if n == 0 {
				return
			}
			e := open[n-1]
			e.path = path[:n]
			fn(e)
			open, path = open[:n-1], path[:n-1]
		}
	}
}
