//go:build linux

package realtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"peel/source"
)

// TestIgnore builds an image from a context with junk in it, puts what peel
// dockerignore prints into the context, and builds again: the junk is gone and
// the rest is there. Builders differ in what they write down of a COPY, so that
// sources are told by two kinds of history.
func TestIgnore(t *testing.T) {
	b := images(t)
	junk := []string{".git/HEAD", ".git/objects/pack/a", ".vscode/settings.json", "web/node_modules/.cache/x", "lib/__pycache__/m.pyc", "lib/m.pyc",
		"a/.DS_Store", "b/.DS_Store", "b/[odd] name*.log", "!weird.log", "Dockerfile"}
	keep := []string{"main", "lib/m.py", "web/node_modules/x/index.js", "b/log", "a/git", ".env.example"}
	for name, test := range map[string]struct{ file, dest string }{
		"whole context": {"FROM scratch\nCOPY . /srv/app\n", "srv/app/"},
		"relative":      {"FROM scratch\nWORKDIR /srv\nCOPY ./ app/\n", "srv/app/"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := b.temp(t)
			for _, f := range append(junk, keep...) {
				plant(t, b, filepath.Join(dir, "ctx", f), f)
			}
			plant(t, b, filepath.Join(dir, "Containerfile"), test.file)
			before := buildContext(t, b, dir, "1")
			o := peel(t, "dockerignore", before)
			o.want(t, 0)
			plant(t, b, filepath.Join(dir, "ctx", ".dockerignore"), o.stdout)
			after := buildContext(t, b, dir, "2")
			list := paths(t, after)
			for _, f := range junk {
				if list["/"+test.dest+f] {
					t.Errorf("%s is still there, in spite of\n%s", f, o.stdout)
				}
			}
			for _, f := range keep {
				if !list["/"+test.dest+f] {
					t.Errorf("%s is gone with\n%s", f, o.stdout)
				}
			}
			if again := peel(t, "dockerignore", after); !strings.Contains(again.stdout, "Nothing") {
				t.Errorf("it is not content with its own work:\n%s", again.stdout)
			}
		})
	}
}

// plant writes a file of the builder's.
func plant(t *testing.T, b *builder, path, content string) {
	t.Helper()
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil {
			break
		}
		defer os.Chown(dir, int(b.cred.Uid), int(b.cred.Gid))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, int(b.cred.Uid), int(b.cred.Gid)); err != nil {
		t.Fatal(err)
	}
}

// buildContext builds the image of a directory, and gives its layout.
func buildContext(t *testing.T, b *builder, dir, tag string) string {
	t.Helper()
	name := "localhost/" + filepath.Base(dir) + ":" + tag
	s := b.newStore(t, "vfs")
	must(t, s.command(soon(t), t, "buildah", "bud", "--isolation", "chroot", "-t", name, "-f", filepath.Join(dir, "Containerfile"), filepath.Join(dir, "ctx")))
	out := "oci:" + filepath.Join(dir, "layout"+tag) + ":x"
	must(t, s.command(soon(t), t, "buildah", "push", "-q", name, out))
	return out
}

// paths are the files that an image shows.
func paths(t *testing.T, image string) map[string]bool {
	t.Helper()
	a := analyze(t, open(t, image, source.Options{}))
	list := map[string]bool{}
	for n := range a.Tree.Nodes {
		if v := a.Tree.At(n, len(a.Tree.Layers)-1); v != nil && v.Entry != nil {
			list[a.Tree.Path(n)] = true
		}
	}
	return list
}
