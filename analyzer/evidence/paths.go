package evidence

import (
	"path"
	"slices"
	"strings"

	"peel/analyzer/filetree"
	"peel/source/layer"
)

// Presence is the answer to whether something is there.
type Presence uint8

// The answers.
const (
	Missing Presence = iota
	Unread           // not all layers were read, or the content was not kept
	Present
)

// Object is one path of the merged file system.
type Object struct {
	Path  string // without a leading slash, symbolic links resolved
	Node  int
	Entry *layer.Entry
	Layer int // that wrote it as it is
}

// top is the layer after which the image is looked at.
func (img *Image) top() int { return len(img.Tree.Layers) - 1 }

// object is what is at a node; ok is false if nothing is.
func (img *Image) object(node int) (o Object, ok bool) {
	v := img.Tree.At(node, img.top())
	if v == nil || v.Entry == nil {
		return o, false
	}
	return Object{Node: node, Entry: v.Entry, Layer: int(v.Layer)}, true
}

// absent is the answer for what was not found.
func (img *Image) absent() Presence {
	if img.Partial {
		return Unread
	}
	return Missing
}

// Lookup finds what is at a path; its last element is not followed if it is a
// symbolic link, those before it are.
func (img *Image) Lookup(name string) (Object, Presence) { return img.walk(name, false) }

// Resolve finds what a path leads to, all symbolic links followed inside the
// image's root.
func (img *Image) Resolve(name string) (Object, Presence) { return img.walk(name, true) }

// maxLinks is how many symbolic links Linux follows in one path (MAXSYMLINKS).
const maxLinks = 40

func (img *Image) walk(name string, last bool) (Object, Presence) {
	todo := elements(name)
	root, ok := img.object(0)
	if !ok {
		root = Object{Entry: &layer.Entry{Type: layer.Directory, Mode: 0o755}}
	}
	trail := []Object{root}
	for links := 0; len(todo) > 0; {
		el := todo[0]
		todo = todo[1:]
		if el == ".." {
			trail = trail[:max(1, len(trail)-1)]
			continue
		}
		o, ok := img.child(trail[len(trail)-1], el)
		if !ok {
			return Object{}, img.absent()
		}
		if o.Entry.Type != layer.Symlink || len(todo) == 0 && !last {
			trail = append(trail, o)
			continue
		}
		if links++; links > maxLinks {
			return Object{}, Missing
		}
		if strings.HasPrefix(o.Entry.Link, "/") {
			trail = trail[:1]
		}
		todo = slices.Concat(elements(o.Entry.Link), todo)
	}
	return trail[len(trail)-1], Present
}

func (img *Image) child(dir Object, name string) (Object, bool) {
	full := name
	if dir.Path != "" {
		full = dir.Path + "/" + name
	}
	node, ok := img.Tree.Lookup(full)
	if !ok {
		return Object{}, false
	}
	o, ok := img.object(node)
	o.Path = full
	return o, ok
}

func elements(name string) (list []string) {
	for el := range strings.SplitSeq(name, "/") {
		if el != "" && el != "." {
			list = append(list, el)
		}
	}
	return list
}

// Read gives the content of a file that a Collector keeps.
func (img *Image) Read(name string) ([]byte, Presence) {
	o, state := img.Resolve(name)
	if state != Present {
		return nil, state
	}
	return img.Text(o)
}

// Text gives the content of an object that a Collector keeps.
func (img *Image) Text(o Object) ([]byte, Presence) {
	if o.Entry.Type == layer.Regular && o.Entry.Size == 0 {
		return nil, Present
	}
	f := img.facts[o.Entry]
	if f == nil || f.Cut && f.Text == nil || f.Text == nil && f.Shebang == "" {
		return nil, Unread
	}
	return img.Mask.Bytes(f.Text), Present
}

// Fact is what was kept of an object; nil for nothing.
func (img *Image) Fact(o Object) *File {
	f := img.facts[o.Entry]
	if f == nil || img.Mask == nil {
		return f
	}
	masked := *f
	masked.Text, masked.Shebang = img.Mask.Bytes(f.Text), img.Mask.String(f.Shebang)
	return &masked
}

// All visits every object of the merged file system but the root; directories
// come before what is in them. The object's Path is not set: it costs more than
// the rest, see Path.
func (img *Image) All(visit func(Object)) {
	for i := 1; i < len(img.Tree.Nodes); i++ {
		if o, ok := img.object(i); ok {
			visit(o)
		}
	}
}

// Children visits what is directly in a directory.
func (img *Image) Children(dir Object, visit func(Object)) {
	for i := dir.Node + 1; i < int(img.Tree.Nodes[dir.Node].End); i = int(img.Tree.Nodes[i].End) {
		if o, ok := img.object(i); ok {
			o.Path = path.Join(dir.Path, img.Tree.Nodes[i].Name)
			visit(o)
		}
	}
}

// Path sets the path of an object.
func (img *Image) Path(o Object) Object {
	o.Path = strings.TrimPrefix(img.Tree.Path(o.Node), "/")
	return o
}

// Parent is the directory an object is in.
func (img *Image) Parent(o Object) (Object, bool) {
	p := img.Tree.Nodes[o.Node].Parent
	if p == filetree.None {
		return Object{}, false
	}
	dir, ok := img.object(int(p))
	return img.Path(dir), ok
}
