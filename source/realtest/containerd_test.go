//go:build linux

package realtest

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"peel/source"
	"peel/source/containerd"
	"peel/source/sourcetest"
)

// aContainerd is a containerd that runs.
type aContainerd struct {
	root, socket string
	dir          string // of what it may be given
}

// startContainerd runs one that has nothing yet.
func startContainerd(t testing.TB) *aContainerd {
	t.Helper()
	dir := scratch(t, cacheDir())
	c := &aContainerd{root: filepath.Join(dir, "containerd"), socket: filepath.Join(dir, "c.sock"), dir: dir}
	config := filepath.Join(dir, "config.toml")
	text := fmt.Sprintf("version = 2\nroot = %q\nstate = %q\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n[grpc]\naddress = %q\n", c.root, dir+"/state", c.socket)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, exec.Command("containerd", "-c", config))
	for deadline := time.Now().Add(startTime); ; time.Sleep(50 * time.Millisecond) {
		if exec.Command("ctr", "-a", c.socket, "version").Run() == nil {
			return c
		}
		select {
		case <-s.exited:
			lack(t, "containerd does not start here: %s", s.lastLine())
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("containerd did not answer within %s: %s", startTime, s.lastLine())
		}
	}
}

// ctr runs it in a namespace.
func (c *aContainerd) ctr(t testing.TB, namespace string, args ...string) string {
	t.Helper()
	return string(must(t, exec.CommandContext(soon(t), "ctr", append([]string{"-a", c.socket, "-n", namespace}, args...)...)))
}

// reference names an image in this store.
func (c *aContainerd) reference(name string) string { return "containerd:[" + c.root + "]" + name }

// pack makes a tar of a part of the builder's layout.
func (b *builder) pack(t testing.TB, image string) string {
	t.Helper()
	path := filepath.Join(b.temp(t), image+".tar")
	must(t, b.command(soon(t), t, "skopeo", "copy", "-q", "--all", "oci:"+b.out("layout")+":"+image, "oci-archive:"+path+":"+image))
	return path
}

// filled is a containerd that has imported what skopeo and podman have written.
func filled(t testing.TB, b *builder) *aContainerd {
	t.Helper()
	c := startContainerd(t)
	c.ctr(t, "default", "image", "import", b.out("skopeo-docker.tar")) // localhost/small:1
	c.ctr(t, "k8s.io", "image", "import", "--base-name", "example.org/team/small", b.out("skopeo-oci.tar"))
	c.ctr(t, "k8s.io", "image", "import", "--base-name", "docker.io/library/zstd", b.pack(t, "small-zstd"))
	c.ctr(t, "default", "image", "import", "--all-platforms", "--base-name", "docker.io/library/multi", b.pack(t, "multi"))
	return c
}

// TestContainerd reads images from where a running containerd has them, and
// compares them with what it was given.
func TestContainerd(t *testing.T) {
	b := images(t, "containerd", "ctr")
	c := filled(t, b)
	layout := shape{reference: "oci:" + b.out("layout") + ":small"}.look(t)
	before := settled(t, c.root)
	for _, name := range []string{"localhost/small:1", "example.org/team/small:small", "zstd:small-zstd"} {
		t.Run(name, func(t *testing.T) {
			got := shape{reference: c.reference(name)}.look(t)
			got.equal(t, layout)
		})
	}
	for _, arch := range []string{"amd64", "arm64"} {
		t.Run("multi for "+arch, func(t *testing.T) {
			opts := source.Options{Platform: "linux/" + arch}
			want := sourcetest.Check(t, open(t, "oci:"+b.out("layout")+":multi", opts))
			if got := sourcetest.Check(t, open(t, c.reference("multi:multi"), opts)); !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
	t.Run("names", func(t *testing.T) {
		var want []string
		for _, namespace := range []string{"default", "k8s.io"} {
			want = append(want, strings.Fields(c.ctr(t, namespace, "image", "ls", "-q"))...)
		}
		listed, _, err := containerd.List(soon(t), containerd.Options{Root: c.root})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range listed {
			got = append(got, l.Names...)
			digest := l.Digest
			for _, name := range append(l.Names, digest, digest[len("sha256:"):][:12], l.ID) {
				if img := open(t, c.reference(name), source.Options{}); img.ConfigDigest != l.ID {
					t.Errorf("%s is the image %s, listed is %s", name, img.ConfigDigest, l.ID)
				}
			}
		}
		sameSet(t, got, want)
	})
	t.Run("left alone", func(t *testing.T) {
		after := snapshot(t, c.root)
		for path, was := range before {
			if after[path] != was {
				t.Errorf("%s was %s and is %s", path, was, after[path])
			}
		}
		if len(after) != len(before) {
			t.Errorf("%d files before, %d after", len(before), len(after))
		}
	})
	t.Run("image that is not there", func(t *testing.T) {
		o := peel(t, c.reference("nothing:1"))
		o.want(t, 3, "tried containerd: no such image: nothing:1", "hint: ctr -n NAMESPACE images ls")
		o.silent(t)
		run{args: []string{c.reference("zstd:small-zstd")}, env: []string{"CONTAINERD_NAMESPACE=default"}}.do(t).
			want(t, 3, "namespace k8s.io has it: containerd:[k8s.io@"+c.root+"]docker.io/library/zstd:small-zstd")
	})
}

// settled is a snapshot of a directory once nothing in it changes any more:
// containerd collects its garbage a moment after an import.
func settled(t testing.TB, dir string) map[string]string {
	t.Helper()
	last := snapshot(t, dir)
	for range 20 {
		time.Sleep(time.Second)
		now := snapshot(t, dir)
		if maps.Equal(last, now) {
			return now
		}
		last = now
	}
	t.Fatalf("%s does not come to rest", dir)
	return nil
}

// TestContainerdWhileItWrites reads a store into which containerd imports.
func TestContainerdWhileItWrites(t *testing.T) {
	b := images(t, "containerd", "ctr")
	c := startContainerd(t)
	c.ctr(t, "default", "image", "import", "--no-unpack", "--base-name", "example.org/small", b.out("skopeo-oci.tar"))
	ctx, stop := context.WithCancel(soon(t))
	done := make(chan struct{})
	rounds := 0
	go func() {
		defer close(done)
		for ; ctx.Err() == nil; rounds++ {
			for _, args := range [][]string{{"import", "--no-unpack", b.out("podman-docker.tar")}, {"tag", "--force", "example.org/small:small", fmt.Sprintf("example.org/busy:%d", rounds)}, {"rm", "localhost/small:1"}} {
				exec.CommandContext(ctx, "ctr", append([]string{"-a", c.socket, "image"}, args...)...).Run()
			}
		}
	}()
	for range 5 {
		peel(t, "--json", "-", c.reference("example.org/small:small")).want(t, 0)
		for range 20 {
			if _, _, err := containerd.List(ctx, containerd.Options{Root: c.root}); err != nil {
				t.Error(err)
			}
		}
	}
	stop()
	<-done
	if rounds == 0 {
		t.Error("nothing was written meanwhile")
	}
}

// TestContainerdForUsers reads a store as somebody who is not root: one that
// its containerd has left open, as a rootless one is to its user; one that is
// closed; and one that lacks layers.
func TestContainerdForUsers(t *testing.T) {
	b := images(t, "containerd", "ctr", "docker-registry")
	c := startContainerd(t)
	r := startRegistry(t, "")
	b.push(t, "oci:"+b.out("layout")+":small", r.host+"/small:1")
	name := r.host + "/small:1"
	c.ctr(t, "default", "image", "import", "--no-unpack", "--base-name", r.host+"/small", b.out("skopeo-oci.tar"))
	c.ctr(t, "default", "image", "tag", r.host+"/small:small", name)

	// Where a user's containerd would be: as a link, for the store is not moved.
	data := b.temp(t)
	if err := os.Symlink(c.root, filepath.Join(data, "containerd")); err != nil {
		t.Fatal(err)
	}
	env := []string{"XDG_DATA_HOME=" + data, "DOCKER_HOST=unix:///nowhere", "CONTAINER_HOST=unix:///nowhere"}
	as := func(args ...string) outcome { return run{args: args, env: env, as: b}.do(t) }

	as("containerd:"+name).want(t, 3, "tried containerd: permission denied at ", "hint: the store belongs to root: have it exported")
	if got := attempts(t, as("--json", "-", name)); len(got) != 5 || got[3].Source != "containerd" || !strings.Contains(got[3].Error, "permission denied") || got[4].Source != "registry" {
		t.Errorf("asked %+v", got)
	}

	for dir := c.root; dir != "/"; dir = filepath.Dir(dir) { // the cache is root's own
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode&1 == 0 {
			if err := os.Chmod(dir, mode|0o111); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.Chmod(dir, mode) })
		}
	}
	want := peel(t, "--json", "-", "oci:"+b.out("layout")+":small").figures(t)
	for _, ref := range []string{"containerd:" + name, name} {
		o := as("--json", "-", ref)
		sameText(t, "figures of "+ref, o.figures(t), want)
		if got := attempts(t, o); got[len(got)-1] != (attempt{Source: "containerd", Asked: filepath.Join(data, "containerd") + ", namespace default"}) {
			t.Errorf("asked %+v", got)
		}
	}

	layer := open(t, c.reference(name), source.Options{}).Layers[0].Digest
	c.discard(t, layer)
	const fetch = "ctr -n default content fetch "
	o := as("--json", "-", "containerd:"+name)
	o.want(t, 3, "not wholly read", fetch+name)
	if !strings.Contains(o.stdout, "1 of 25 layers are not in containerd's store") {
		t.Errorf("the report has no note of it: %s", o.stdout[:min(len(o.stdout), 3000)])
	}
	o = as("--json", "-", name)
	sameText(t, "figures from the registry", o.figures(t), want)
	if got := attempts(t, o); len(got) != 5 || !strings.Contains(got[3].Error, "1 layers of") || got[4].Source != "registry" {
		t.Errorf("asked %+v", got)
	}
}

// discard has containerd let go of a blob, which it then removes when it likes.
func (c *aContainerd) discard(t testing.TB, digest string) {
	t.Helper()
	c.ctr(t, "default", "content", "rm", digest)
	path := filepath.Join(c.root, "io.containerd.content.v1.content/blobs/sha256", strings.TrimPrefix(digest, "sha256:"))
	for deadline := time.Now().Add(startTime); exists(path); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("containerd has not removed %s within %s", digest, startTime)
		}
	}
}

// TestContainerdExports reads what ctr writes of an image and of several.
func TestContainerdExports(t *testing.T) {
	b := images(t, "containerd", "ctr")
	c := filled(t, b)
	const small, oci, multi = "localhost/small:1", "example.org/team/small:small", "docker.io/library/multi:multi"
	want := shape{reference: "oci:" + b.out("layout") + ":small"}.look(t)
	export := func(t testing.TB, namespace string, flags []string, names ...string) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "export.tar")
		c.ctr(t, namespace, slices.Concat([]string{"image", "export"}, flags, []string{path}, names)...)
		return path
	}
	for name, test := range map[string]struct {
		namespace string
		flags     []string
		names     []string
		form      string
		selector  string
	}{
		"docker's media types":  {"default", nil, []string{small}, "", ""},
		"OCI's":                 {"k8s.io", nil, []string{oci}, "", ""},
		"without manifest.json": {"k8s.io", []string{"--skip-manifest-json"}, []string{oci}, "", ""},
		"as a docker-archive":   {"k8s.io", nil, []string{oci}, "docker-archive:", ""},
		"as an OCI archive":     {"default", nil, []string{small}, "oci-archive:", ""},
		"one of two, by name":   {"default", nil, []string{multi, small}, "", ":" + small},
		"one of two, by number": {"default", nil, []string{multi, small}, "", "@1"},
	} {
		t.Run(name, func(t *testing.T) {
			path := export(t, test.namespace, test.flags, test.names...)
			shape{reference: test.form + path + test.selector}.look(t).equal(t, want)
			if test.selector == "" && test.form == "" {
				shape{reference: "-", stdin: path}.look(t).equal(t, want)
			}
		})
	}
	for _, flags := range [][]string{{}, {"--all-platforms"}, {"--platform", "linux/arm64"}, {"--platform", "linux/amd64"}, {"--platform", "linux/arm64", "--skip-manifest-json"}} {
		t.Run("index "+strings.Join(flags, " "), func(t *testing.T) {
			path := export(t, "default", flags, multi)
			asked := source.Options{}
			if flags := strings.Join(flags, " "); strings.Contains(flags, "arm64") {
				asked.Platform = "linux/arm64"
			} else if strings.Contains(flags, "amd64") {
				asked.Platform = "linux/amd64"
			}
			want := sourcetest.Check(t, open(t, "oci:"+b.out("layout")+":multi", asked))
			for _, opts := range []source.Options{asked, {}} { // what was exported is meant
				if got := sourcetest.Check(t, open(t, path, opts)); !reflect.DeepEqual(got, want) {
					t.Errorf("%+v, want %+v", got, want)
				}
			}
		})
	}
}
