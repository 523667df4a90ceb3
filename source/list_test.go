package source_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source"
	"peel/source/oci"
	"peel/source/recent"
	. "peel/source/sourcetest"
)

// surroundings are a user's home with no engine, no store and no file.
func surroundings(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for k, v := range map[string]string{
		"HOME": dir, "XDG_RUNTIME_DIR": dir, "XDG_DATA_HOME": dir, "DOCKER_CONFIG": dir, "DOCKER_CONTEXT": "",
		"DOCKER_HOST": "unix://" + dir + "/none", "CONTAINER_HOST": "unix://" + dir + "/none", "CONTAINERS_STORAGE_CONF": dir + "/storage.conf",
	} {
		t.Setenv(k, v)
	}
	must(t, os.WriteFile(dir+"/storage.conf", fmt.Appendf(nil, "[storage]\ngraphroot = %q\nrootless_storage_path = %q\n", dir+"/store", dir+"/store"), 0o600))
	here := filepath.Join(dir, "here")
	must(t, os.Mkdir(here, 0o700))
	t.Chdir(here)
	return dir
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// engineImage is an image as an engine lists it.
type engineImage struct {
	ID       string `json:"Id"`
	RepoTags []string
	Created  int64
	Size     int64
}

// engineAt serves an engine on a socket that the variable names.
func engineAt(t *testing.T, env string, podman bool, images ...engineImage) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	must(t, err)
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if podman {
			w.Header().Set("Libpod-Api-Version", "5.4.0")
		}
		if r.URL.Path == "/images/json" {
			json.NewEncoder(w).Encode(images)
			return
		}
		io.WriteString(w, `{"Os":"linux","Architecture":"arm64"}`)
	})}}
	srv.Start()
	t.Cleanup(srv.Close)
	t.Setenv(env, "unix://"+path)
}

// storeWith writes the tables of a containers/storage of images without layers.
func storeWith(t *testing.T, dir string, images ...oci.Listed) {
	t.Helper()
	var list []map[string]any
	for _, i := range images {
		list = append(list, map[string]any{"id": strings.TrimPrefix(i.ID, "sha256:"), "digest": i.Digest, "names": i.Names, "created": i.Created})
	}
	b, err := json.Marshal(list)
	must(t, err)
	must(t, os.MkdirAll(dir+"/store/overlay-images", 0o700))
	must(t, os.WriteFile(dir+"/store/overlay-images/images.json", b, 0o600))
}

func list(t *testing.T, opts source.ListOptions) source.Listing {
	t.Helper()
	var l source.Listing
	source.List(context.Background(), opts, func(a source.Answer) {
		if a.Kind != source.Containerd { // no variable hides that of the machine
			l.Add(a)
		}
	})
	return l
}

func references(l source.Listing) []string {
	var out []string
	for _, e := range l.Entries {
		out = append(out, e.Reference)
	}
	return out
}

func id(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }

func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

// TestListAll guards that each source gives its images under references that
// open them, the newest first.
func TestListAll(t *testing.T) {
	dir := surroundings(t)
	engineAt(t, "DOCKER_HOST", false, engineImage{id("1"), []string{"app:1", "app:latest"}, day(5).Unix(), 10}, engineImage{id("2"), []string{"5000/odd:1"}, day(4).Unix(), 11})
	storeWith(t, dir, oci.Listed{Names: []string{"localhost/app:1"}, ID: id("3"), Created: day(3)})
	engineAt(t, "CONTAINER_HOST", true, engineImage{id("4"), []string{"localhost/far:1"}, day(2).Unix(), 12})
	l := list(t, source.ListOptions{Source: ""})
	want := []string{"docker:app:1", "docker:app:latest", "docker://5000/odd:1", "containers-storage:localhost/app:1", "podman:localhost/far:1", "sample:"}
	if got := references(l); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if e := l.Entries[0]; e.Name != "app:1" || e.ID != id("1") || e.Size != 10 || !e.Created.Equal(day(5)) || e.Platform.String() != "linux/arm64" || e.Kind != source.Docker || e.Location != os.Getenv("DOCKER_HOST") {
		t.Errorf("%+v", e)
	}
	if e := l.Entries[5]; e.Platform.String() != "linux/amd64" || e.Size == 0 || e.Kind != source.Sample {
		t.Errorf("%+v", e)
	}
	for _, e := range l.Entries {
		if _, err := source.ParseReference(e.Reference); err != nil {
			t.Error(err)
		}
	}
	if l.Partial() || len(l.Answers) != 6 {
		t.Errorf("%+v", l.Answers)
	}
	// --source asks nobody else.
	l = list(t, source.ListOptions{Source: source.Docker})
	if got := references(l); !slices.Equal(got, want[:3]) {
		t.Errorf("of docker alone %q", got)
	}
}

// TestListSameImage guards that what podman's socket and its store both have is
// listed once, and that a name that means two images opens neither in the
// other's place.
func TestListSameImage(t *testing.T) {
	dir := surroundings(t)
	storeWith(t, dir, oci.Listed{Names: []string{"localhost/app:1"}, ID: id("1"), Created: day(9)}, oci.Listed{Names: []string{"localhost/app:1"}, ID: id("2"), Created: day(8)})
	engineAt(t, "CONTAINER_HOST", true,
		engineImage{id("1"), []string{"localhost/app:1"}, day(9).Unix(), 1}, engineImage{id("3"), []string{"localhost/app:1"}, day(7).Unix(), 1})
	engineAt(t, "DOCKER_HOST", true, // podman's socket, where docker's is looked for
		engineImage{id("1"), []string{"localhost/app:1"}, day(9).Unix(), 1}, engineImage{id("4"), []string{"localhost/app:1"}, day(6).Unix(), 1})
	want := []string{"containers-storage:localhost/app:1", "containers-storage:" + id("2"), "podman:" + id("3"), "docker:localhost/app:1", "sample:"}
	if got := references(list(t, source.ListOptions{})); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	// docker itself has images of its own.
	engineAt(t, "DOCKER_HOST", false, engineImage{id("1"), []string{"localhost/app:1"}, day(9).Unix(), 1})
	if got := references(list(t, source.ListOptions{})); len(got) != 5 || !slices.Contains(got, "docker:localhost/app:1") {
		t.Errorf("%q", got)
	}
}

// TestListContainerd guards that what containerd keeps for docker is listed once,
// and what it keeps for others is listed.
func TestListContainerd(t *testing.T) {
	entry := func(k source.Kind, name, id, digest string) source.Entry {
		return source.Entry{Reference: source.Prefixed(k, name), Name: name, Kind: k, ID: id, Digest: digest}
	}
	var l source.Listing
	l.Add(source.Answer{Kind: source.Containerd, Entries: []source.Entry{
		entry(source.Containerd, "docker.io/library/a:1", id("1"), id("2")),
		entry(source.Containerd, "docker.io/library/b:latest", id("3"), id("4")),
		entry(source.Containerd, "docker.io/library/c:1", id("5"), id("6")),
		entry(source.Containerd, "[k8s.io@/var/lib/containerd]docker.io/library/a:1", id("7"), id("8")),
	}})
	l.Add(source.Answer{Kind: source.Docker, Entries: []source.Entry{
		entry(source.Docker, "a:1", id("2"), ""), entry(source.Docker, "b", id("3"), ""), entry(source.Docker, "c:1", id("9"), ""),
	}})
	want := []string{"containerd:[k8s.io@/var/lib/containerd]docker.io/library/a:1", "docker:a:1", "docker:b", "docker:c:1", "containerd:docker.io/library/c:1"}
	if got := references(l); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

// TestListNothing guards that a machine without engines is told from one whose
// engines fail.
func TestListNothing(t *testing.T) {
	dir := surroundings(t)
	l := list(t, source.ListOptions{})
	if got := references(l); !slices.Equal(got, []string{"sample:"}) || l.Partial() {
		t.Errorf("%q, partial %v", got, l.Partial())
	}
	for _, a := range l.Answers {
		absent := slices.Contains([]source.Kind{source.Docker, source.Podman, source.Storage}, a.Kind)
		if absent != a.Absent() || absent != (a.Err != nil) {
			t.Errorf("%s: %v", a.Kind, a.Err)
		}
	}
	must(t, os.MkdirAll(dir+"/store/overlay-images", 0o700))
	must(t, os.WriteFile(dir+"/store/overlay-images/images.json", []byte("{"), 0o600))
	if l := list(t, source.ListOptions{}); !l.Partial() {
		t.Error("a damaged store is passed over")
	}
}

// TestListHungEngine guards that an engine that does not answer holds nobody up:
// the others' answers are there before its time is over.
func TestListHungEngine(t *testing.T) {
	dir := surroundings(t)
	storeWith(t, dir, oci.Listed{Names: []string{"localhost/app:1"}, ID: id("1"), Created: day(9)})
	l, err := net.Listen("unix", dir+"/hung") // and nobody accepts
	must(t, err)
	defer l.Close()
	t.Setenv("DOCKER_HOST", "unix://"+dir+"/hung")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var early source.Listing
	source.List(ctx, source.ListOptions{Wait: time.Hour}, func(a source.Answer) {
		if a.Kind == source.Containerd {
			return
		}
		early.Add(a)
		if len(early.Answers) == 5 { // all but docker
			cancel()
		}
	})
	if got := references(early); !slices.Equal(got, []string{"containers-storage:localhost/app:1", "sample:"}) {
		t.Errorf("%q", got)
	}
	late := list(t, source.ListOptions{Wait: 50 * time.Millisecond})
	if a := late.Answers[0]; a.Kind != source.Docker || !errors.Is(a.Err, context.DeadlineExceeded) || !late.Partial() {
		t.Errorf("%+v", a)
	}
}

// TestListFiles guards that files are told by what they are, not by their names.
func TestListFiles(t *testing.T) {
	surroundings(t)
	one := Image{Names: []string{"team/app:1"}, Layers: []Layer{{Files: []File{Random("a", 1000, 1)}}}}
	two := Image{Names: []string{"team/app:2"}, Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}, Layers: []Layer{{Files: []File{Random("a", 1000, 2)}}}}
	write := func(name string, pack func(io.Writer) error) {
		t.Helper()
		var b bytes.Buffer
		must(t, pack(&b))
		must(t, os.WriteFile(name, b.Bytes(), 0o600))
	}
	docker20 := func(w io.Writer) error { return DockerArchive20(w, one) }
	write("docker20", docker20)
	write("docker25.tar", func(w io.Writer) error { return DockerArchive25(w, one) })
	write("podman.tar", func(w io.Writer) error { return PodmanArchive(w, one) })
	write("crane.tar", func(w io.Writer) error { return CraneArchive(w, one) })
	write("two.tar", func(w io.Writer) error { return PodmanArchive(w, one, two) })
	write("noname.tar", func(w io.Writer) error {
		return PodmanArchive(w, Image{Layers: one.Layers}, Image{Layers: two.Layers})
	})
	write("twooci.tar", func(w io.Writer) error { return OCIArchive(w, one, two) })
	write("oci.tar", func(w io.Writer) error { return OCIArchive(w, one) })
	write("docker.tgz", func(w io.Writer) error { return Gzipped(w, docker20) })
	write("docker.zst", func(w io.Writer) error { return Zstandard(w, docker20) })
	built, err := (Layer{Files: []File{Reg("manifest.json", "{}"), Reg("src/main.go", "package main")}}).Build()
	must(t, err)
	must(t, os.WriteFile("source.tar", built.Blob, 0o600))
	must(t, os.WriteFile("notes.tar", []byte("not a tar"), 0o600))
	must(t, os.WriteFile("cut.tgz", []byte("\x1f\x8b\x08\x00"), 0o600))
	must(t, os.WriteFile("empty.tar", nil, 0o600))
	must(t, os.Mkdir("web", 0o700))
	must(t, os.WriteFile("web/index.json", []byte(`{}`), 0o600))
	must(t, OCILayout("single", one))
	must(t, OCILayout("several", one, two))
	must(t, os.Symlink("docker20", "link"))
	must(t, os.Symlink("nowhere", "dangling"))
	l := list(t, source.ListOptions{})
	var files []string
	for _, e := range l.Entries {
		if e.Kind == source.Sample {
			continue
		}
		files = append(files, e.Reference)
		img, err := source.Open(context.Background(), e.Reference, source.Options{})
		if err != nil {
			t.Errorf("%s does not open: %v", e.Reference, err)
			continue
		}
		known := e.Kind == source.OCILayout || !strings.Contains(e.Reference, "z") // what is compressed is not looked into
		if known && (img.ConfigDigest != e.ID || img.Platform.String() != e.Platform.String()) || e.Size == 0 {
			t.Errorf("%+v is %s", e, img.ConfigDigest)
		}
		img.Close()
	}
	slices.Sort(files)
	want := []string{"./crane.tar", "./docker.tgz", "./docker.zst", "./docker20", "./docker25.tar", "./link", "./noname.tar@0", "./noname.tar@1", "./oci.tar", "./podman.tar",
		"./two.tar:team/app:1", "./two.tar:team/app:2", "./twooci.tar:team/app:1", "./twooci.tar:team/app:2",
		"oci:./several:team/app:1", "oci:./several:team/app:2", "oci:./single"}
	if !slices.Equal(files, want) {
		t.Errorf("%q\nwant %q", files, want)
	}
	t.Chdir("single")
	if got := references(list(t, source.ListOptions{Source: source.OCILayout})); !slices.Equal(got, []string{"oci:."}) {
		t.Errorf("in a layout: %q", got)
	}
}

// TestRecent guards that what was opened is offered first, from any directory,
// once, and only while it is there.
func TestRecent(t *testing.T) {
	dir := surroundings(t)
	state := filepath.Join(dir, "recent.json")
	img := Image{Names: []string{"team/app:1"}, Layers: []Layer{{Files: []File{Random("a", 1000, 1)}}}}
	must(t, OCILayout("single", img))
	for n, ref := range []string{"single", "oci:single", "sample:"} {
		opened, err := source.Open(context.Background(), ref, source.Options{})
		must(t, err)
		item, ok := source.Remembered(opened, "", day(10+n))
		opened.Close()
		if ok != (ref != "sample:") {
			t.Errorf("%s is remembered: %v", ref, ok)
		}
		if ok {
			must(t, recent.Add(state, item))
		}
	}
	must(t, recent.Add(state, recent.Item{Reference: "example.com/far:1", Source: "registry", Platform: "linux/arm64", Opened: day(20)}))
	must(t, recent.Add(state, recent.Item{Reference: filepath.Join(dir, "gone.tar"), Source: "docker-archive", Opened: day(21)}))
	l := list(t, source.ListOptions{Recent: state})
	if got, want := references(l), []string{"example.com/far:1", "oci:./single", "sample:"}; !slices.Equal(got, want) {
		t.Fatalf("%q, want %q", got, want)
	}
	if far, near := l.Entries[0], l.Entries[1]; far.Kind != source.Registry || far.Platform.String() != "linux/arm64" || !near.Opened.Equal(day(11)) {
		t.Errorf("%+v, %+v", far, near)
	}
	t.Chdir(dir)
	l = list(t, source.ListOptions{Recent: state})
	if got, want := references(l), []string{"example.com/far:1", "oci:" + filepath.Join(dir, "here", "single"), "sample:"}; !slices.Equal(got, want) {
		t.Fatalf("from elsewhere %q, want %q", got, want)
	}
	must(t, os.WriteFile(state, []byte("{"), 0o600))
	if l := list(t, source.ListOptions{Recent: state}); !l.Partial() {
		t.Error("a damaged list of recent images is passed over")
	}
}

// TestRememberedReferences guards that a reference is kept so that it opens the
// same again, and that no password is.
func TestRememberedReferences(t *testing.T) {
	surroundings(t)
	here, err := os.Getwd()
	must(t, err)
	must(t, os.WriteFile("app.tar", nil, 0o600))
	must(t, os.WriteFile("user:pass@x.tar", nil, 0o600))
	for _, c := range []struct {
		ref  string
		kind source.Kind
		want string
	}{
		{"debian:12", source.Registry, "debian:12"},
		{"registry:debian:12", source.Registry, "registry:debian:12"},
		{"debian:12", source.Docker, "docker:debian:12"},
		{"docker://debian:12", source.Docker, "docker:debian:12"},
		{"podman:small:1", source.Storage, "containers-storage:small:1"},
		{"containers-storage:[overlay@/var/s]small:1", source.Storage, "containers-storage:[overlay@/var/s]small:1"},
		{"containerd:[k8s.io]small:1", source.Containerd, "containerd:[k8s.io]small:1"},
		{"small:1", source.Containerd, "containerd:small:1"},
		{"app.tar", source.DockerArchive, filepath.Join(here, "app.tar")},
		{"./app.tar:a:1", source.OCIArchive, filepath.Join(here, "app.tar") + ":a:1"},
		{"docker-archive:app.tar@2", source.DockerArchive, "docker-archive:" + filepath.Join(here, "app.tar") + "@2"},
		{"./user:pass@x.tar", source.DockerArchive, filepath.Join(here, "user:pass@x.tar")},
		{"debian@" + id("a"), source.Registry, "debian@" + id("a")},
		{"example.com:5000/a@" + id("a"), source.Registry, "example.com:5000/a@" + id("a")},
		{"-", source.DockerArchive, ""},
		{"user:secret@example.com/app", source.Registry, ""},
		{"https://user:secret@example.com/app", source.Registry, ""},
		{"docker://user:secret@example.com/app", source.Docker, ""},
		{"registry:token@example.com/app@" + id("a"), source.Registry, ""},
	} {
		item, ok := source.Remembered(&source.Image{Reference: c.ref, Kind: c.kind, Config: &v1.ConfigFile{}}, "", day(1))
		if ok != (c.want != "") || item.Reference != c.want {
			t.Errorf("%s from %s: %q, want %q", c.ref, c.kind, item.Reference, c.want)
		}
	}
	// What --root has found is found without it.
	for ref, want := range map[string]string{"small:1": "containers-storage:[/srv/s]small:1", "containers-storage:[overlay@/srv/s]small:1": "containers-storage:[overlay@/srv/s]small:1"} {
		item, ok := source.Remembered(&source.Image{Reference: ref, Kind: source.Storage, Config: &v1.ConfigFile{}}, "/srv/s", day(1))
		if !ok || item.Reference != want {
			t.Errorf("%s: %q, want %q", ref, item.Reference, want)
		}
		if r, err := source.ParseReference(item.Reference); err != nil || r.Root != "/srv/s" {
			t.Errorf("%+v with %v", r, err)
		}
	}
}
