package filetree_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"peel/analyzer/filetree"
	"peel/analyzer/waste"
	"peel/source/layer"
)

// model is a file system of paths, as plain as can be: it is what the rules say
// (OCI image spec, layer.md) with no thought to speed.
type model struct {
	objects map[string]object
	touched map[string]bool // written by the present layer, or above what was
}

type object struct {
	kind  layer.Type
	inode int // -1 if there is none
}

// snapshot is what a layer leaves.
type snapshot map[string]object

func (m *model) isDir(path string) bool {
	return path == "" || m.objects[path].kind == layer.Directory
}

func (m *model) has(path string) bool {
	_, ok := m.objects[path]
	return ok || path == ""
}

func under(path, dir string) bool { return dir == "" || strings.HasPrefix(path, dir+"/") }

func (m *model) remove(path string) {
	for p := range m.objects {
		if p == path || under(p, path) {
			delete(m.objects, p)
		}
	}
}

func (m *model) put(path string, o object) {
	if o.kind != layer.Directory || !m.isDir(path) {
		m.remove(path)
	}
	m.objects[path] = o
	for p := path; p != ""; p = parent(p) {
		m.touched[p] = true
	}
}

func parent(path string) string {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i]
	}
	return ""
}

func (m *model) makeParents(path string) {
	dir := parent(path)
	if dir == "" || m.has(dir) && m.isDir(dir) {
		return
	}
	m.makeParents(dir)
	m.put(dir, object{kind: layer.Directory, inode: -1})
}

// hide removes what lower layers left at and below a path.
func (m *model) hide(path string) {
	for p := range maps.Clone(m.objects) {
		if (p == path || under(p, path)) && !m.touched[p] {
			delete(m.objects, p)
		}
	}
}

func (m *model) apply(e *layer.Entry, inode int) {
	switch e.Type {
	case layer.Whiteout:
		m.hide(e.Path)
		return
	case layer.Opaque:
		if !m.has(e.Path) || !m.isDir(e.Path) {
			return
		}
		for p := range maps.Clone(m.objects) {
			if p != e.Path && under(p, e.Path) && !m.touched[p] {
				delete(m.objects, p)
			}
		}
		return
	}
	m.makeParents(e.Path)
	o := object{kind: e.Type, inode: -1}
	switch e.Type {
	case layer.Regular:
		o.inode = inode
	case layer.Hardlink:
		target, ok := m.objects[e.Link]
		if ok && e.Link == e.Path {
			return
		}
		if ok && target.kind != layer.Directory {
			o = object{kind: target.kind, inode: target.inode}
		}
	}
	m.put(e.Path, o)
}

// Paths of three names, three deep, so that everything meets everything.
var fuzzPaths = func() (all []string) {
	names := []string{"a", "b", "c"}
	for _, x := range names {
		all = append(all, x)
		for _, y := range names {
			all = append(all, x+"/"+y)
			for _, z := range names {
				all = append(all, x+"/"+y+"/"+z)
			}
		}
	}
	return all
}()

const maxFuzzLayers = 6

// decode makes layers of bytes, four for an entry.
func decode(ops []byte) []*layer.Index {
	list := []*layer.Index{{Complete: true}}
	for ; len(ops) >= 4; ops = ops[4:] {
		e := layer.Entry{Path: fuzzPaths[int(ops[1])%len(fuzzPaths)], Mode: 0o644, ModTime: int64(ops[3] % 2)}
		other := fuzzPaths[int(ops[2])%len(fuzzPaths)]
		switch ops[0] % 12 {
		case 0:
			if len(list) < maxFuzzLayers {
				list = append(list, &layer.Index{Complete: true})
			}
			continue
		case 1, 2, 3:
			e.Type, e.Size, e.Digest = layer.Regular, int64(ops[3]), layer.Digest{ops[3]}
		case 4, 5:
			e.Type = layer.Directory
		case 6, 7:
			e.Type, e.Link = layer.Hardlink, other
		case 8, 9:
			e.Type = layer.Whiteout
		case 10:
			e.Type = layer.Opaque
			if ops[2]%16 == 0 {
				e.Path = ""
			}
		case 11: // symbolic links are leaves: following them is another matter
			e.Type, e.Link, e.Path = layer.Symlink, other, fmt.Sprintf("link%d", ops[1]%2)
			if ops[3]%2 == 0 {
				e.Type, e.Link = layer.FIFO, ""
			}
		}
		top := list[len(list)-1]
		top.Entries = append(top.Entries, e)
	}
	return list
}

// FuzzMerge guards the builder, which is fast, by a model, which is plain: the
// same paths after every layer, and the same bytes, whatever was overwritten,
// linked, hidden and written again.
func FuzzMerge(f *testing.F) {
	f.Add([]byte{1, 0, 0, 9, 0, 0, 0, 0, 1, 0, 0, 8})                          // overwritten
	f.Add([]byte{1, 5, 0, 9, 6, 6, 5, 0, 0, 0, 0, 0, 8, 5, 0, 0})              // one of two links deleted
	f.Add([]byte{1, 1, 0, 9, 0, 0, 0, 0, 1, 0, 0, 8, 1, 1, 0, 7})              // directory to file to directory
	f.Add([]byte{1, 2, 0, 9, 0, 0, 0, 0, 1, 3, 0, 8, 10, 0, 1, 0, 8, 0, 0, 0}) // late opaque
	f.Add([]byte{1, 2, 0, 9, 0, 0, 0, 0, 6, 0, 2, 0, 0, 0, 0, 0, 8, 0, 0, 0})  // directory replaced by a link into it
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		ops := make([]byte, 4*rnd.IntN(60))
		for i := range ops {
			ops[i] = byte(rnd.Uint32())
		}
		f.Add(ops)
	}
	f.Fuzz(func(t *testing.T, ops []byte) {
		layers := decode(ops)
		b := filetree.NewBuilder(len(layers))
		m := &model{objects: map[string]object{}}
		var sizes []int64 // of inodes
		var madeBy []int  // their layers
		var snaps []snapshot
		for n, idx := range layers {
			m.touched = map[string]bool{}
			for i := range idx.Entries {
				e := &idx.Entries[i]
				if e.Type == layer.Regular {
					sizes, madeBy = append(sizes, e.Size), append(madeBy, n)
				}
				m.apply(e, len(sizes)-1)
			}
			snaps = append(snaps, maps.Clone(m.objects))
			if err := b.Add(n, idx); err != nil {
				t.Fatal(err)
			}
		}
		tree := b.Tree()
		for n, snap := range snaps {
			comparePaths(t, tree, n, snap)
			compareView(t, tree, n, visible(snap, sizes), snap)
		}
		compareBytes(t, tree, snaps, sizes, madeBy)
	})
}

// visible is the bytes of all inodes that some path shows.
func visible(snap snapshot, sizes []int64) (sum int64) {
	for inode := range reachable(snap) {
		sum += sizes[inode]
	}
	return sum
}

func reachable(snap snapshot) map[int]bool {
	seen := map[int]bool{}
	for _, o := range snap {
		if o.inode >= 0 {
			seen[o.inode] = true
		}
	}
	return seen
}

func comparePaths(t *testing.T, tree *filetree.Tree, n int, snap snapshot) {
	t.Helper()
	got := map[string]layer.Type{}
	for i := 1; i < len(tree.Nodes); i++ {
		if v := tree.At(i, n); v != nil && v.Entry != nil {
			got[tree.Path(i)[1:]] = v.Entry.Type
		}
	}
	want := map[string]layer.Type{}
	for p, o := range snap {
		want[p] = o.kind
	}
	if !maps.Equal(got, want) {
		t.Fatalf("after layer %d:\n got %v\nwant %v", n, got, want)
	}
}

func compareView(t *testing.T, tree *filetree.Tree, n int, bytes int64, snap snapshot) {
	t.Helper()
	v := tree.View(n, false)
	files := 0
	for _, o := range snap {
		if o.kind != layer.Directory {
			files++
		}
	}
	if v.Size[0] != bytes || int(v.Files[0]) != files {
		t.Fatalf("view of layer %d: %d bytes in %d files, want %d in %d", n, v.Size[0], v.Files[0], bytes, files)
	}
	for _, alone := range []bool{false, true} {
		v := tree.View(n, alone)
		for i := range tree.Nodes {
			size, dead, count := int64(0), int64(0), int32(0)
			for c := i + 1; c < int(tree.Nodes[i].End); c = int(tree.Nodes[c].End) {
				size, dead, count = size+v.Size[c], dead+v.Waste[c], count+v.Files[c]
				if v.Shown[c] && !v.Shown[i] {
					t.Fatalf("%s is shown, and its parent is not", tree.Path(c))
				}
			}
			if v.Size[i] < size || v.Waste[i] < dead || v.Files[i] < count {
				t.Fatalf("%s has %d, %d, %d; below it are %d, %d, %d", tree.Path(i), v.Size[i], v.Waste[i], v.Files[i], size, dead, count)
			}
		}
		if v.Alone && v.Size[0] != tree.Layers[n].Size {
			t.Fatalf("layer %d alone shows %d of %d bytes", n, v.Size[0], tree.Layers[n].Size)
		}
	}
}

// compareBytes follows each inode through the snapshots: it belongs to its
// layer if it is there at that layer's end, and is wasted by the first layer at
// whose end it no longer is.
func compareBytes(t *testing.T, tree *filetree.Tree, snaps []snapshot, sizes []int64, madeBy []int) {
	t.Helper()
	want := make([]filetree.LayerStat, len(snaps))
	var reach []map[int]bool
	for _, s := range snaps {
		reach = append(reach, reachable(s))
	}
	for inode, size := range sizes {
		n := madeBy[inode]
		if !reach[n][inode] {
			continue
		}
		want[n].Size += size
		dead := slices.IndexFunc(reach[n:], func(r map[int]bool) bool { return !r[inode] })
		if dead >= 0 {
			want[n].Wasted += size
			want[n+dead].Kills += size
		}
	}
	var size, wasted int64
	for n, got := range tree.Layers {
		if got.Size != want[n].Size || got.Wasted != want[n].Wasted || got.Kills != want[n].Kills {
			t.Fatalf("layer %d: size %d, wasted %d, kills %d; want %d, %d, %d", n, got.Size, got.Wasted, got.Kills, want[n].Size, want[n].Wasted, want[n].Kills)
		}
		if got.Files < 0 || got.Files != got.Added+got.Modified+got.Rewritten || got.Removed < 0 {
			t.Fatalf("layer %d: %+v", n, got)
		}
		size, wasted = size+got.Size, wasted+got.Wasted
	}
	if left := visible(snaps[len(snaps)-1], sizes); size-wasted != left {
		t.Fatalf("%d stored, %d wasted, %d visible", size, wasted, left)
	}
	s := waste.Summarize(tree)
	if s.Size != size || s.Wasted != wasted || s.Efficiency < 0 || s.Efficiency > 1 {
		t.Fatalf("%+v, want %d and %d", s, size, wasted)
	}
}
