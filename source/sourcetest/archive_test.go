package sourcetest_test

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	. "peel/source/sourcetest"
)

type writer struct {
	name  string
	write func(Pack, io.Writer, ...Image) error
}

var (
	docker20 = writer{"docker20", Pack.DockerArchive20}
	docker25 = writer{"docker25", Pack.DockerArchive25}
	podman   = writer{"podman", Pack.PodmanArchive}
	crane    = writer{"crane", Pack.CraneArchive}
	oci      = writer{"oci", func(p Pack, w io.Writer, imgs ...Image) error {
		entries := make([]Entry, len(imgs))
		for i, img := range imgs {
			entries[i] = img
		}
		return p.OCIArchive(w, entries...)
	}}

	withManifestJSON = []writer{docker20, docker25, podman, crane}
	writers          = append(withManifestJSON, oci)
)

func archive(t *testing.T, wr writer, p Pack, imgs ...Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := wr.write(p, &buf, imgs...); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func opener(b []byte) tarball.Opener {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

func TestDockerShapesAreReadable(t *testing.T) {
	packs := map[string]Pack{
		"natural":  {},
		"linked":   {LinkedLayers: true},
		"sorted":   {Order: Sorted},
		"reversed": {Order: Reversed},
		"first":    {Order: MetadataFirst},
		"last":     {Order: MetadataLast},
	}
	for _, wr := range withManifestJSON {
		for label, p := range packs {
			t.Run(wr.name+"/"+label, func(t *testing.T) {
				tag, err := name.NewTag("example/app:1")
				if err != nil {
					t.Fatal(err)
				}
				img, err := tarball.Image(opener(archive(t, wr, p, with(app(), Gzip))), &tag)
				if err != nil {
					t.Fatal(err)
				}
				if err := validate.Image(img); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// Each compression for itself, because the tarball package takes the first
// layer's for all.
func TestCompressionsInDockerShapes(t *testing.T) {
	for _, wr := range withManifestJSON {
		for _, c := range []Compression{None, Gzip, GzipMulti, Zstd, ZstdMulti} {
			img, err := tarball.Image(opener(archive(t, wr, Pack{}, with(app(), c))), nil)
			if err != nil {
				t.Fatal(wr.name, c, err)
			}
			checkLayers(t, img)
		}
	}
}

// Guards fixtures that are compared by digest: same description, same bytes.
func TestOutputIsDeterministic(t *testing.T) {
	two := app()
	two.Names = []string{"example/two:2", "localhost:5000/two"}
	for _, wr := range writers {
		first := archive(t, wr, Pack{}, app(), two)
		for range 5 {
			if !bytes.Equal(first, archive(t, wr, Pack{}, app(), two)) {
				t.Fatalf("%s differs from run to run", wr.name)
			}
		}
	}
}

// headers is the headers of a tar by name; a name must not occur twice.
func headers(t *testing.T, b []byte) map[string]*tar.Header {
	t.Helper()
	all := map[string]*tar.Header{}
	tr := tar.NewReader(bytes.NewReader(b))
	for {
		hdr, err := tr.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if all[hdr.Name] != nil {
			t.Errorf("%s occurs twice", hdr.Name)
		}
		all[hdr.Name] = hdr
	}
}

func TestEntriesOfEachShape(t *testing.T) {
	want := map[string][]string{
		"docker20": {"manifest.json", "repositories"},
		"docker25": {"manifest.json", "repositories", "index.json", "oci-layout"},
		"podman":   {"manifest.json", "repositories"},
		"crane":    {"manifest.json"},
		"oci":      {"index.json", "oci-layout"},
	}
	for _, wr := range writers {
		all := headers(t, archive(t, wr, Pack{DotSlash: true}, app(), app()))
		for _, n := range want[wr.name] {
			if all["./"+n] == nil {
				t.Errorf("%s lacks %s", wr.name, n)
			}
		}
		for n := range all {
			if !strings.HasPrefix(n, "./") {
				t.Errorf("%s: %s has no ./", wr.name, n)
			}
		}
	}
}

// A layer that occurs twice is a link in docker20 and one file in podman.
func TestRepeatedLayer(t *testing.T) {
	for _, test := range []struct {
		writer       writer
		links, files int
	}{
		{docker20, 1, 6},
		{podman, 7, 6},
	} {
		var links, files int
		for n, hdr := range headers(t, archive(t, test.writer, Pack{}, app())) {
			switch {
			case hdr.Typeflag == tar.TypeSymlink:
				links++
			case strings.HasSuffix(n, ".tar"):
				files++
			}
		}
		if links != test.links || files != test.files {
			t.Errorf("%s: %d links, %d files; want %d, %d", test.writer.name, links, files, test.links, test.files)
		}
	}
}

func TestEdit(t *testing.T) {
	p := Pack{Edit: func(name string, content []byte) ([]byte, bool) {
		return slices.Concat(content, []byte("!")), name != "manifest.json"
	}}
	if headers(t, archive(t, docker20, p, app()))["manifest.json"] != nil {
		t.Error("manifest.json is still there")
	}
	dir := t.TempDir()
	if err := p.OCILayout(dir, app()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "oci-layout"))
	if err != nil || !bytes.HasSuffix(b, []byte("!")) {
		t.Errorf("oci-layout %q, %v", b, err)
	}
}

func TestWholeArchiveCompressed(t *testing.T) {
	for magic, compress := range map[string]func(io.Writer, func(io.Writer) error) error{
		"\x1f\x8b":         Gzipped,
		"\x28\xb5\x2f\xfd": Zstandard,
	} {
		var buf bytes.Buffer
		if err := compress(&buf, func(w io.Writer) error { return PodmanArchive(w, app()) }); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(buf.String(), magic) {
			t.Errorf("begins with %q, want %q", buf.Bytes()[:4], magic)
		}
	}
}
