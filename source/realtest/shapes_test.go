//go:build linux

package realtest

import (
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"peel/source"
	"peel/source/sourcetest"
)

// shape is one way to get at the image localhost/small:1.
type shape struct {
	name, reference string
	opts            source.Options
	stdin           string // the file to be piped in
	config          string // whose config it has: two tools write two configs
	annotation      string // that its manifest has to have
}

// shapes are all that need no server; pushes gives those of a registry.
func shapes(b *builder) []shape {
	return []shape{
		{name: "layout with gzip layers", reference: "oci:" + b.out("layout") + ":small", config: "oci"},
		{name: "layout with zstd layers", reference: b.out("layout") + ":small-zstd", config: "oci"},
		{name: "oci-archive of skopeo", reference: b.out("skopeo-oci.tar"), config: "oci"},
		{name: "docker-archive of skopeo", reference: b.out("skopeo-docker.tar"), config: "docker"},
		{name: "docker-archive of podman", reference: "docker-archive:" + b.out("podman-docker.tar"), config: "docker"},
		{name: "docker-archive with gzip around it", reference: b.out("docker.tar.gz"), config: "docker"},
		{name: "docker-archive with zstd around it", reference: b.out("docker.tar.zst"), config: "docker"},
		{name: "docker-archive by standard input", reference: "-", stdin: b.out("skopeo-docker.tar"), config: "docker"},
		{name: "compressed docker-archive by standard input", reference: "-", stdin: b.out("docker.tar.zst"), config: "docker"},
		{name: "oci-archive by standard input", reference: "-", stdin: b.out("skopeo-oci.tar"), config: "oci"},
		{name: "archive of several images, by number", reference: b.out("podman-multi.tar") + "@1", config: "docker"},
		{name: "archive of several images, by name", reference: b.out("podman-multi.tar") + ":localhost/small:1", config: "docker"},
		{name: "archive of several images, by skopeo's spelling", reference: "docker-archive:" + b.out("podman-multi.tar") + ":@1", config: "docker"},
	}
}

// seen is what peel says of an image, in this process and as a command.
type seen struct {
	facts   sourcetest.Facts
	tree    listing
	figures string
}

// look opens an image in a shape, checks the laws, and asks the command too.
func (s shape) look(t testing.TB, env ...string) seen {
	t.Helper()
	opts, r := s.opts, run{args: []string{"--json", "-", s.reference}, env: env}
	if opts.Platform != "" {
		r.args = append(r.args, "--platform", opts.Platform)
	}
	if s.stdin != "" {
		opts.Stdin, r.stdin = file(t, s.stdin), file(t, s.stdin)
	}
	img := open(t, s.reference, opts)
	if !strings.Contains(string(img.RawManifest), s.annotation) {
		t.Errorf("the manifest has no %s", s.annotation)
	}
	return seen{
		facts:   sourcetest.Check(t, img),
		tree:    merged(analyze(t, img).Tree),
		figures: r.do(t).figures(t),
	}
}

func file(t testing.TB, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// equal compares two shapes of one image.
func (s seen) equal(t testing.TB, want seen) {
	t.Helper()
	if !reflect.DeepEqual(s.facts.DiffIDs, want.facts.DiffIDs) {
		t.Errorf("diffIDs %q, want %q", s.facts.DiffIDs, want.facts.DiffIDs)
	}
	if !reflect.DeepEqual(s.facts.Entries, want.facts.Entries) {
		t.Error("the layers have other entries")
	}
	differs(t, "here", s.tree, "layout", want.tree)
	sameText(t, "figures", s.figures, want.figures)
}

// TestEveryShapeGivesTheSame reads one image from all that tools make of it.
func TestEveryShapeGivesTheSame(t *testing.T) {
	b := images(t)
	all := append(shapes(b), b.pushes(t)...)
	want := all[0].look(t)
	configs := map[string]string{}
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			got := s.look(t)
			got.equal(t, want)
			if first, ok := configs[s.config]; ok && got.facts.ConfigDigest != first {
				t.Errorf("config %s, want %s as the others of its kind", got.facts.ConfigDigest, first)
			}
			configs[s.config] = got.facts.ConfigDigest
		})
	}
}

// pushes gives the shapes of a registry, where there is one.
func (b *builder) pushes(t *testing.T) []shape {
	t.Helper()
	if _, err := exec.LookPath("docker-registry"); err != nil {
		t.Run("registry", func(t *testing.T) { lack(t, "%v", err) })
		return nil
	}
	r := startRegistry(t, "")
	layout, archive := "oci:"+b.out("layout"), "docker-archive:"+b.out("skopeo-docker.tar")
	b.push(t, layout+":small", r.host+"/small:gzip")
	b.push(t, layout+":small-zstd", r.host+"/small:zstd")
	b.push(t, archive, r.host+"/small:v2s2", "--format", "v2s2")
	b.push(t, archive, r.host+"/chunked:1", "--format", "oci", "--dest-compress-format", "zstd:chunked")
	at := "registry:" + r.host
	return []shape{
		{name: "registry with gzip layers", reference: at + "/small:gzip", config: "oci"},
		{name: "registry with zstd layers", reference: at + "/small:zstd", config: "oci"},
		{name: "registry with Docker's schema 2", reference: at + "/small:v2s2", config: "docker"},
		{name: "registry with zstd:chunked layers", reference: at + "/chunked:1", config: "chunked", annotation: "zstd-chunked.manifest-position"},
	}
}

// push copies an image to a registry by plain HTTP.
func (b *builder) push(t testing.TB, from, to string, flags ...string) {
	t.Helper()
	args := append([]string{"copy", "-q", "--dest-tls-verify=false"}, flags...)
	must(t, b.command(soon(t), t, "skopeo", append(args, from, "docker://"+to)...))
}

// TestEachPlatformOfAList reads both images of a manifest list, from a layout
// and from a registry.
func TestEachPlatformOfAList(t *testing.T) {
	b := images(t, "docker-registry")
	r := startRegistry(t, "")
	b.push(t, "oci:"+b.out("layout")+":multi", r.host+"/multi:1", "--all")
	other := ""
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		t.Run(platform, func(t *testing.T) {
			opts := source.Options{Platform: platform}
			want := shape{reference: "oci:" + b.out("layout") + ":multi", opts: opts}.look(t)
			got := shape{reference: "registry:" + r.host + "/multi:1", opts: opts}.look(t)
			got.equal(t, want)
			if got.facts.ConfigDigest != want.facts.ConfigDigest {
				t.Errorf("config %s, want %s", got.facts.ConfigDigest, want.facts.ConfigDigest)
			}
			if want.facts.ConfigDigest == other {
				t.Error("both platforms are the same image")
			}
			other = want.facts.ConfigDigest
		})
	}
	t.Run("one that is not there", func(t *testing.T) {
		peel(t, "--platform", "linux/s390x", "registry:"+r.host+"/multi:1").
			want(t, 3, "linux/s390x is not among linux/amd64, linux/arm64", "hint: choose one of them")
	})
}
