package layer

import (
	"context"
	"strings"
	"testing"
)

// FuzzNames guards everything that builds a path from an Entry: it is relative,
// clean, and inside the root, whatever the tar says.
func FuzzNames(f *testing.F) {
	for _, s := range []string{
		"", ".", "..", "/", "./", "a", "a/", "a//b", "./a/../../b", "../../etc", ".wh.", ".wh..", ".wh...", ".wh.a",
		"a/.wh..wh..opq", ".wh..wh..opq", ".wh..wh.plnk/x", "a/.wh.b/", "x/.wh../y", "a\x00b", "\xff", ".wh.a/..", "a/.wh.../b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		w := newWalker(context.Background(), nil, &Options{})
		e := Entry{Path: w.clean(raw)}
		checkClean(t, raw, e.Path)
		if again := w.clean(e.Path); again != e.Path {
			t.Errorf("%q becomes %q, and that %q", raw, e.Path, again)
		}
		hidden, ok := w.whiteout(&e, raw)
		if !hidden {
			return
		}
		if ok && !e.Type.Hidden() {
			t.Errorf("%q: hidden, but a %s", raw, e.Type)
		}
		if ok {
			checkClean(t, raw, e.Path)
		}
		if ok && e.Type == Whiteout && e.Path == "" {
			t.Errorf("%q removes the root", raw)
		}
	})
}

func checkClean(t *testing.T, raw, path string) {
	t.Helper()
	if path == "" {
		return
	}
	for el := range strings.SplitSeq(path, "/") {
		if el == "" || el == "." || el == ".." {
			t.Errorf("%q becomes %q", raw, path)
		}
	}
}
