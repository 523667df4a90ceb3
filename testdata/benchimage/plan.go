package main

import (
	"archive/tar"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// The five layers. base and tools only add; rework changes what they hold, clean
// deletes from it, app adds again.
const (
	base = iota
	tools
	rework
	clean
	app
	layerCount
)

const (
	// aloneOf32 caps one file at a 32nd of all bytes, so that a single file does
	// not decide the benchmark.
	aloneOf32 = 32
	// fixedTime is that of members with no file behind them (Unix seconds), so
	// that archives of the same files are the same.
	fixedTime = 1_700_000_000
	// maxRework is the largest file that is changed, rewritten or duplicated.
	maxRework = 256 << 10
)

// entry is one member of a layer tar.
type entry struct {
	source
	typeflag byte
	tweak    uint64 // if not 0, seeds the bytes that differ from the source's
	uid      int
}

// layer is what one layer tar holds.
type layer struct {
	entries []entry // directories included; sorted by name, so parents first
	names   map[string]bool
	stat    layerCounts
}

type layerCounts struct {
	Entries   int   `json:"entries"`
	FileBytes int64 `json:"fileBytes"`
	Tar       int64 `json:"tar"`  // bytes, uncompressed
	Blob      int64 `json:"blob"` // bytes, as kept in the archive
}

type counts struct {
	Layers       []layerCounts `json:"layers"`
	All          layerCounts   `json:"all"`
	Files        int           `json:"files"`
	Dirs         int           `json:"dirs"`
	Symlinks     int           `json:"symlinks"`
	Links        int           `json:"links"`
	Overwritten  int           `json:"overwritten"`
	Chmodded     int           `json:"chmodded"`
	Identical    int           `json:"identical"`
	Pairs        int           `json:"pairs"`
	Duplicates   int           `json:"duplicates"`
	DeletedFiles int           `json:"deletedFiles"`
	DeletedDirs  int           `json:"deletedDirs"`
	OpaqueDirs   int           `json:"opaqueDirs"`
}

// plan is an archive before it is written: names and sizes, no contents.
type plan struct {
	params
	pool   []source
	next   int // index into pool; beyond its end, copies under other prefixes
	layers [layerCount]layer
	live   map[string]entry // regular files and symlinks of the merged tree
	pairs  [][2]string      // hard-linked names: target, link
	total  int              // entries so far
	whites int              // of them, whiteouts
	bytes  int64            // of regular files so far
	done   counts
}

func newPlan(params params, pool []source) (*plan, error) {
	p := &plan{params: params, pool: pool, live: make(map[string]entry)}
	for i := range p.layers {
		p.layers[i].names = make(map[string]bool)
	}
	if params.Deletions < 0 || params.Bytes < 0 || params.Entries < 3*params.Deletions+200 {
		return nil, fmt.Errorf("%d entries are too few for %d deletions", params.Entries, params.Deletions)
	}
	kept := params.Entries - params.Deletions
	if err := p.fill(base, kept*40/100); err != nil {
		return nil, err
	}
	if err := p.fill(tools, kept*72/100); err != nil {
		return nil, err
	}
	p.rework(kept)
	if err := p.clean(); err != nil {
		return nil, err
	}
	p.duplicate(kept / 200)
	if err := p.fill(app, params.Entries); err != nil {
		return nil, err
	}
	for i := range p.layers {
		l := &p.layers[i]
		slices.SortFunc(l.entries, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
		l.stat.Entries = len(l.entries)
	}
	return p, nil
}

// add puts e into layer i, behind the directories above it.
func (p *plan) add(i int, e entry) {
	l := &p.layers[i]
	p.parents(i, e.name)
	l.entries = append(l.entries, e)
	l.names[e.name] = true
	p.total++
	switch e.typeflag {
	case tar.TypeReg:
		p.bytes += e.size
		l.stat.FileBytes += e.size
		p.done.Files++
	case tar.TypeSymlink:
		p.done.Symlinks++
	case tar.TypeLink:
		p.done.Links++
		return
	}
	p.live[e.name] = e
}

func (p *plan) parents(i int, name string) {
	l := &p.layers[i]
	for dir := path.Dir(name); dir != "." && !l.names[dir]; dir = path.Dir(dir) {
		l.names[dir] = true
		l.entries = append(l.entries, entry{
			typeflag: tar.TypeDir,
			source:   source{name: dir, mode: 0o755, time: fixedTime},
		})
		p.total++
		p.done.Dirs++
	}
}

// whiteout adds the marker called name, which deletes something.
func (p *plan) whiteout(name string) {
	p.parents(clean, name)
	l := &p.layers[clean]
	l.entries = append(l.entries, entry{typeflag: tar.TypeReg, source: source{name: name, time: fixedTime}})
	p.total++
	p.whites++
}

// fill adds files to layer i until the image has so many entries. The mean file
// of a machine is not that of the image asked for, so size is steered: while
// there are more bytes than the entries so far call for, files well above the
// mean are passed over, whatever their size, and small ones while there are fewer.
func (p *plan) fill(i, entries int) error {
	perEntry := p.params.Bytes / int64(p.Entries-p.Deletions)
	passed := 0
	for p.total < entries {
		s, tweak := p.take()
		if s.mode.IsRegular() {
			due := perEntry * int64(p.total-p.whites)
			slack := p.params.Bytes / aloneOf32
			switch {
			case s.size > slack,
				s.size > 2*perEntry && (p.bytes > due || p.bytes+s.size > p.params.Bytes),
				s.size < perEntry/4 && p.bytes < due-slack:
				if passed++; passed > 2*len(p.pool) {
					return errors.New("the files of this machine have not the sizes that -entries and -bytes ask for")
				}
				continue
			}
		}
		passed = 0
		e := entry{source: s, tweak: tweak, typeflag: tar.TypeReg}
		if i == app {
			e.uid = 1000
		}
		if s.link != "" {
			e.typeflag = tar.TypeSymlink
		}
		p.add(i, e)
		if e.typeflag != tar.TypeReg {
			continue
		}
		// Machines differ in how many links they have: make sure of a few.
		switch n := p.done.Files; {
		case n%200 == 0:
			p.link(i, e.name)
		case n%100 == 0:
			e.name, e.link, e.typeflag, e.mode, e.size = e.name+".current", path.Base(e.name), tar.TypeSymlink, fs.ModeSymlink|0o777, 0
			p.add(i, e)
		}
	}
	return nil
}

// link adds a hard link to target, under a name that sorts behind it.
func (p *plan) link(i int, target string) {
	e := p.live[target]
	e.name, e.link, e.typeflag, e.size = target+".link", target, tar.TypeLink, 0
	p.add(i, e)
	if i != rework {
		p.pairs = append(p.pairs, [2]string{target, e.name})
	}
}

// take returns the next file of the pool; when it is used up, again from the
// start, under another prefix and with other bytes.
func (p *plan) take() (s source, tweak uint64) {
	copy := p.next / len(p.pool)
	s = p.pool[p.next%len(p.pool)]
	p.next++
	if copy == 0 {
		return s, 0
	}
	s.name = fmt.Sprintf("opt/copy%d/%s", copy, s.name)
	return s, uint64(copy)
}

// rework changes files of the lower layers in all the ways that waste bytes.
func (p *plan) rework(entries int) {
	for _, pair := range spread(p.pairs, entries/1000) {
		e := p.live[pair[0]]
		if e.size > maxRework {
			continue
		}
		e.mode ^= 0o020
		p.add(rework, e)
		p.link(rework, e.name)
		p.done.Pairs++
	}
	for n, e := range spread(p.regular(), entries/40) {
		if p.layers[rework].names[e.name] {
			continue
		}
		switch n % 5 {
		case 0, 1:
			e.mode ^= 0o020
			p.done.Chmodded++
		case 2:
			if n%2 == 0 {
				e.time = fixedTime
			}
			p.done.Identical++
		case 3:
			e.tweak = uint64(1000 + n)
			p.done.Overwritten++
		case 4:
			e.tweak = uint64(1000 + n)
			e.size -= e.size / 8
			p.done.Overwritten++
		}
		p.add(rework, e)
	}
}

// clean deletes: some directories whole, one by an opaque marker, and single files.
func (p *plan) clean() error {
	held := make(map[string]int)    // live files of a directory
	parent := make(map[string]bool) // holds another directory
	for name := range p.live {
		dir := path.Dir(name)
		held[dir]++
		for dir = path.Dir(dir); dir != "."; dir = path.Dir(dir) {
			parent[dir] = true
		}
	}
	var leaves []string
	for _, dir := range slices.Sorted(maps.Keys(held)) {
		if n := held[dir]; !parent[dir] && n >= 3 && n <= 200 {
			leaves = append(leaves, dir)
		}
	}
	if len(leaves) < 2 {
		return errors.New("no directories to delete: ask for more -entries")
	}
	gone := spread(leaves, 9)
	for n, dir := range gone {
		for name := range p.live {
			if path.Dir(name) == dir {
				delete(p.live, name)
			}
		}
		if n > 0 {
			p.whiteout(path.Join(path.Dir(dir), ".wh."+path.Base(dir)))
			p.done.DeletedDirs++
			continue
		}
		p.whiteout(path.Join(dir, ".wh..wh..opq"))
		p.done.OpaqueDirs++
		s, tweak := p.small()
		s.name = path.Join(dir, "only-this-is-left")
		p.add(clean, entry{source: s, tweak: tweak, typeflag: tar.TypeReg})
	}
	// Runs of neighbours, as a package manager's clean-up leaves them.
	const run = 20
	files := slices.DeleteFunc(p.regular(), func(e entry) bool { return p.layers[clean].names[e.name] })
	runs := slices.Collect(slices.Chunk(files, run))
	var doomed []entry
	for _, r := range spread(runs, p.Deletions/(run/2)+1) {
		doomed = append(doomed, r[:(len(r)+1)/2]...)
	}
	if len(doomed) < p.Deletions {
		return fmt.Errorf("%d deletions are too many for %d files below", p.Deletions, len(files))
	}
	for _, e := range doomed[:p.Deletions] {
		p.whiteout(path.Join(path.Dir(e.name), ".wh."+path.Base(e.name)))
		delete(p.live, e.name)
		p.done.DeletedFiles++
	}
	return nil
}

// duplicate puts the contents of live files at other paths too.
func (p *plan) duplicate(n int) {
	for _, e := range spread(p.regular(), n) {
		e.name = "srv/duplicate/" + e.name
		e.uid = 1000
		p.add(app, e)
		p.done.Duplicates++
	}
}

// small takes files from the pool until one is regular and not large.
func (p *plan) small() (source, uint64) {
	for {
		if s, tweak := p.take(); s.mode.IsRegular() && s.size <= maxRework {
			return s, tweak
		}
	}
}

// regular returns the live files that are not empty and not large, sorted by name.
func (p *plan) regular() []entry {
	var files []entry
	for _, name := range slices.Sorted(maps.Keys(p.live)) {
		if e := p.live[name]; e.typeflag == tar.TypeReg && e.size > 0 && e.size <= maxRework {
			files = append(files, e)
		}
	}
	return files
}

func (p *plan) counts() counts {
	c := p.done
	for _, l := range p.layers {
		c.Layers = append(c.Layers, l.stat)
		c.All.Entries += l.stat.Entries
		c.All.FileBytes += l.stat.FileBytes
		c.All.Tar += l.stat.Tar
		c.All.Blob += l.stat.Blob
	}
	return c
}

// spread picks n of s, or all of them, at even distances.
func spread[T any](s []T, n int) []T {
	if n >= len(s) {
		return s
	}
	picked := make([]T, 0, n)
	for i := range n {
		picked = append(picked, s[i*len(s)/n])
	}
	return picked
}

// header returns e as a tar header. Names of directories end in a slash.
func (e entry) header() *tar.Header {
	h := &tar.Header{
		Typeflag: e.typeflag,
		Name:     e.name,
		Linkname: e.link,
		Size:     e.size,
		Mode:     int64(e.mode.Perm()),
		Uid:      e.uid,
		Gid:      e.uid,
		ModTime:  unix(e.time),
	}
	if e.mode&fs.ModeSetuid != 0 {
		h.Mode |= 0o4000
	}
	if e.mode&fs.ModeSetgid != 0 {
		h.Mode |= 0o2000
	}
	if e.typeflag == tar.TypeDir && !strings.HasSuffix(h.Name, "/") {
		h.Name += "/"
	}
	return h
}
