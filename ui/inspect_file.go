package ui

import (
	"fmt"
	"strings"
	"time"

	"peel/analyzer/filetree"
	"peel/analyzer/waste"
	"peel/source/layer"
	"peel/ui/text"
	"peel/ui/theme"
)

// object is a path in a view, as the details show it.
type object struct {
	view *filetree.View
	node int
	base int // number of the view's lowest layer: a layer shown alone is the only one of its tree
}

func (o object) path() string        { return o.view.Tree.Path(o.node) }
func (o object) entry() *layer.Entry { return entryIn(o.view, o.node) }
func (o object) number(l int32) int  { return o.base + int(l) + 1 }
func (o object) version() *filetree.Version {
	return o.view.Tree.At(o.node, o.view.Layer)
}

// kindLine is what the object is: "ELF, 5.9 MB".
func (o object) kindLine(hide hider) string {
	e := o.entry()
	if e == nil {
		return "directory"
	}
	switch e.Type {
	case layer.Directory:
		return fmt.Sprintf("directory, %s, %s", text.Plural(o.view.Files[o.node], "file"), text.Bytes(o.view.Size[o.node]))
	case layer.Symlink:
		return "symbolic link to " + hide.clean(e.Link)
	case layer.Hardlink:
		return "hard link to " + hide.clean(e.Link) + ", which is not there"
	case layer.CharDevice, layer.BlockDevice:
		return fmt.Sprintf("%s %d:%d", map[layer.Type]string{layer.CharDevice: "character device", layer.BlockDevice: "block device"}[e.Type], e.Major, e.Minor)
	case layer.FIFO:
		return "named pipe"
	}
	kind := e.Kind.String()
	if kind == "" {
		kind = "file"
	}
	return kind + ", " + text.Bytes(e.Size)
}

func (in *inspector) fileBrief(d *doc, o object) {
	in.findingLine(d, in.a.Places.At(o.node), o.view.Tree)
	e := o.entry()
	kind := o.kindLine(d.hide)
	if e != nil {
		kind += "   " + modeText(e) + " " + ownerText(e)
	}
	if v := o.version(); v != nil {
		kind += "   " + o.change(v)
	}
	dead := in.deadCopies(o)
	if len(dead) > 0 {
		a := dead[len(dead)-1].Advise()
		why, _, _ := strings.Cut(a.Why, ". ")
		d.line(in.th.Waste, fmt.Sprintf("%s %s wasted. %s", theme.Wasted, text.Bytes(bytesOf(dead)), why))
		d.line(in.th.Strong, "Fix: "+a.Fix)
		d.line(in.th.Text, kind)
		for _, s := range a.Code {
			d.line(in.th.Good, "     "+s)
		}
	} else {
		d.line(in.th.Text, kind)
		if w := o.view.Waste[o.node]; w > 0 {
			d.line(in.th.Waste, fmt.Sprintf("%s %s of dead bytes below. Sort by waste (s) to find them.", theme.Wasted, text.Bytes(w)))
		} else {
			d.line(in.th.Dim, in.noWaste())
		}
	}
	switch {
	case e == nil || e.Type != layer.Regular:
	case e.Kind == layer.KindWithheld:
		d.line(in.th.Dim, "its content could not be read: it belongs to another user")
	default:
		d.line(in.th.Dim, e.Digest.String())
	}
}

// noWaste says that nothing is known to be wasted.
func (in *inspector) noWaste() string {
	if in.a.Partial() {
		return "nothing wasted here, as far as layers are read"
	}
	return "nothing wasted here"
}

func bytesOf(dead []waste.DeadCopy) int64 {
	var n int64
	for _, c := range dead {
		n += c.Old.Size
	}
	return n
}

// change is what the layer of a version does, in words. Tars list directories
// again and again, which says nothing of them.
func (o object) change(v *filetree.Version) string {
	vs := o.view.Tree.VersionsOf(o.node)
	for i := len(vs) - 1; i >= 0 && isDirEntry(v.Entry) && v.Change == filetree.Unchanged; i-- {
		if vs[i].Layer < v.Layer {
			v = &vs[i]
		}
	}
	n := o.number(v.Layer)
	switch {
	case v.Entry == nil:
		return fmt.Sprintf("removed by layer %d", n)
	case v.Change == filetree.Added:
		return fmt.Sprintf("from layer %d", n)
	case v.Change == filetree.Modified:
		return fmt.Sprintf("modified by layer %d", n)
	}
	return fmt.Sprintf("written again by layer %d", n)
}

func isDirEntry(e *layer.Entry) bool { return e != nil && e.Type == layer.Directory }

func (in *inspector) file(d *doc, o object) {
	e := o.entry()
	d.para(in.th.Strong, d.hide.clean(o.path()))
	d.para(in.th.Text, o.kindLine(d.hide))
	if e != nil {
		d.line(in.th.Dim, modeText(e)+"  "+ownerText(e)+"  "+e.Time().Format(time.DateTime)+" UTC")
		if e.Mode&(layer.Setuid|layer.Setgid) != 0 && e.Type == layer.Regular {
			d.line(in.th.Modified, setidWords(e))
		}
	}
	in.packages(d, o)
	if o.view.Tree == in.a.Tree {
		in.findings(d, in.a.Places.At(o.node), true)
	}
	in.advice(d, o)
	in.versions(d, o)
	in.links(d, o)
	in.copies(d, e)
	if e == nil {
		return
	}
	if len(e.Xattr) > 0 {
		d.heading("Extended attributes")
		for _, x := range e.Xattr {
			d.line(in.th.Text, d.hide.clean(x.Name)+" = "+d.hide.clean(x.Value))
		}
	}
	if e.Type == layer.Regular {
		d.heading("Content")
		d.field("Bytes", text.Count(e.Size))
		d.field("Digest", e.Digest.String())
	}
}

func setidWords(e *layer.Entry) string {
	if e.Mode&layer.Setuid != 0 {
		return fmt.Sprintf("setuid: runs as user %d, whoever starts it", e.UID)
	}
	return fmt.Sprintf("setgid: runs as group %d, whoever starts it", e.GID)
}

// advice explains each reason that bytes of the path are wasted for, once.
func (in *inspector) advice(d *doc, o object) {
	dead := in.deadCopies(o)
	if len(dead) == 0 {
		if w := o.view.Waste[o.node]; w > 0 {
			d.blank()
			d.para(in.th.Waste, fmt.Sprintf("%s %s of dead bytes below this directory", theme.Wasted, text.Bytes(w)))
			d.para(in.th.Dim, "Sort by waste (s) and open it to find them.")
		}
		return
	}
	d.heading("Why it matters")
	d.para(in.th.Waste, fmt.Sprintf("%s %s wasted", theme.Wasted, text.Bytes(bytesOf(dead))))
	seen := map[string]bool{}
	for i := len(dead) - 1; i >= 0; i-- {
		a := dead[i].Advise()
		if seen[a.Fix] {
			continue
		}
		seen[a.Fix] = true
		d.para(in.th.Text, a.Why)
		d.blank()
		d.para(in.th.Strong, "Fix: "+a.Fix)
		d.code(a.Code...)
		d.blank()
	}
}

// deadCopies are the copies of a file that nobody sees, oldest first.
func (in *inspector) deadCopies(o object) []waste.DeadCopy {
	t := o.view.Tree
	var list []waste.DeadCopy
	vs := t.VersionsOf(o.node)
	for i := range vs {
		if vs[i].Inode == filetree.None || vs[i].Linked || vs[i].Entry.Size == 0 || int(vs[i].Layer) > o.view.Layer && !o.view.Alone {
			continue
		}
		node := &t.Inodes[vs[i].Inode]
		if !node.Dead() || int(node.Node) != o.node {
			continue
		}
		c := waste.DeadCopy{
			Path: o.path(), Layer: o.base + int(node.Layer), KilledBy: o.base + int(node.KilledBy), Reason: node.Reason, Old: node.Entry,
		}
		c.Holder, c.Culprit = in.instructionAt(c.Layer), in.instructionAt(c.KilledBy)
		if now := t.At(int(node.Killer), int(node.KilledBy)); now != nil {
			c.Now = now.Entry
		}
		if c.Reason == filetree.Deleted {
			c.MovedTo = in.movedTo(c)
		}
		list = append(list, c)
	}
	return list
}

func (in *inspector) instructionAt(n int) string {
	if n < 0 || n >= len(in.a.Layers) {
		return ""
	}
	return instruction(in.a.Layers[n].CreatedBy)
}

func (in *inspector) movedTo(c waste.DeadCopy) string {
	for i := range in.a.Waste.Items {
		it := &in.a.Waste.Items[i]
		if it.Layer == c.Layer && it.KilledBy == c.KilledBy && it.Path == c.Path {
			return it.MovedTo
		}
	}
	return ""
}

// versions lists what each layer says of the path.
func (in *inspector) versions(d *doc, o object) {
	t := o.view.Tree
	vs := t.VersionsOf(o.node)
	if len(vs) == 0 {
		return
	}
	d.heading("In the layers")
	for i := range vs {
		v := &vs[i]
		if i > 0 && isDirEntry(v.Entry) && v.Change == filetree.Unchanged {
			continue
		}
		l := newLine(d.w-1, nil)
		l.space(1).add(in.th.Text, fmt.Sprintf("%3d  ", o.number(v.Layer)))
		if v.Entry == nil {
			l.add(in.th.Removed, text.PadLeft("", text.ShortWidth+2)+theme.Removed+" removed")
			d.lines = append(d.lines, l.String())
			continue
		}
		size := ""
		if v.Entry.Type == layer.Regular {
			size = text.Short(v.Entry.Size)
		}
		l.add(in.th.Text, text.PadLeft(size, text.ShortWidth)+"  ")
		what := changeMarks[v.Change] + " " + in.versionWords(t, vs, i)
		l.add(in.changeStyle(v.Change), what)
		d.lines = append(d.lines, strings.TrimRight(l.String(), " "))
		if v.Inode == filetree.None || v.Linked {
			continue
		}
		if node := &t.Inodes[v.Inode]; node.Dead() && v.Entry.Size > 0 {
			d.lines = append(d.lines, strings.Repeat(" ", 6)+
				in.th.Waste.Render(fmt.Sprintf("shadowed by layer %d, still ships", o.base+int(node.KilledBy)+1)))
		}
	}
}

func (in *inspector) changeStyle(c filetree.Change) theme.Style {
	return [...]theme.Style{in.th.Dim, in.th.Added, in.th.Modified, in.th.Removed, in.th.Removed}[c]
}

func (in *inspector) versionWords(t *filetree.Tree, vs []filetree.Version, i int) string {
	v := &vs[i]
	if v.Implied {
		return "not listed, but something below it"
	}
	word := [...]string{"as before", "added", "modified", "removed", "gone"}[v.Change]
	if v.Linked {
		word += " as a hard link"
	}
	if i > 0 && v.Change != filetree.Added {
		if diff := waste.Differences(vs[i-1].Entry, v.Entry); len(diff) > 0 {
			word = strings.Join(diff, ", ")
		}
	}
	return word
}

// maxPlaces is how many other paths are listed.
const maxPlaces = 12

// links lists the other names of the same inode.
func (in *inspector) links(d *doc, o object) {
	v := o.version()
	if v == nil || v.Inode == filetree.None {
		return
	}
	names := o.view.Tree.NamesOf(int(v.Inode), o.view.Layer)
	if len(names) < 2 {
		return
	}
	d.heading("Hard links to the same bytes")
	for _, n := range names[:min(len(names), maxPlaces)] {
		if n != o.node {
			d.line(in.th.Text, d.hide.clean(o.view.Tree.Path(n)))
		}
	}
}

// copies lists the paths that have the same content, or where it moved to.
func (in *inspector) copies(d *doc, e *layer.Entry) {
	if e == nil || e.Type != layer.Regular || e.Size == 0 {
		return
	}
	for i := range in.a.Waste.Duplicates {
		g := &in.a.Waste.Duplicates[i]
		if g.Digest != e.Digest {
			continue
		}
		d.heading(fmt.Sprintf("Same content at %d paths", len(g.Paths)))
		for j, p := range g.Paths[:min(len(g.Paths), maxPlaces)] {
			d.line(in.th.Text, fmt.Sprintf("%3d  %s", g.Layers[j]+1, text.CutLeft(d.hide.clean(p), d.w-7)))
		}
		if rest := len(g.Paths) - maxPlaces; rest > 0 {
			d.line(in.th.Dim, fmt.Sprintf("and %d more", rest))
		}
		d.para(in.th.Dim, fmt.Sprintf("Hard links would save %s.", text.Bytes(g.Extra())))
	}
}
