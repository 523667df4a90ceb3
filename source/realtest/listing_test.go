//go:build linux

package realtest

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"peel/source"
)

// listed is what peel images says.
type listed struct {
	Partial bool
	Images  []struct {
		Reference, Name, Source, ID, Platform string
		SizeBytes                             int64
		MultiPlatform                         bool
	}
	Sources []struct {
		Source, State, Error string
		Images               int
	}
}

// list asks anew if an engine of a busy machine was too slow for a list.
func (r run) list(t testing.TB, code int) listed {
	t.Helper()
	r.args = append([]string{"images", "--json"}, r.args...)
	o := r.do(t)
	for range 5 {
		if code != 0 || !strings.Contains(o.stderr, "no answer within") {
			break
		}
		o = r.do(t)
	}
	o.want(t, code)
	var l listed
	if err := json.Unmarshal([]byte(o.stdout), &l); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *listed) references() []string {
	var out []string
	for _, i := range l.Images {
		out = append(out, i.Reference)
	}
	return out
}

// config is the digest of an image's config, which is its id in most stores.
func (r run) config(t testing.TB, reference string) string {
	t.Helper()
	r.args = []string{"--json", "-", "--scanners", "waste", reference}
	o := r.do(t)
	o.want(t, 0)
	var report struct{ Image struct{ ConfigDigest string } }
	if err := json.Unmarshal([]byte(o.stdout), &report); err != nil {
		t.Fatal(err)
	}
	return report.Image.ConfigDigest
}

// podmanSays is podman's own list: names and ids.
func (s aStore) podmanSays(t testing.TB) map[string]string {
	t.Helper()
	var list []struct {
		ID    string `json:"Id"`
		Names []string
	}
	if err := json.Unmarshal(must(t, s.command(soon(t), t, "podman", "images", "--format", "json")), &list); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, i := range list {
		for _, n := range i.Names {
			all[n] = "sha256:" + i.ID
		}
	}
	return all
}

// TestListStorage lists an ordinary user's store as podman does, by references
// that open what they say.
func TestListStorage(t *testing.T) {
	b := images(t, "newuidmap")
	s := b.own(t)
	env := []string{"CONTAINERS_STORAGE_CONF=" + s.conf, "CONTAINER_HOST=unix:///nowhere", "DOCKER_HOST=unix:///nowhere"}
	r := run{as: b, env: env}
	l := r.list(t, 0)
	want := s.podmanSays(t)
	got := map[string]string{}
	for _, i := range l.Images {
		if i.Source == string(source.Storage) {
			got[i.Name] = i.ID
			if i.Reference != "containers-storage:"+i.Name || !i.MultiPlatform && (i.SizeBytes == 0 || !strings.HasPrefix(i.Platform, "linux/")) {
				t.Errorf("%+v", i)
			}
		}
	}
	for name, id := range want {
		if got[name] != id {
			t.Errorf("%s is %q, podman says %s", name, got[name], id)
		}
	}
	if len(got) != len(want) || len(want) == 0 {
		t.Errorf("%d images, podman says %d", len(got), len(want))
	}
	if id := r.config(t, "containers-storage:"+small); id != want[small] {
		t.Errorf("%s opens %s, want %s", small, id, want[small])
	}
	if l := (run{as: b, env: env, args: []string{"--source", "docker"}}).list(t, 0); len(l.Images) != 0 || l.Sources[0].State != "absent" {
		t.Errorf("of docker alone: %+v", l)
	}
}

// TestListPodman lists what podman's service has, but once what its store has
// as well, and whatever variable names the socket.
func TestListPodman(t *testing.T) {
	b := images(t)
	s := b.own(t)
	host := startPodman(t, b)
	nowhere := "unix:///nowhere/engine.sock"
	none := filepath.Join(t.TempDir(), "storage.conf")
	if err := os.WriteFile(none, []byte("[storage]\ngraphroot = \"/nowhere\"\nrootless_storage_path = \"/nowhere\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, env := range map[string][]string{
		"podman": {"CONTAINER_HOST=" + host, "DOCKER_HOST=" + nowhere, "CONTAINERS_STORAGE_CONF=" + none},
		"docker": {"CONTAINER_HOST=" + nowhere, "DOCKER_HOST=" + host, "CONTAINERS_STORAGE_CONF=" + none},
	} {
		t.Run(name, func(t *testing.T) {
			r := run{env: env}
			l := r.list(t, 0)
			i := slices.Index(l.references(), name+":"+small)
			if i < 0 {
				t.Fatalf("%s:%s is not among %q", name, small, l.references())
			}
			if image := l.Images[i]; image.Platform != "linux/amd64" && image.Platform != "linux/arm64" || image.SizeBytes == 0 || image.ID != r.config(t, image.Reference) {
				t.Errorf("%+v", image)
			}
			const several = "localhost/multi:1"
			i = slices.Index(l.references(), name+":"+several)
			if i < 0 {
				t.Fatalf("%s:%s is not among %q", name, several, l.references())
			}
			if image := l.Images[i]; !image.MultiPlatform || image.Platform != "" {
				t.Errorf("%+v", image)
			}
			r.config(t, l.Images[i].Reference) // it opens
		})
	}
	t.Run("and the store", func(t *testing.T) {
		both := []string{"CONTAINER_HOST=" + host, "DOCKER_HOST=" + host, "CONTAINERS_STORAGE_CONF=" + s.conf}
		refs := func() []string { l := run{as: b, env: both}.list(t, 0); return l.references() }()
		n := 0
		for _, ref := range refs {
			if strings.HasSuffix(ref, ":"+small) {
				n++
			}
		}
		if n != 1 || !slices.Contains(refs, "containers-storage:"+small) {
			t.Errorf("%q", refs)
		}
	})
}

// TestListDocker lists what a dockerd has, an image of two names under both.
func TestListDocker(t *testing.T) {
	b := images(t, "dockerd", "docker")
	host := startDocker(t)
	must(t, exec.CommandContext(soon(t), "docker", "-H", host, "load", "-i", b.out("skopeo-docker.tar")))
	must(t, exec.CommandContext(soon(t), "docker", "-H", host, "tag", small, "other/name:2"))
	r := run{env: []string{"DOCKER_HOST=" + host, "CONTAINER_HOST=unix:///nowhere"}}
	l := r.list(t, 0)
	id := strings.TrimSpace(string(must(t, exec.CommandContext(soon(t), "docker", "-H", host, "image", "inspect", "--format", "{{.Id}}", small))))
	for _, name := range []string{small, "other/name:2"} {
		i := slices.Index(l.references(), "docker:"+name)
		if i < 0 {
			t.Fatalf("docker:%s is not among %q", name, l.references())
		}
		if image := l.Images[i]; image.ID != id || image.SizeBytes == 0 || !strings.HasPrefix(image.Platform, "linux/") {
			t.Errorf("%+v, docker says %s", image, id)
		}
		if a, b := r.config(t, "docker:"+name), r.config(t, b.out("skopeo-docker.tar")); a != b {
			t.Errorf("docker:%s is %s, the archive %s", name, a, b)
		}
	}
}

// TestListHungSocket guards that a socket whose engine hangs takes nothing from
// the list, which says that it is a part.
func TestListHungSocket(t *testing.T) {
	b := images(t)
	path := filepath.Join(b.temp(t), "docker.sock")
	l, err := net.Listen("unix", path) // and nobody accepts
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	got := run{as: b, env: []string{"DOCKER_HOST=unix://" + path, "CONTAINERS_STORAGE_CONF=" + b.own(t).conf}}.list(t, 3)
	if !got.Partial || got.Sources[0].State != "failed" || !strings.Contains(got.Sources[0].Error, "does not answer within") {
		t.Errorf("%+v", got.Sources)
	}
	if !slices.Contains(got.references(), "containers-storage:"+small) {
		t.Errorf("%q", got.references())
	}
}

// TestListFiles lists what real tools have written, and opens it.
func TestListFiles(t *testing.T) {
	b := images(t)
	r := run{dir: b.out(), env: []string{"DOCKER_HOST=unix:///nowhere", "CONTAINER_HOST=unix:///nowhere"}}
	l := r.list(t, 0)
	for _, want := range []string{"./docker.tar.gz", "./docker.tar.zst", "./podman-docker.tar", "./podman-multi.tar:localhost/small:1", "./podman-multi.tar:localhost/amd64:1", "./skopeo-docker.tar", "./skopeo-oci.tar",
		"oci:./layout:small", "oci:./layout:small-zstd", "oci:./layout:multi", "oci:./layout:debian"} {
		if !slices.Contains(l.references(), want) {
			t.Errorf("%s is not among %q", want, l.references())
		}
	}
	for _, i := range l.Images {
		if i.ID != "" && !i.MultiPlatform {
			if id := r.config(t, i.Reference); id != i.ID || i.SizeBytes == 0 {
				t.Errorf("%+v opens %s", i, id)
			}
		}
	}
}

// TestCompleteTags completes a name with the tags of a real registry.
func TestCompleteTags(t *testing.T) {
	b := images(t, "docker-registry")
	r := startRegistry(t, "")
	for _, tag := range []string{"1.9", "1.10", "latest"} {
		b.push(t, "oci:"+b.out("layout")+":small", r.host+"/team/app:"+tag)
	}
	o := run{args: []string{"__complete", r.host + "/team/app:"}, env: []string{"DOCKER_HOST=unix:///nowhere", "CONTAINER_HOST=unix:///nowhere"}}.do(t)
	o.want(t, 0)
	var got []string
	for line := range strings.Lines(o.stdout) {
		if name, _, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			got = append(got, strings.TrimPrefix(name, r.host+"/team/app:"))
		}
	}
	if !slices.Equal(got, []string{"latest", "1.10", "1.9"}) {
		t.Errorf("%q", o.stdout)
	}
}
