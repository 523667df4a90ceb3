package evidence_test

import (
	"bytes"
	"context"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/evidence"
	"peel/analyzer/filetree"
	"peel/source/layer"
	. "peel/source/sourcetest"
)

// image reads layers with a Collector.
func image(t *testing.T, config v1.Config, layers ...[]File) *evidence.Image {
	t.Helper()
	b := filetree.NewBuilder(len(layers))
	p := evidence.Parts{Config: &v1.ConfigFile{Config: config}}
	for n, files := range layers {
		tar, err := Tar(files...)
		if err != nil {
			t.Fatal(err)
		}
		idx, err := layer.Scan(context.Background(), bytes.NewReader(tar), layer.Options{Inspectors: []layer.Inspector{evidence.Collector{}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Add(n, idx); err != nil {
			t.Fatal(err)
		}
		p.Layers = append(p.Layers, idx)
	}
	p.Tree = b.Tree()
	return evidence.New(p)
}

func TestResolve(t *testing.T) {
	img := image(t, v1.Config{}, []File{
		Reg("usr/bin/x", "x"), Symlink("bin", "usr/bin"), Symlink("up", "../../../usr/./bin/../bin/x"), Symlink("abs", "/bin/x"),
		Symlink("loop", "loop2"), Symlink("loop2", "loop"), Symlink("gone", "/nowhere"), Reg("was", "y"),
	}, []File{Whiteout("was")})
	for path, want := range map[string]string{
		"/usr/bin/x": "usr/bin/x", "bin/x": "usr/bin/x", "up": "usr/bin/x", "abs": "usr/bin/x", "/bin/../bin/./x": "usr/bin/x",
		"/..": "", "loop": "-", "gone": "-", "was": "-", "usr/bin/x/y": "-",
	} {
		o, state := img.Resolve(path)
		if want == "-" && state != evidence.Missing || want != "-" && (state != evidence.Present || o.Path != want) {
			t.Errorf("%s is %q, %v", path, o.Path, state)
		}
	}
	if o, state := img.Lookup("abs"); state != evidence.Present || o.Entry.Type != layer.Symlink {
		t.Errorf("Lookup follows the last link: %+v", o)
	}
}

// A later layer's file counts, whatever the lower one's was.
func TestMergedContents(t *testing.T) {
	img := image(t, v1.Config{User: "app"},
		[]File{Reg("etc/passwd", "app:x:0:0::/:/bin/sh\n"), Reg("etc/group", "wheel:x:10:app\n")},
		[]File{Reg("etc/passwd", "app:x:1000:1000::/:/bin/sh\n")})
	u := img.User()
	if !u.Known || u.UID != 1000 || len(u.GIDs) != 2 || u.GIDs[1] != 10 || u.Root() {
		t.Errorf("%+v", u)
	}
}

func TestFind(t *testing.T) {
	img := image(t, v1.Config{Env: []string{"PATH=/a:/b::"}, WorkingDir: "/work"}, []File{
		Reg("a/tool", "x"), Reg("b/tool", "x").Mode(0o755), Reg("work/here", "x").Mode(0o755), Reg("work/sub/y", "x").Mode(0o755),
	})
	for program, want := range map[string]string{"tool": "b/tool", "here": "work/here", "./here": "work/here", "sub/y": "work/sub/y", "/a/tool": "a/tool"} {
		if o, state := img.Find(program); state != evidence.Present || o.Path != want {
			t.Errorf("%s is %q, %v, want %s", program, o.Path, state, want)
		}
	}
}

func TestInterpreter(t *testing.T) {
	for line, want := range map[string][2]string{
		"/bin/sh -e": {"/bin/sh", ""}, "/usr/bin/env python3": {"/usr/bin/env", "python3"}, "/usr/bin/env -S A=1 node --x": {"/usr/bin/env", "node"},
		"/usr/bin/env -Sbash -e": {"/usr/bin/env", "bash"}, "": {"", ""},
	} {
		if p, target := evidence.Interpreter(line); p != want[0] || target != want[1] {
			t.Errorf("%q gives %q, %q", line, p, target)
		}
	}
}
