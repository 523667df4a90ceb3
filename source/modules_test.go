package source_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"peel/analyzer"
	"peel/source"
	"peel/source/archive"
	"peel/source/layer"
	"peel/source/layout"
	"peel/source/oci"
)

// moduleDir downloads a Go module that holds images as test data.
func moduleDir(t *testing.T, module string) string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir() // no part of this module's dependencies
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var m struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &m); err == nil {
		err = jsonErr
	}
	if err != nil || m.Error != "" {
		if os.Getenv("PEEL_REAL_REQUIRED") == "1" {
			t.Fatalf("downloading %s: %v %s %s", module, err, m.Error, stderr.String())
		}
		t.Skipf("%s cannot be downloaded here: %v %s %s", module, err, m.Error, stderr.String())
	}
	return m.Dir
}

func readImage(t *testing.T, ref string) (*analyzer.Analysis, error) {
	t.Helper()
	img, err := source.Open(context.Background(), ref, source.Options{})
	if err != nil {
		return nil, err
	}
	defer img.Close()
	return analyzer.Start(context.Background(), img, analyzer.Options{}).Wait()
}

// others are the modules and what is wrong with which of their archives and
// layouts; those that are not named open and read without an error.
var others = []struct {
	module string
	ext    []string // besides directories with an index.json
	broken map[string]error
}{
	{"github.com/wagoodman/dive@v0.13.1", []string{".tar"}, map[string]error{
		// Each holds a README, and no image.
		".data/test-estargz-image.tar":      archive.ErrNotArchive,
		".data/test-gzip-image.tar":         archive.ErrNotArchive,
		".data/test-uncompressed-image.tar": archive.ErrNotArchive,
		".data/test-zstd-image.tar":         archive.ErrNotArchive,
	}},
	{"github.com/google/go-containerregistry@v0.22.1", []string{".tar", ".tar.zst"}, map[string]error{
		// Layers.
		"pkg/crane/testdata/content.tar":      archive.ErrNotArchive,
		"pkg/crane/testdata/content.tar.zst":  archive.ErrNotArchive,
		"pkg/v1/tarball/testdata/content.tar": archive.ErrNotArchive,
		// Broken on purpose.
		"pkg/v1/tarball/testdata/no_manifest.tar":                archive.ErrNotArchive,
		"pkg/v1/tarball/testdata/null_manifest.tar":              archive.ErrNotArchive,
		"pkg/v1/layout/testdata/test_gc_image_unknown_mediatype": oci.ErrMissing,
		"pkg/v1/layout/testdata/test_index_media_type":           oci.ErrNotImage, // a Helm chart
		// Edited without giving its config the name that now were its digest.
		"pkg/v1/mutate/testdata/source_image_with_empty_layer_history.tar": layer.ErrDigest,
		// Several images.
		"pkg/v1/layout/testdata/test_gc_index":    errChoice,
		"pkg/v1/layout/testdata/test_index":       errChoice,
		"pkg/v1/tarball/testdata/test_bundle.tar": errChoice,
		"pkg/v1/tarball/testdata/test_link.tar":   errChoice,
	}},
	{"github.com/anchore/stereoscope@v0.3.2", []string{".tar"}, map[string]error{
		"pkg/image/oci/testdata/invalid_file":   layout.ErrNotLayout,
		"pkg/image/oci/testdata/no_manifests":   oci.ErrNotImage,
		"pkg/image/oci/testdata/valid_manifest": layer.ErrDigest, // an empty file for a manifest
		"pkg/image/oci/testdata/valid_oci_dir":  errChoice,
	}},
	{"github.com/docker/docker@v28.5.2+incompatible", []string{".tar"}, map[string]error{
		"integration-cli/testdata/emptyLayer.tar": archive.ErrNotArchive, // saved by a Docker before 1.10
		// Layers.
		"pkg/tarsum/testdata/511136ea3c5a64f264b78b5433614aec563103b4d4702f3ba7d4d2698e22c158/layer.tar": archive.ErrNotArchive,
		"pkg/tarsum/testdata/collision/collision-0.tar":                                                  archive.ErrNotArchive,
		"pkg/tarsum/testdata/collision/collision-1.tar":                                                  archive.ErrNotArchive,
		"pkg/tarsum/testdata/collision/collision-2.tar":                                                  archive.ErrNotArchive,
		"pkg/tarsum/testdata/collision/collision-3.tar":                                                  archive.ErrNotArchive,
		"pkg/tarsum/testdata/xattr/layer.tar":                                                            archive.ErrNotArchive,
	}},
	{"github.com/regclient/regclient@v0.11.7", []string{".tar"}, map[string]error{
		"testdata/layer.tar":    archive.ErrNotArchive,
		"testdata/layer-wh.tar": archive.ErrNotArchive,
		"testdata/external":     errChoice,
		"testdata/testrepo":     errChoice,
	}},
}

var errChoice = errors.New("several images")

// TestArchivesOfOthers opens what other projects test themselves with.
func TestArchivesOfOthers(t *testing.T) {
	for _, o := range others {
		t.Run(o.module, func(t *testing.T) {
			dir := moduleDir(t, o.module)
			seen := 0
			for _, path := range imagesIn(t, dir, o.ext) {
				rel, err := filepath.Rel(dir, path)
				if err != nil {
					t.Fatal(err)
				}
				want := o.broken[filepath.ToSlash(rel)]
				if want != nil {
					seen++
				}
				_, err = readImage(t, path)
				var choice *oci.ChoiceError
				switch {
				case want == errChoice && errors.As(err, &choice):
					readEach(t, path, choice.Images)
				case want == nil && err != nil, !errors.Is(err, want):
					t.Errorf("%s: %v, want %v", rel, err, want)
				}
			}
			if seen != len(o.broken) {
				t.Errorf("%d of the %d that are named were met", seen, len(o.broken))
			}
		})
	}
}

// readEach reads every image of a file; what is no image must say so.
func readEach(t *testing.T, path string, choices []oci.Choice) {
	t.Helper()
	fine := 0
	for _, c := range choices {
		i := c.Number
		_, err := readImage(t, fmt.Sprintf("%s@%d", path, i))
		switch {
		case err == nil:
			fine++
		case errors.Is(err, oci.ErrNotImage), errors.Is(err, oci.ErrMissing), errors.Is(err, oci.ErrPlatform):
		default:
			t.Errorf("%s@%d: %v", path, i, err)
		}
	}
	t.Logf("%s: %d of %d are images", filepath.Base(path), fine, len(choices))
}

func imagesIn(t *testing.T, dir string, ext []string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == "index.json" {
			paths = append(paths, filepath.Dir(path))
		}
		for _, x := range ext {
			if !d.IsDir() && strings.HasSuffix(path, x) {
				paths = append(paths, path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
