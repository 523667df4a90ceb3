package sourcetest_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"peel/source"
	. "peel/source/sourcetest"
)

// TestCheckEveryShape holds every shape that the writers know against the laws,
// from a file and from a stream. One image has the same facts in all.
func TestCheckEveryShape(t *testing.T) {
	img := with(app(), Gzip)
	shapes := map[string]func(io.Writer) error{
		"docker 20": func(w io.Writer) error { return DockerArchive20(w, img) },
		"docker 25": func(w io.Writer) error { return DockerArchive25(w, img) },
		"podman":    func(w io.Writer) error { return PodmanArchive(w, img) },
		"crane":     func(w io.Writer) error { return CraneArchive(w, img) },
		"OCI":       func(w io.Writer) error { return OCIArchive(w, img) },
		"OCI, zstd": func(w io.Writer) error { return OCIArchive(w, with(img, ZstdMulti)) },
		"gzip around docker 25": func(w io.Writer) error {
			return Gzipped(w, func(w io.Writer) error { return DockerArchive25(w, img) })
		},
		"zstd around podman": func(w io.Writer) error {
			return Zstandard(w, func(w io.Writer) error { return PodmanArchive(w, img) })
		},
	}
	dir := filepath.Join(t.TempDir(), "layout")
	if err := OCILayout(dir, img); err != nil {
		t.Fatal(err)
	}
	want := check(t, dir, nil)
	for name, write := range shapes {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "image.tar")
			if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			for how, got := range map[string]Facts{"file": check(t, path, nil), "stream": check(t, "-", &b)} {
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s: other facts than the layout's", how)
				}
			}
		})
	}
}

func check(t *testing.T, reference string, stdin io.Reader) Facts {
	t.Helper()
	img, err := source.Open(context.Background(), reference, source.Options{Platform: "linux/amd64", Stdin: stdin})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	return Check(t, img)
}
