package main

import (
	"cmp"
	"errors"
	"hash/fnv"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	// maxRootFiles keeps one huge directory from being all of the pool.
	maxRootFiles = 100_000
	// groupDepth is how many leading path elements make files stay together, so
	// that an image holds whole packages, not single files from everywhere.
	groupDepth = 5
)

// source is one file of this machine that an image may hold.
type source struct {
	from string // where it lies
	name string // its path in the image, without a leading slash
	size int64
	mode fs.FileMode // type and permissions: a regular file or a symlink
	time int64       // Unix seconds
	link string      // a symlink's target
}

// roots returns the directories to take files from, each with its path in the image.
func roots() [][2]string {
	var found [][2]string
	// Without a go command its two directories are simply not used.
	if text, err := exec.Command("go", "env", "GOROOT", "GOMODCACHE").Output(); err == nil {
		for i, dir := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			found = append(found, [2]string{dir, []string{"usr/local/go", "go/pkg/mod"}[i%2]})
		}
	}
	for _, dir := range []string{"/usr/bin", "/usr/lib", "/usr/libexec", "/usr/share", "/usr/local/lib", "/Library"} {
		found = append(found, [2]string{dir, strings.TrimPrefix(dir, "/")})
	}
	return found
}

// gather lists the files and symlinks under roots that everybody may read, in an
// order that looks random, is the same every time, and keeps packages together.
func gather() ([]source, error) {
	var pool []source
	roots := roots()
	for _, root := range roots {
		dir, err := filepath.EvalSymlinks(root[0])
		if err != nil {
			continue // this machine has none
		}
		files := 0
		err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				if d != nil && d.IsDir() && path != dir {
					return fs.SkipDir // not ours to read
				}
				return nil
			}
			if d.IsDir() {
				if path != dir && slices.ContainsFunc(roots, func(r [2]string) bool { return r[0] == path }) {
					return fs.SkipDir // a root of its own
				}
				return nil
			}
			if files == maxRootFiles {
				return fs.SkipAll
			}
			if strings.HasPrefix(d.Name(), ".wh.") {
				return nil
			}
			info, err := d.Info()
			if err != nil {
				return nil // gone meanwhile
			}
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			s := source{
				from: path,
				name: root[1] + "/" + filepath.ToSlash(rel),
				mode: info.Mode(),
				time: info.ModTime().Unix(),
			}
			switch {
			case s.mode.IsRegular() && s.mode&0o004 != 0:
				s.size = info.Size()
			case s.mode&fs.ModeSymlink != 0:
				if s.link, err = os.Readlink(path); err != nil {
					return nil
				}
			default:
				return nil
			}
			files++
			pool = append(pool, s)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(pool) == 0 {
		return nil, errors.New("no files found to fill an image with")
	}
	order := make(map[string]uint64)
	for _, s := range pool {
		order[group(s.name)] = scatter(group(s.name))
	}
	slices.SortFunc(pool, func(a, b source) int {
		return cmp.Or(cmp.Compare(order[group(a.name)], order[group(b.name)]), cmp.Compare(a.name, b.name))
	})
	return pool, nil
}

// group returns the first groupDepth directories of name.
func group(name string) string {
	end := 0
	for range groupDepth {
		i := strings.IndexByte(name[end:], '/')
		if i < 0 {
			break
		}
		end += i + 1
	}
	return name[:end]
}

// scatter hashes s.
func scatter(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	// FNV alone leaves names that differ at the end close together.
	x := h.Sum64()
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	return x ^ x>>32
}
