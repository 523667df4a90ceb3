//go:build linux

package realtest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"peel/analyzer/filetree"
	"peel/source/layer"
)

// record is what a path of a file system is, in words that can be compared.
type record struct {
	typ   layer.Type
	mode  uint32 // permission bits, setuid, setgid, sticky; of a symlink none
	uid   uint32
	gid   uint32
	size  int64
	time  int64 // seconds; of a directory, whose content changes it, none
	link  string
	dev   string // major,minor
	xattr string
	hash  string
	twins string // the first path with the same inode, "" for the only one
}

func (r record) String() string {
	s := fmt.Sprintf("%-9s %04o %d:%d", r.typ, r.mode, r.uid, r.gid)
	for name, v := range map[string]string{"link": r.link, "device": r.dev, "xattrs": r.xattr, "same as": r.twins} {
		if v != "" {
			s += fmt.Sprintf(" %s %q", name, v)
		}
	}
	if r.typ == layer.Regular {
		s += fmt.Sprintf(" %d bytes %s", r.size, r.hash)
	}
	if r.typ != layer.Directory {
		s += fmt.Sprintf(" time %d", r.time)
	}
	return s
}

// listing is a whole file system by its paths.
type listing map[string]record

// group tells hard links: inode gives what two paths of one inode share.
func (l listing) group(inode map[string]any) {
	names := map[any][]string{}
	for path, id := range inode {
		names[id] = append(names[id], path)
	}
	for _, paths := range names {
		if len(paths) < 2 {
			continue
		}
		first := slices.Min(paths)
		for _, p := range paths {
			r := l[p]
			r.twins = first
			l[p] = r
		}
	}
}

// visible is the bytes of regular files, each inode once.
func (l listing) visible() int64 {
	var sum int64
	for path, r := range l {
		if r.typ == layer.Regular && (r.twins == "" || r.twins == path) {
			sum += r.size
		}
	}
	return sum
}

// maxShown bounds the differences in one message.
const maxShown = 40

// differs reports each path at which two listings are not the same.
func differs(t testing.TB, gotName string, got listing, wantName string, want listing) {
	t.Helper()
	all := maps.Clone(got)
	maps.Copy(all, want)
	var lines []string
	for _, path := range slices.Sorted(maps.Keys(all)) {
		g, inGot := got[path]
		w, inWant := want[path]
		if inGot == inWant && g == w {
			continue
		}
		lines = append(lines, fmt.Sprintf("%q\n   %8s: %s\n   %8s: %s", path, gotName, shown(g, inGot), wantName, shown(w, inWant)))
	}
	if n := len(lines); n > 0 {
		t.Errorf("%d of %d paths differ:\n%s", n, len(all), strings.Join(lines[:min(n, maxShown)], "\n"))
	}
}

func shown(r record, there bool) string {
	if !there {
		return "nothing"
	}
	return r.String()
}

// merged lists what a tree shows once all layers are applied.
func merged(tree *filetree.Tree) listing {
	l := listing{"/": {typ: layer.Directory, mode: 0o755}} // what an unpacker makes for a root without an entry
	inode := map[string]any{}
	top := len(tree.Layers) - 1
	for n := range tree.Nodes {
		v := tree.At(n, top)
		if v == nil || v.Entry == nil {
			continue
		}
		path := tree.Path(n)
		l[path] = recordOf(v.Entry)
		if v.Entry.Type != layer.Directory {
			inode[path] = v.Entry // hard links share it
		}
	}
	l.group(inode)
	return l
}

func recordOf(e *layer.Entry) record {
	r := record{typ: e.Type, mode: uint32(e.Mode), uid: e.UID, gid: e.GID, size: e.Size, time: e.Time().Unix()}
	switch e.Type {
	case layer.Directory:
		r.time = 0
	case layer.Symlink:
		r.mode, r.link = 0, e.Link
	case layer.Regular:
		r.hash = fmt.Sprintf("%x", e.Digest[:8])
	case layer.CharDevice, layer.BlockDevice:
		r.dev = fmt.Sprintf("%d,%d", e.Major, e.Minor)
	}
	var xattrs []string
	for _, x := range e.Xattr {
		xattrs = append(xattrs, fmt.Sprintf("%s=%x", x.Name, x.Value))
	}
	r.xattr = strings.Join(xattrs, " ")
	return r
}

// onDisk lists a directory.
func onDisk(t testing.TB, dir string) listing {
	t.Helper()
	l, inode := listing{}, map[string]any{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name := "/" + strings.TrimPrefix(strings.TrimPrefix(path, dir), "/")
		st := info.Sys().(*syscall.Stat_t)
		if !d.IsDir() {
			inode[name] = st.Ino
		}
		l[name], err = diskRecord(path, st)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	l.group(inode)
	return l
}

var diskTypes = map[uint32]layer.Type{
	syscall.S_IFREG: layer.Regular, syscall.S_IFDIR: layer.Directory, syscall.S_IFLNK: layer.Symlink,
	syscall.S_IFCHR: layer.CharDevice, syscall.S_IFBLK: layer.BlockDevice, syscall.S_IFIFO: layer.FIFO,
}

func diskRecord(path string, st *syscall.Stat_t) (record, error) {
	r := record{typ: diskTypes[st.Mode&syscall.S_IFMT], mode: st.Mode & 0o7777, uid: st.Uid, gid: st.Gid, time: st.Mtim.Sec}
	var err error
	switch r.typ {
	case layer.Directory:
		r.time = 0
	case layer.Symlink:
		r.mode = 0
		r.link, err = os.Readlink(path)
		return r, err
	case layer.Regular:
		r.size = st.Size
		r.hash, err = hashFile(path)
	case layer.CharDevice, layer.BlockDevice:
		r.dev = fmt.Sprintf("%d,%d", st.Rdev>>8&0xfff, st.Rdev&0xff|st.Rdev>>12&0xfff00) // makedev(3)
	}
	if err != nil {
		return r, err
	}
	r.xattr, err = diskXattrs(path)
	return r, err
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return fmt.Sprintf("%x", h.Sum(nil)[:8]), err
}

// diskXattrs leaves out what a security module adds by itself.
func diskXattrs(path string) (string, error) {
	buf := make([]byte, 64<<10)
	n, err := syscall.Listxattr(path, buf)
	if err != nil || n == 0 {
		return "", ignoreUnsupported(err)
	}
	var list []string
	for name := range strings.SplitSeq(strings.TrimSuffix(string(buf[:n]), "\x00"), "\x00") {
		if name == "security.selinux" {
			continue
		}
		value := make([]byte, 64<<10)
		n, err := syscall.Getxattr(path, name, value)
		if err != nil {
			return "", err
		}
		list = append(list, fmt.Sprintf("%s=%x", name, value[:n]))
	}
	slices.Sort(list)
	return strings.Join(list, " "), nil
}

func ignoreUnsupported(err error) error {
	if errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}
