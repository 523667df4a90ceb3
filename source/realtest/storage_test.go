//go:build linux

package realtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"peel/analyzer/waste"
	"peel/source"
	"peel/source/oci"
	"peel/source/sourcetest"
	"peel/source/storage"
)

// aStore is a store of the builder's.
type aStore struct {
	b            *builder
	driver, root string
	conf         string // its storage.conf
}

// own is the store in which fixtures.sh built the images.
func (b *builder) own(t testing.TB) aStore {
	t.Helper()
	for _, driver := range []string{"overlay", "vfs"} {
		if root := filepath.Join(b.dir, "store-"+driver); exists(filepath.Join(root, driver+"-images")) {
			return aStore{b, driver, root, filepath.Join(b.dir, "storage.conf")}
		}
	}
	t.Fatal("the builder has no store")
	return aStore{}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// newStore makes the configuration of a store, empty yet.
func (b *builder) newStore(t testing.TB, driver string, additional ...string) aStore {
	t.Helper()
	dir := b.temp(t)
	s := aStore{b, driver, filepath.Join(dir, "store"), filepath.Join(dir, "storage.conf")}
	text := fmt.Sprintf("[storage]\ndriver = %q\nrootless_storage_path = %q\n", driver, s.root)
	if len(additional) > 0 {
		text += fmt.Sprintf("[storage.options]\nadditionalimagestores = [%q]\n", additional[0])
	}
	if err := os.WriteFile(s.conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // what subordinate users own, only they can remove
		s.command(context.Background(), t, "buildah", "unshare", "rm", "-rf", s.root).Run()
	})
	return s
}

// command is a command of the builder's with this store.
func (s aStore) command(ctx context.Context, t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := s.b.command(ctx, t, name, args...)
	cmd.Env = append(cmd.Env, "CONTAINERS_STORAGE_CONF="+s.conf)
	return cmd
}

// bud builds what fixtures.sh builds as well.
func (s aStore) bud(t testing.TB, names ...string) {
	t.Helper()
	ctx := filepath.Join(s.b.dir, "ctx")
	for _, n := range names {
		must(t, s.command(soon(t), t, "buildah", "bud", "--layers", "--isolation", "chroot",
			"-t", "localhost/"+n+":1", "-f", filepath.Join(ctx, "Containerfile."+n), ctx))
	}
}

// peel runs peel as the builder.
func (s aStore) peel(t testing.TB, args ...string) outcome {
	t.Helper()
	return run{args: args, as: s.b, env: []string{"CONTAINERS_STORAGE_CONF=" + s.conf, "CONTAINER_HOST=unix:///nowhere"}}.do(t)
}

// reference names an image in this store, for root, who has another.
func (s aStore) reference(name string) string {
	return fmt.Sprintf("containers-storage:[%s@%s]%s", s.driver, s.root, name)
}

// TestStorage reads images where buildah has built them, as their owner and as
// root, and compares them with what skopeo has made of them.
func TestStorage(t *testing.T) {
	b := images(t, "newuidmap")
	s := b.own(t)
	for _, name := range []string{"small", "debian"} {
		t.Run(name, func(t *testing.T) {
			layout := "oci:" + b.out("layout") + ":" + name
			want := sourcetest.Check(t, open(t, layout, source.Options{}))
			got := sourcetest.Check(t, open(t, s.reference("localhost/"+name+":1"), source.Options{}))
			if !reflect.DeepEqual(got.DiffIDs, want.DiffIDs) || !reflect.DeepEqual(got.Entries, want.Entries) {
				t.Error("the layers in the store are others than those in the layout")
			}
			figures := peel(t, "--json", "-", layout).figures(t)
			for _, ref := range []string{"containers-storage:localhost/" + name + ":1", "podman:" + name + ":1", name + ":1"} {
				sameText(t, "figures of "+ref, s.peel(t, "--json", "-", ref).figures(t), figures)
			}
		})
	}
	t.Run("both platforms of a list", func(t *testing.T) {
		for _, arch := range []string{"amd64", "arm64"} {
			opts := source.Options{Platform: "linux/" + arch}
			got := sourcetest.Check(t, open(t, s.reference("localhost/multi:1"), opts))
			want := sourcetest.Check(t, open(t, "oci:"+b.out("layout")+":multi", opts))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %+v, want %+v", arch, got, want)
			}
		}
	})
}

// TestStorageNames finds one image by all that podman calls it.
func TestStorageNames(t *testing.T) {
	b := images(t)
	s := b.own(t)
	id := strings.TrimSpace(string(must(t, s.command(soon(t), t, "podman", "image", "inspect", "--format", "{{.Id}}", "localhost/small:1"))))
	digest := strings.TrimSpace(string(must(t, s.command(soon(t), t, "podman", "image", "inspect", "--format", "{{.Digest}}", "localhost/small:1"))))
	for _, name := range []string{"localhost/small:1", "small:1", id, id[:12], "sha256:" + id, "localhost/small@" + digest, digest} {
		img, where, err := storage.Open(soon(t), name, storage.Options{Root: s.root})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if config, err := img.ConfigName(); err != nil || config.Hex != id || where != s.root {
			t.Errorf("%s: config %s in %s with %v, want %s in %s", name, config, where, err, id, s.root)
		}
		img.Close()
	}
	for _, ref := range []string{"small:1", "podman:small:1", "containers-storage:small:1"} {
		if o := peel(t, "--root", s.root, "--plain", ref); !strings.Contains(o.stdout, "Source: containers-storage, "+s.root) {
			o.want(t, 0)
			t.Errorf("--root %s %s: %s", s.root, ref, o.stdout)
		}
	}
	// The base of small is in this store alone.
	if o := peel(t, "--root", s.root, "--base", "bb:1", "--json", "-", "small:1"); !strings.Contains(o.stdout, `"baseLayers": 1`) {
		o.want(t, 0)
		t.Errorf("--root with --base: %s", o.stdout)
	}
	if o := peel(t, "images", "--root", s.root); !strings.Contains(o.stdout, "containers-storage:["+s.root+"]localhost/small:1") {
		o.want(t, 0)
		t.Errorf("images --root: %s", o.stdout)
	}
	s.peel(t, "containers-storage:small:2").want(t, 3, "no such image: small:2", "hint: podman images")

	listed, _, err := storage.List(soon(t), storage.Options{Root: s.root})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range listed {
		names = append(names, l.Names...)
		if l.Created.IsZero() || !l.Index && (l.Size == 0 || l.Platform.Architecture == "") {
			t.Errorf("%+v", l)
		}
	}
	want := strings.Fields(string(must(t, s.command(soon(t), t, "podman", "images", "--filter", "dangling=false", "--format", "{{.Repository}}:{{.Tag}}"))))
	sameSet(t, names, want)
}

func sameSet(t testing.TB, got, want []string) {
	t.Helper()
	have := map[string]int{}
	for _, g := range got {
		have[g]++
	}
	for _, w := range want {
		have[w]--
	}
	for name, n := range have {
		if n != 0 {
			t.Errorf("%s is listed %+d times", name, n)
		}
	}
}

// changes are what the two drivers store in different ways: overlay has
// whiteouts, opaque directories and copies of what was changed, vfs whole
// copies that are compared. Contents are the same in every build, and no time
// is a part of a change.
const changes = `FROM localhost/bb:1
RUN mkdir -p /app/lib /cache/sub /flip && yes lib | head -c 300000 > /app/lib/a && yes data | head -c 200000 > /app/data && yes x | head -c 100000 > /cache/sub/x && echo y > /cache/y && touch /flip/x
RUN yes other | head -c 250000 > /app/data
RUN chmod -R g+w /app/lib
RUN rm -rf /cache && mkdir /cache && echo new > /cache/new
RUN rm -rf /flip && echo file > /flip
RUN rm /flip && ln -s /etc /flip
RUN mv /app/lib /app/lib2 && mkdir -m 700 /closed && echo secret > /closed/f && chown -R 33:33 /closed
RUN rm -r /app/lib2
`

// TestStorageDrivers builds one Containerfile in both kinds of stores, and
// pushes both images: what comes out is the same.
func TestStorageDrivers(t *testing.T) {
	b := images(t, "docker-registry")
	if b.own(t).driver != "overlay" {
		t.Skip("users cannot mount overlay here, so there is only vfs")
	}
	r := startRegistry(t, "")
	trees, sums := map[string]listing{}, map[string]*waste.Summary{}
	for _, driver := range []string{"overlay", "vfs"} {
		s := b.newStore(t, driver)
		s.bud(t, "bb")
		s.build(t, "localhost/changes:1", changes)
		a := analyze(t, open(t, s.reference("changes:1"), source.Options{}))
		trees[driver], sums[driver] = withoutDriver(merged(a.Tree)), a.Waste
		must(t, s.command(soon(t), t, "skopeo", "copy", "-q", "--dest-tls-verify=false", "containers-storage:localhost/changes:1", "docker://"+r.host+"/"+driver+":1"))
		sameText(t, "figures of "+driver, s.peel(t, "--json", "-", "containers-storage:changes:1").figures(t), peel(t, "--json", "-", r.host+"/"+driver+":1").figures(t))
	}
	differs(t, "vfs", trees["vfs"], "overlay", trees["overlay"])
	got, want := sums["vfs"], sums["overlay"]
	if got.Wasted != want.Wasted || got.Size != want.Size || !reflect.DeepEqual(got.ByReason, want.ByReason) {
		t.Errorf("%d of %d bytes wasted, %v; in overlay %d of %d, %v", got.Wasted, got.Size, got.ByReason, want.Wasted, want.Size, want.ByReason)
	}
	if want.Wasted == 0 {
		t.Error("nothing is wasted")
	}
}

// build builds an image from the text of a Containerfile.
func (s aStore) build(t testing.TB, name, text string) {
	t.Helper()
	file := filepath.Join(filepath.Dir(s.conf), "Containerfile")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	must(t, s.command(soon(t), t, "buildah", "bud", "--layers", "--pull-never", "--isolation", "chroot", "-t", name, "-f", file, filepath.Join(s.b.dir, "ctx")))
}

// withoutDriver leaves out times, which two builds do not share, and the marks
// that overlay leaves on directories, which end up in images.
func withoutDriver(l listing) listing {
	out := listing{}
	for path, r := range l {
		r.time = 0
		if strings.HasPrefix(r.xattr, "user.overlay.") {
			r.xattr = ""
		}
		out[path] = r
	}
	return out
}

// TestAdditionalStore reads an image whose base lies in another store.
func TestAdditionalStore(t *testing.T) {
	b := images(t)
	shared := b.newStore(t, "overlay")
	shared.build(t, "localhost/shared:1", "FROM scratch\nADD bb.tar /\n")
	s := b.newStore(t, "overlay", shared.root)
	s.build(t, "localhost/above:1", "FROM localhost/shared:1\nRUN echo hello > /hello\n")
	archive := filepath.Join(filepath.Dir(s.conf), "above.tar")
	must(t, s.command(soon(t), t, "skopeo", "copy", "-q", "containers-storage:localhost/above:1", "oci-archive:"+archive))
	want := peel(t, "--json", "-", archive).figures(t)
	sameText(t, "figures", s.peel(t, "--json", "-", "containers-storage:above:1").figures(t), want)
	s.peel(t, "--json", "-", "containers-storage:shared:1").figures(t)
	if _, _, err := storage.Open(soon(t), "above:1", storage.Options{Root: s.root}); !errors.Is(err, oci.ErrMissing) {
		t.Errorf("without the other store: %v, want that a layer is missing", err)
	}
}

// TestPartialPull reads layers of which podman has fetched the files that it
// did not have, and compares them with what the registry has.
func TestPartialPull(t *testing.T) {
	b := images(t, "docker-registry")
	if b.own(t).driver != "overlay" {
		t.Skip("podman pulls parts of layers into overlay alone, which users cannot mount here")
	}
	r := startRegistry(t, "")
	s := b.newStore(t, "overlay")
	s.bud(t, "bb")
	s.build(t, "localhost/changes:1", changes)
	name := r.host + "/changes:1"
	must(t, s.command(soon(t), t, "skopeo", "copy", "-q", "--dest-tls-verify=false", "--dest-compress-format", "zstd:chunked", "containers-storage:localhost/changes:1", "docker://"+name))
	into := b.newStore(t, "overlay")
	conf, err := os.OpenFile(into.conf, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conf.WriteString("[storage.options]\npull_options = {enable_partial_images = \"true\"}\n"); err != nil {
		t.Fatal(err)
	}
	conf.Close()
	must(t, into.command(soon(t), t, "podman", "pull", "-q", "--tls-verify=false", name))
	got := analyze(t, open(t, into.reference(name), source.Options{}))
	want := analyze(t, open(t, "registry:"+name, source.Options{}))
	differs(t, "pulled in part", merged(got.Tree), "registry", merged(want.Tree))
	if got.Waste.Wasted != want.Waste.Wasted || !reflect.DeepEqual(got.Waste.ByReason, want.Waste.ByReason) || want.Waste.Wasted == 0 {
		t.Errorf("%d bytes wasted, %v; in the registry %d, %v", got.Waste.Wasted, got.Waste.ByReason, want.Waste.Wasted, want.Waste.ByReason)
	}
}

// TestStorageIsLeftAlone reads a store that nobody is using: nothing in it
// changes.
func TestStorageIsLeftAlone(t *testing.T) {
	b := images(t)
	s := b.own(t)
	before := snapshot(t, s.root)
	s.peel(t, "--json", "-", "containers-storage:small:1").want(t, 0)
	if _, _, err := storage.List(soon(t), storage.Options{Root: s.root}); err != nil {
		t.Error(err)
	}
	if after := snapshot(t, s.root); !reflect.DeepEqual(after, before) {
		for path, was := range before {
			if after[path] != was {
				t.Errorf("%s was %s and is %s", path, was, after[path])
			}
		}
		t.Errorf("%d files before, %d after", len(before), len(after))
	}
}

// TestStorageInUse reads a store that buildah is writing to. The store is the
// test's own, and no writer is killed: that damages stores.
func TestStorageInUse(t *testing.T) {
	b := images(t)
	s := b.newStore(t, b.own(t).driver)
	s.bud(t, "bb", "small")
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- s.keepBusy(t, stop) }()
	for range 5 {
		s.peel(t, "--json", "-", "containers-storage:small:1").want(t, 0)
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// keepBusy makes containers and images in the store until it is to stop.
func (s aStore) keepBusy(t testing.TB, stop <-chan struct{}) error {
	ctx := soon(t)
	for {
		for _, args := range [][]string{
			{"from", "--name", "busy", "localhost/small:1"},
			{"commit", "-q", "busy", "localhost/busy:1"},
			{"rm", "busy"},
		} {
			if out, err := s.command(ctx, t, "buildah", args...).CombinedOutput(); err != nil {
				return fmt.Errorf("buildah %s: %w: %s", args[0], err, out)
			}
		}
		select {
		case <-stop:
			return nil
		default:
		}
	}
}

// snapshot is the state of all files of a tree, but for the times of reading.
func snapshot(t testing.TB, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		st := info.Sys().(*syscall.Stat_t)
		out[path] = fmt.Sprint(info.Mode(), info.Size(), st.Uid, st.Gid, st.Nlink, st.Mtim, st.Ctim)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestNoStore guards that nothing is made where nothing is; run.do checks it.
func TestNoStore(t *testing.T) {
	b := images(t)
	o := run{args: []string{"containers-storage:small:1"}, as: b}.do(t)
	o.want(t, 3, "no containers/storage at ")
	o = run{args: []string{"podman:small:1"}, as: b, env: []string{"CONTAINER_HOST=unix:///nowhere"}}.do(t)
	o.want(t, 3, "tried containers-storage: no containers/storage at ", "tried podman: no socket")
}

// TestWithheldFiles reads a store without a user namespace: files of other
// users are listed, and what depends on their contents is not decided.
func TestWithheldFiles(t *testing.T) {
	b := images(t)
	s := b.own(t)
	alone := func(args ...string) outcome {
		return run{args: args, as: b, env: []string{"CONTAINERS_STORAGE_CONF=" + s.conf, "PATH=/nowhere"}}.do(t)
	}
	o := alone("--plain", "containers-storage:small:1")
	o.want(t, 0)
	for _, w := range []string{"content not readable", "podman unshare"} {
		if !strings.Contains(o.stdout, w) {
			t.Errorf("the report does not say %q:\n%s", w, o.stdout)
		}
	}
	waste := []string{"--lowestEfficiency", "0", "--highestUserWastedPercent", "1"}
	alone(append(waste, "--ci", "--fail-on", "critical", "containers-storage:small:1")...).want(t, 3, "cannot be decided")
	alone(append(waste, "--ci", "--fail-on", "off", "containers-storage:small:1")...).want(t, 0)
	alone("--ci", "--lowestEfficiency", "1", "containers-storage:small:1").want(t, 1)

	with := analyze(t, open(t, s.reference("small:1"), source.Options{}))
	report := alone("--json", "-", "containers-storage:small:1")
	if want := fmt.Sprintf(`"wastedBytes": %d,`, with.Waste.Wasted); !strings.Contains(report.stdout, want) {
		t.Errorf("the report has no %s", want)
	}
}
