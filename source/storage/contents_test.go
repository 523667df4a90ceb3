package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tarsplit "github.com/vbatts/tar-split/tar/storage"

	"peel/source/layer"
	"peel/source/oci"
)

// contents puts a table of contents in the place of a layer's list of files.
func (s *testStore) contents(id, table string) {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.root, s.driver+"-layers", id+".tar-split.gz")); err != nil {
		s.t.Fatal(err)
	}
	s.write(s.driver+"-layers/"+id+"/="+base64.StdEncoding.EncodeToString([]byte(contentsKey)), []byte(table))
}

// TestTableOfContents reads a layer that podman 4 has pulled in part: what it
// keeps of it is no tar-split list, but the table of contents.
func TestTableOfContents(t *testing.T) {
	one := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte("one")))
	file := `{"type":"reg","name":"dir/a","size":3,"mode":33188,"uid":7,"modtime":"2026-01-02T03:04:05.5Z","digest":"` + one + `","xattrs":{"user.x":"eQ=="}},` +
		`{"type":"chunk","name":"dir/a","chunkSize":1,"chunkOffset":2}`
	rest := `{"type":"dir","name":"dir/","mode":16877},` + file + `,{"type":"reg","name":".no.prefetch.landmark","size":1},{"type":"reg","name":"dir/.wh.gone"},` +
		`{"type":"hardlink","name":"b","linkName":"dir/a","size":3},{"type":"symlink","name":"l","linkName":"b"},{"type":"char","name":"null","devMajor":1,"devMinor":3}`
	for name, test := range map[string]struct {
		table string
		want  error
		say   string
	}{
		"whole":            {`{"version":1,"entries":[` + rest + `],"tarSplitDigest":"x"}`, nil, ""},
		"cut off":          {`{"version":1,"entries":[` + file, ErrDamaged, "unexpected EOF"},
		"no table":         {`{"version":1}`, ErrDamaged, "no entries"},
		"no object":        {`[]`, ErrDamaged, "should be"},
		"unknown type":     {`{"entries":[{"type":"door","name":"x"}]}`, ErrDamaged, "door"},
		"no digest":        {`{"entries":[{"type":"reg","name":"dir/a","size":3}]}`, ErrDamaged, "no digest"},
		"another content":  {`{"entries":[` + strings.Replace(file, one, "sha256:"+strings.Repeat("0", 64), 1) + `]}`, ErrDamaged, "not what"},
		"missing content":  {`{"entries":[` + strings.Replace(file, "dir/a", "dir/c", 1) + `]}`, oci.ErrMissing, "dir/c"},
		"attribute":        {`{"entries":[{"type":"dir","name":"d","xattrs":{"user.x":"?"}}]}`, ErrDamaged, "user.x"},
		"impossible names": {`{"entries":[{"type":"dir","name":"d\u0000e"}]}`, ErrDamaged, "entry"},
		"negative size":    {`{"entries":[{"type":"reg","name":"d","size":-1}]}`, ErrDamaged, "entry"},
	} {
		s := newStore(t)
		id := s.layer("", "dir/a", "one")
		s.image([]string{"localhost/app:latest"}, id)
		s.contents(id, test.table)
		img, _, err := Open(context.Background(), "app", s.done())
		if err != nil {
			t.Fatal(err)
		}
		blobs, err := img.Blobs()
		if err != nil {
			t.Fatal(err)
		}
		idx, err := scan(blobs[0])
		img.Close()
		if !errors.Is(err, test.want) || err != nil && !strings.Contains(err.Error(), test.say) {
			t.Errorf("%s: %v", name, err)
		}
		if test.want != nil {
			continue
		}
		if idx.DiffID != blobs[0].DiffID || len(idx.Problems) != 1 || idx.Problems[0].What != layer.ProblemRemade || len(idx.Entries) != 6 {
			t.Fatalf("%s: %+v", name, idx)
		}
		if e := idx.Entries[1]; e.Path != "dir/a" || e.Size != 3 || e.UID != 7 || e.Time().Nanosecond() != 5e8 || len(e.Xattr) != 1 || e.Digest != sha256.Sum256([]byte("one")) {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// FuzzContents guards that what comes of a table of contents is a tar that ends,
// of files with digests.
func FuzzContents(f *testing.F) {
	sum := strings.Repeat("0a", 32)
	f.Add([]byte(`{"version":1,"entries":[{"type":"dir","name":"d/"},{"type":"reg","name":"d/a","size":3,"digest":"sha256:` + sum + `","xattrs":{"user.x":"eQ=="}},{"type":"chunk","name":"d/a"}]}`))
	f.Add([]byte(`{"a":[{}],"entries":[{"type":"hardlink","name":"\u0000","linkName":"x"}]`))
	f.Add([]byte(`{"entries":[{"type":"char","name":"c","devMajor":-1,"mode":-1,"uid":-7,"modtime":"0001-01-01T00:00:00Z"}]}`))
	f.Fuzz(func(t *testing.T, table []byte) {
		c, err := newContents(bytes.NewReader(table))
		if err != nil {
			return
		}
		for n := 0; ; n++ {
			e, err := c.Next()
			if err == io.EOF {
				if !c.ended {
					t.Error("the list ends before its table")
				}
				return
			}
			if err != nil {
				return
			}
			if e.Type == tarsplit.FileType && (e.Size <= 0 || len(e.Payload) != sha256.Size) || e.Type == tarsplit.SegmentType && len(e.Payload) == 0 || n > 3*len(table) {
				t.Fatalf("%+v", e)
			}
		}
	})
}
