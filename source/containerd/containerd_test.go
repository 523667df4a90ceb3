package containerd_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source"
	"peel/source/containerd"
	"peel/source/oci"
	"peel/source/sourcetest"
)

func (s *testStore) open(name string, more ...func(*containerd.Options)) (*containerd.Image, error) {
	s.Helper()
	opts := containerd.Options{Root: s.root}
	for _, m := range more {
		m(&opts)
	}
	img, _, err := containerd.Open(context.Background(), name, opts)
	if err == nil {
		s.Cleanup(func() { img.Close() })
	}
	return img, err
}

func in(namespace string) func(*containerd.Options) {
	return func(o *containerd.Options) { o.Namespace = namespace }
}

// read opens an image as a whole, as the command does.
func (s *testStore) read(name, platform string) (*source.Image, error) {
	img, err := source.Open(context.Background(), "containerd:["+s.root+"]"+name, source.Options{Platform: platform})
	if err == nil {
		s.Cleanup(func() { img.Close() })
	}
	return img, err
}

// TestLaws holds an image to the laws of all sources, and compares it with the
// layout that it was made of.
func TestLaws(t *testing.T) {
	s := newStore(t)
	s.add("default", image("one"), "docker.io/library/app:latest")
	img, err := s.read("app", "")
	if err != nil {
		t.Fatal(err)
	}
	got := sourcetest.Check(t, img)
	dir := t.TempDir()
	if err := sourcetest.OCILayout(dir, image("one")); err != nil {
		t.Fatal(err)
	}
	other, err := source.Open(context.Background(), "oci:"+dir, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if want := sourcetest.Check(t, other); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if img.Kind != source.Containerd || img.Name != "docker.io/library/app:latest" || img.Location != s.root+", namespace default" {
		t.Errorf("%s %s at %s", img.Kind, img.Name, img.Location)
	}
}

// TestNames finds images by all that nerdctl, ctr, crictl and docker call them.
func TestNames(t *testing.T) {
	s := newStore(t)
	app := s.add("default", image("app"), "docker.io/library/app:latest").Digest
	tool := s.add("default", image("tool"), "quay.io/team/tool:1").Digest
	local := s.add("default", image("local"), "localhost/local:1").Digest
	odd := s.add("default", image("odd"), "any Words", "latest").Digest
	pause := s.add("k8s.io", image("pause"), "registry.k8s.io/pause:3").Digest
	s.name("k8s.io", v1.Descriptor{Digest: pause, MediaType: "application/vnd.oci.image.manifest.v1+json"}, "registry.k8s.io/pause@"+pause.String(), "sha256:"+strings.Repeat("c", 64))
	for asked, want := range map[string]v1.Hash{
		"docker.io/library/app:latest": app, "app": app, "app:latest": app, "library/app": app, "docker.io/app": app, "index.docker.io/library/app": app,
		"app@" + app.String(): app, "app:latest@" + app.String(): app, app.String(): app, app.Hex: app, app.Hex[:12]: app,
		"quay.io/team/tool:1": tool, "quay.io/team/tool@" + tool.String(): tool,
		"localhost/local:1": local, "any Words": odd, "latest": odd,
		"registry.k8s.io/pause:3": pause, "registry.k8s.io/pause@" + pause.String(): pause, "sha256:" + strings.Repeat("c", 64): pause,
		"app:2": {}, "team/tool:1": {}, "tool:1": {}, "quay.io/app": {}, "app@" + tool.String(): {}, "ab": {}, "sha256:": {}, "sha256:" + strings.Repeat("0", 64): {},
	} {
		img, err := s.open(asked)
		switch {
		case want == v1.Hash{} && !errors.Is(err, containerd.ErrNotFound):
			t.Errorf("%s: %v, want that there is none", asked, err)
		case want == v1.Hash{}:
		case err != nil:
			t.Errorf("%s: %v", asked, err)
		case img.Descriptor.Digest != want:
			t.Errorf("%s is %s", asked, img.Name)
		}
	}
	img, err := s.open("app")
	if err != nil {
		t.Fatal(err)
	}
	config, _ := img.ConfigName()
	for _, id := range []string{config.String(), config.Hex, config.Hex[:12]} { // as crictl shows it
		if again, err := s.open(id); err != nil || again.Name != img.Name {
			t.Errorf("config %s: %v", id, err)
		}
	}
}

// TestAmbiguousID asks by what two ids begin with.
func TestAmbiguousID(t *testing.T) {
	s := newStore(t)
	for n, hex := range []string{"abc0", "abc1", "abd0"} {
		h := v1.Hash{Algorithm: "sha256", Hex: hex + strings.Repeat("0", 60)}
		s.name("default", v1.Descriptor{Digest: h}, fmt.Sprintf("localhost/image:%d", n), fmt.Sprintf("localhost/same:%d", n))
	}
	if _, err := s.open("abc"); !errors.Is(err, containerd.ErrAmbiguous) || !strings.Contains(err.Error(), "localhost/image:0, localhost/image:1, localhost/same:0") {
		t.Errorf("%v, want which it may be", err)
	}
	if _, err := s.open("abd"); !errors.Is(err, oci.ErrMissing) {
		t.Errorf("%v, want the one image, which is not there", err)
	}
}

// TestNamespaces searches them in order, or one of them.
func TestNamespaces(t *testing.T) {
	s := newStore(t)
	add := func(namespace string) v1.Hash {
		return s.add(namespace, image(namespace), "docker.io/library/app:latest").Digest
	}
	other, kube, def := add("a-first"), add("k8s.io"), add("default")
	only := s.add("buildkit", image("only"), "docker.io/library/only:latest").Digest
	for name, test := range map[string]struct {
		asked string
		opts  func(*containerd.Options)
		env   string
		want  v1.Hash
	}{
		"the first":            {"app", in(""), "", def},
		"another":              {"app", in("k8s.io"), "", kube},
		"one of the others":    {"app", in("a-first"), "", other},
		"by the environment":   {"app", in(""), "k8s.io", kube},
		"against it":           {"app", in("a-first"), "k8s.io", other},
		"where nobody would":   {"only", in(""), "", only},
		"not in this one":      {"only", in("default"), "", v1.Hash{}},
		"not in one of no use": {"only", in(""), "nothing", v1.Hash{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("CONTAINERD_NAMESPACE", test.env)
			img, err := s.open(test.asked, test.opts)
			if test.want == (v1.Hash{}) {
				if !errors.Is(err, containerd.ErrNotFound) || !strings.Contains(err.Error(), "namespace buildkit has it: containerd:[buildkit@"+s.root+"]docker.io/library/only:latest") {
					t.Errorf("%v, want where it is", err)
				}
				return
			}
			if err != nil || img.Descriptor.Digest != test.want {
				t.Errorf("%+v with %v", img, err)
			}
		})
	}
	img, err := s.open("app")
	if err != nil || !strings.Contains(strings.Join(img.Notes, "\n"), "another image has this name: containerd:[k8s.io@"+s.root+"]docker.io/library/app:latest") {
		t.Errorf("%+v with %v, want a note of the others", img, err)
	}
	for ref, want := range map[string]v1.Hash{
		"containerd:[" + s.root + "]app": def, "containerd:[k8s.io@" + s.root + "]app": kube, "containerd://[a-first@" + s.root + "]app": other,
	} {
		img, err := source.Open(context.Background(), ref, source.Options{})
		if err != nil || img.ManifestDigest != want.String() {
			t.Errorf("%s: %v", ref, err)
			continue
		}
		img.Close()
	}
	for _, ref := range []string{"containerd:", "containerd:[k8s.io", "containerd:[k8s.io@here]app", "containerd:[k8s.io@]app", "containerd:[]app", "containerd:[k8s.io]"} {
		if _, err := source.ParseReference(ref); !errors.Is(err, source.ErrReference) {
			t.Errorf("%s: %v", ref, err)
		}
	}
	if ref, err := source.ParseReference("containerd:[k8s.io]app"); err != nil || ref.Namespace != "k8s.io" || ref.Root != "" || ref.Name != "app" {
		t.Errorf("%+v with %v", ref, err)
	}
}

// TestPulledPlatforms opens an index of which only a part was pulled.
func TestPulledPlatforms(t *testing.T) {
	for name, test := range map[string]struct {
		pulled string
		asked  string
		want   string // architecture
		err    string
	}{
		"all, the host's":     {"amd64 arm64 s390x", "", runtime.GOARCH, ""},
		"all, another":        {"amd64 arm64 s390x", "linux/s390x", "s390x", ""},
		"one, unasked":        {"s390x", "", "s390x", ""},
		"one, asked":          {"s390x", "linux/s390x", "s390x", ""},
		"not the one":         {"s390x", "linux/arm64", "", "linux/arm64 is not here, only linux/s390x, of an index that also names linux/amd64, linux/arm64"},
		"not one of its own":  {"s390x", "linux/ppc64le", "", "linux/ppc64le is not here"},
		"several, but not it": {"s390x arm64", "linux/amd64", "", "linux/amd64 is not here, only linux/arm64, linux/s390x"},
		"none":                {"", "", "", "none of them is here"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			var entries []sourcetest.Entry
			for _, arch := range []string{"amd64", "arm64", "s390x"} {
				entries = append(entries, forPlatform(arch, arch))
			}
			d := s.add("default", sourcetest.Index{Entries: entries}, "docker.io/library/multi:1")
			s.keep(d, test.pulled)
			img, err := s.read("multi:1", test.asked)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) || !errors.Is(err, containerd.ErrIncomplete) {
					t.Errorf("%v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			sourcetest.Check(t, img)
			partial := strings.Contains(strings.Join(img.Notes, "\n"), "the index also names linux/amd64")
			if img.Platform.Architecture != test.want || partial != (test.pulled == "s390x") {
				t.Errorf("%s with notes %q", img.Platform, img.Notes)
			}
		})
	}
}

// keep removes the manifests of the platforms that are not listed.
func (s *testStore) keep(index v1.Descriptor, pulled string) {
	s.Helper()
	f, err := os.Open(s.blob(index.Digest))
	if err != nil {
		s.Fatal(err)
	}
	defer f.Close()
	m, err := v1.ParseIndexManifest(f)
	if err != nil {
		s.Fatal(err)
	}
	for _, d := range m.Manifests {
		if !strings.Contains(pulled, d.Platform.Architecture) {
			os.Remove(s.blob(d.Digest))
		}
	}
}

// TestDiscardedLayers guards that an image without its layers is said to be
// one, and that others are asked if they may have it.
func TestDiscardedLayers(t *testing.T) {
	s := newStore(t)
	s.add("k8s.io", image("one"), "localhost:1/app:1")
	whole, err := s.open("localhost:1/app:1")
	if err != nil || whole.Unkept != 0 {
		t.Fatalf("%+v with %v", whole, err)
	}
	blobs, _ := whole.Blobs()
	h, _ := v1.NewHash(blobs[0].Digest)
	os.Remove(s.blob(h))

	img, err := s.read("localhost:1/app:1", "")
	if err != nil {
		t.Fatal(err)
	}
	const fetch = "ctr -n k8s.io content fetch localhost:1/app:1"
	if notes := strings.Join(img.Notes, "\n"); !strings.Contains(notes, "1 of 2 layers are not in containerd's store") || !strings.Contains(notes, fetch) {
		t.Errorf("notes %q", notes)
	}
	_, err = img.Layers[0].Open(context.Background())
	if !errors.Is(err, oci.ErrMissing) || !errors.Is(err, containerd.ErrIncomplete) || !strings.Contains(err.Error(), fetch) {
		t.Errorf("opening the layer: %v", err)
	}
	if rc, err := img.Layers[1].Open(context.Background()); err != nil {
		t.Error(err)
	} else {
		rc.Close()
	}
}

// TestList names what can be opened.
func TestList(t *testing.T) {
	s := newStore(t)
	s.add("k8s.io", image("kube"), "docker.io/library/app:1", "docker.io/library/kube:1")
	s.add("default", image("app"), "docker.io/library/app@sha256:"+strings.Repeat("0", 64), "docker.io/library/app:1")
	s.add("moby", sourcetest.Index{Entries: []sourcetest.Entry{forPlatform("x", runtime.GOARCH), forPlatform("y", "s390x")}}, "docker.io/library/multi:1")
	listed, where, err := containerd.List(context.Background(), containerd.Options{Root: s.root})
	if err != nil || where != s.root {
		t.Fatalf("%s: %v", where, err)
	}
	var names []string
	for _, l := range listed {
		names = append(names, strings.Join(l.Names, " "))
		for _, n := range l.Names {
			img, err := s.openListed(n)
			if err != nil || img.ConfigDigest != l.ID {
				t.Errorf("%s: %v", n, err)
			}
		}
		if l.Size == 0 || l.Created.IsZero() || l.Index != (l.Platform.OS == "") {
			t.Errorf("%+v", l)
		}
	}
	want := []string{
		"docker.io/library/app:1 docker.io/library/app@sha256:" + strings.Repeat("0", 64),
		"docker.io/library/kube:1 [k8s.io@" + s.root + "]docker.io/library/app:1",
		"docker.io/library/multi:1",
	}
	for i := range want {
		a, b := strings.Fields(want[i]), strings.Fields(names[i])
		for _, n := range a {
			if len(a) != len(b) || !strings.Contains(" "+names[i]+" ", " "+n+" ") {
				t.Errorf("%q, want %q", names[i], want[i])
			}
		}
	}
	listed, where, err = containerd.List(context.Background(), containerd.Options{Root: s.root, Namespace: "moby"})
	if err != nil || len(listed) != 1 || where != s.root+", namespace moby" {
		t.Errorf("%+v in %s with %v", listed, where, err)
	}
}

// openListed opens an image by its name in a list.
func (s *testStore) openListed(name string) (*source.Image, error) {
	ref := "containerd:" + name
	if !strings.HasPrefix(name, "[") {
		ref = "containerd:[" + s.root + "]" + name
	}
	img, err := source.Open(context.Background(), ref, source.Options{})
	if err == nil {
		s.Cleanup(func() { img.Close() })
	}
	return img, err
}

// TestDamage reads stores in which something is not as it should be.
func TestDamage(t *testing.T) {
	for name, test := range map[string]struct {
		damage func(s *testStore, d v1.Descriptor)
		want   error
		words  string
	}{
		"database is none":  {func(s *testStore, _ v1.Descriptor) { s.write(s.database(), strings.Repeat("x", 9000)) }, containerd.ErrDamaged, "meta.db"},
		"database is empty": {func(s *testStore, _ v1.Descriptor) { s.write(s.database(), "") }, containerd.ErrDamaged, "meta.db"},
		"database is gone":  {func(s *testStore, _ v1.Descriptor) { os.Remove(s.database()) }, containerd.ErrNoStore, s0},
		"digest is none": {func(s *testStore, _ v1.Descriptor) {
			s.name("default", v1.Descriptor{Digest: v1.Hash{Algorithm: "md5", Hex: "../../x"}}, app)
		}, containerd.ErrDamaged, "name of nothing"},
		"manifest is gone":   {func(s *testStore, d v1.Descriptor) { os.Remove(s.blob(d.Digest)) }, containerd.ErrIncomplete, "was not pulled"},
		"manifest is other":  {func(s *testStore, d v1.Descriptor) { s.write(s.blob(d.Digest), "{}") }, nil, "promised"},
		"manifest is a link": {func(s *testStore, d v1.Descriptor) { s.link(s.blob(d.Digest), "/etc/passwd") }, nil, "escapes"},
		"content is gone": {func(s *testStore, _ v1.Descriptor) {
			os.RemoveAll(filepath.Join(s.root, "io.containerd.content.v1.content"))
		}, oci.ErrMissing, "content"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			d := s.add("default", image("one"), app)
			test.damage(s, d)
			_, err := s.open(app)
			if err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.words) {
				t.Errorf("%v, want %v with %q", err, test.want, test.words)
			}
		})
	}
	s := newStore(t)
	if _, err := s.open(app); !errors.Is(err, containerd.ErrNotFound) {
		t.Errorf("an empty store: %v", err)
	}
}

const (
	app = "docker.io/library/app:latest"
	s0  = "no containerd store at "
)

func (s *testStore) write(path, text string) {
	s.Helper()
	os.Remove(path)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.Fatal(err)
	}
}

func (s *testStore) link(path, target string) {
	s.Helper()
	os.Remove(path)
	if err := os.Symlink(target, path); err != nil {
		s.Fatal(err)
	}
}

// TestLeftAlone guards that a store is neither locked nor changed, nor anything
// made beside it, while its owner has it open.
func TestLeftAlone(t *testing.T) {
	s := newStore(t)
	s.add("default", image("one"), app)
	before := snapshot(t, s.root)
	img, err := s.read(app, "")
	if err != nil {
		t.Fatal(err)
	}
	sourcetest.Check(t, img)
	if _, _, err := containerd.List(context.Background(), containerd.Options{Root: s.root}); err != nil {
		t.Error(err)
	}
	if after := snapshot(t, s.root); !reflect.DeepEqual(after, before) {
		t.Errorf("before:\n%v\nafter:\n%v", before, after)
	}
	if err := s.db.Sync(); err != nil {
		t.Error(err)
	}
}

func snapshot(t testing.TB, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			out[path] = fmt.Sprint(info.Mode(), info.Size(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestClosed tells a store that is there, but not for this user.
func TestClosed(t *testing.T) {
	if os.Getuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("root may read everything; realtest does this as another user")
	}
	s := newStore(t)
	s.add("default", image("one"), app)
	os.Chmod(s.root, 0)
	t.Cleanup(func() { os.Chmod(s.root, 0o700) })
	if _, err := s.open(app); !errors.Is(err, containerd.ErrClosed) || errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v", err)
	}
}
