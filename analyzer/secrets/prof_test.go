package secrets

import (
	"io/fs"
	"os"
	"path/filepath"
	"peel/source/layer"
	"testing"
)

func TestProf(t *testing.T) {
	s, _ := New(Options{})
	in := s.Begin()
	idx := &layer.Index{}
	root := "/usr/local/go"
	if r := os.Getenv("R"); r != "" {
		root = r
	}
	n := byte(0)
	m := byte(0)
	filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		f, _ := os.ReadFile(p)
		if len(f) == 0 {
			return nil
		}
		n++
		if n == 0 {
			m++
		}
		e := layer.Entry{Path: p[1:], Size: int64(len(f)), Digest: layer.Digest{n, m, byte(len(f)), byte(len(f) >> 8)}}
		if in.Open(0, &e) {
			for i := 0; i < len(f); i += 65536 {
				in.Write(f[i:min(i+65536, len(f))])
			}
			idx.Entries = append(idx.Entries, e)
			in.Close(len(idx.Entries)-1, &e)
		}
		return nil
	})
}
