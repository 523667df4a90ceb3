package analyzer_test

import (
	"bytes"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/source"
	"peel/source/layer"
	. "peel/source/sourcetest"
)

// save writes an archive and returns its path.
func save(t testing.TB, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// analyze opens an image and reads all of it.
func analyze(t testing.TB, reference string) *analyzer.Analysis {
	t.Helper()
	img, err := source.Open(context.Background(), reference, source.Options{Platform: "linux/amd64"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { img.Close() })
	a, err := analyzer.Start(context.Background(), img, analyzer.Options{}).Wait()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func docker25(img Image) func(io.Writer) error {
	return func(w io.Writer) error { return DockerArchive25(w, img) }
}

func layers(stacks ...[]File) Image {
	var img Image
	for _, files := range stacks {
		img.Layers = append(img.Layers, Layer{Files: files, CreatedBy: "RUN step"})
	}
	return img
}

const mb = 1_000_000

// TestWhereDiveIsWrong goes through the images that dive v0.13.1 misjudges, and
// holds peel's figures against the truth.
func TestWhereDiveIsWrong(t *testing.T) {
	big := func(name string) File { return Random(name, 10*mb, 1) }
	tests := []struct {
		name   string
		layers Image
		wasted int64
		reason filetree.Reason
		check  func(*testing.T, *analyzer.Analysis)
	}{
		{
			name:   "whole directory deleted",
			layers: layers([]File{Dir("d", 0o755), big("d/a")}, []File{Whiteout("d")}),
			wasted: 10 * mb, reason: filetree.Deleted,
			check: func(t *testing.T, a *analyzer.Analysis) {
				if e := a.Waste.Efficiency; e != 0 {
					t.Errorf("efficiency %v: nothing of the image is visible", e)
				}
			},
		},
		{
			name: "directory deleted after one of its files was chmodded",
			layers: layers(
				[]File{Dir("d", 0o755), Random("d/a", 4*mb, 1), Random("d/b", 6*mb, 2)},
				[]File{Random("d/a", 4*mb, 1).Mode(0o755)},
				[]File{Whiteout("d")}),
			wasted: 14 * mb,
		},
		{
			name:   "opaque directory",
			layers: layers([]File{Dir("d", 0o755), big("d/old")}, []File{Dir("d", 0o755), Opaque("d"), Reg("d/new", "n")}),
			wasted: 10 * mb, reason: filetree.Deleted,
			check: func(t *testing.T, a *analyzer.Analysis) { absent(t, a, "/d/old"); present(t, a, "/d/new") },
		},
		{
			name:   "dangling whiteout before a rewritten file",
			layers: layers([]File{big("f")}, []File{Whiteout("nothing"), Random("f", 10*mb, 2)}),
			wasted: 10 * mb, reason: filetree.Overwritten,
		},
		{
			name:   "chmod of a file",
			layers: layers([]File{big("f")}, []File{big("f").Mode(0o600)}),
			wasted: 10 * mb, reason: filetree.Metadata,
		},
		{
			name:   "file grows from 1 B to 10 MB",
			layers: layers([]File{Reg("f", "x")}, []File{big("f")}),
			wasted: 1, reason: filetree.Overwritten,
		},
		{
			name:   "hard-linked pair copied up",
			layers: layers([]File{big("a"), Hardlink("b", "a")}, []File{big("a").Mode(0o600), Hardlink("b", "a")}),
			wasted: 10 * mb, reason: filetree.Metadata,
			check: func(t *testing.T, a *analyzer.Analysis) {
				if n := len(a.Waste.Items); n != 1 {
					t.Errorf("%d rows of waste, want 1", n)
				}
			},
		},
		{
			name:   "symlink retargeted",
			layers: layers([]File{Symlink("l", "a")}, []File{Symlink("l", "b")}),
			check:  modified("/l"),
		},
		{
			name:   "capability added",
			layers: layers([]File{Reg("f", "x")}, []File{Reg("f", "x").Xattr("security.capability", "\x01\x00\x00\x02")}),
			wasted: 1, reason: filetree.Metadata,
			check: modified("/f"),
		},
		{
			name:   "directory replaced by a symlink",
			layers: layers([]File{Dir("d", 0o755), big("d/f")}, []File{Symlink("d", "elsewhere")}),
			wasted: 10 * mb, reason: filetree.Deleted,
			check: func(t *testing.T, a *analyzer.Analysis) {
				absent(t, a, "/d/f")
				if v := present(t, a, "/d"); v != nil && v.Entry.Type != layer.Symlink {
					t.Errorf("/d is a %s", v.Entry.Type)
				}
			},
		},
		{
			name:   "same path twice in one layer",
			layers: layers([]File{big("f"), Random("f", 3*mb, 2)}),
			check: func(t *testing.T, a *analyzer.Analysis) {
				if got := a.Layers[0].Stat.Size; got != 3*mb {
					t.Errorf("layer size %d, want that of the last copy", got)
				}
			},
		},
		{
			name:   "deleted, and the same content at another path",
			layers: layers([]File{big("a")}, []File{Whiteout("a"), big("b")}),
			wasted: 10 * mb, reason: filetree.Deleted,
			check: func(t *testing.T, a *analyzer.Analysis) {
				if to := a.Waste.Items[0].MovedTo; to != "/b" {
					t.Errorf("moved to %q", to)
				}
			},
		},
		{
			name:   "zero-byte files rewritten",
			layers: layers([]File{Reg("f", "")}, []File{Reg("f", "")}, []File{Reg("f", "")}),
		},
		{
			name:   "one layer",
			layers: layers([]File{big("f")}),
			check: func(t *testing.T, a *analyzer.Analysis) {
				if a.Waste.UserPercent != nil {
					t.Errorf("user percent %v, want none", *a.Waste.UserPercent)
				}
			},
		},
		{
			name:   "PAX global header in a layer",
			layers: layers([]File{GlobalHeader(map[string]string{"comment": "git"}), Reg("f", "x")}),
			check:  func(t *testing.T, a *analyzer.Analysis) { present(t, a, "/f") },
		},
		{
			name:   "'..' in a tar name",
			layers: layers([]File{Reg("x", "").Name("../../etc/evil")}),
			check: func(t *testing.T, a *analyzer.Analysis) {
				present(t, a, "/etc/evil")
				if p := a.Layers[0].Problems; len(p) != 1 || p[0].What != layer.ProblemEscape {
					t.Errorf("problems %v", p)
				}
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := analyze(t, save(t, docker25(tt.layers)))
			if a.Waste.Wasted != tt.wasted {
				t.Errorf("wasted %d bytes, want %d", a.Waste.Wasted, tt.wasted)
			}
			if visible := visibleBytes(a); a.Waste.Size-visible != tt.wasted {
				t.Errorf("stored %d, visible %d: that wastes %d", a.Waste.Size, visible, a.Waste.Size-visible)
			}
			if tt.reason != filetree.Alive && a.Waste.ByReason[tt.reason] != tt.wasted {
				t.Errorf("reasons %v, want all of it %s", a.Waste.ByReason, tt.reason)
			}
			if math.IsNaN(a.Waste.Efficiency) {
				t.Error("the efficiency is not a number")
			}
			if tt.check != nil {
				tt.check(t, a)
			}
		})
	}
}

// TestWhatDiveRefuses opens images that dive v0.13.1 refuses or shows wrongly
// for the shape they come in.
func TestWhatDiveRefuses(t *testing.T) {
	two := layers([]File{Reg("a", "1"), Reg("big", "0123456789")}, []File{Whiteout("big"), Reg("b", "2")})
	twice := layers([]File{Reg("a", "1")}, []File{Reg("b", "22")}, []File{Reg("a", "1")})
	long := two
	long.Config = func(c *v1.ConfigFile) {
		for range 3 {
			c.History = append(c.History, v1.History{CreatedBy: "RUN once more"})
		}
	}
	empty := two
	empty.Config = func(c *v1.ConfigFile) { c.History = nil }
	tests := []struct {
		name   string
		write  func(io.Writer) error
		layers int
		paths  []string
	}{
		{"history longer than diff_ids", docker25(long), 2, []string{"/a", "/b"}},
		{"no history", docker25(empty), 2, []string{"/a", "/b"}},
		{"old docker save, equal layers as symlinks", func(w io.Writer) error { return DockerArchive20(w, twice) }, 3, []string{"/a", "/b"}},
		{"podman, layers as symlinks", func(w io.Writer) error { return Pack{LinkedLayers: true}.PodmanArchive(w, twice) }, 3, []string{"/a", "/b"}},
		{"OCI tar without manifest.json", func(w io.Writer) error { return OCIArchive(w, two) }, 2, []string{"/a", "/b"}},
		{"OCI tar with names in ./", func(w io.Writer) error { return Pack{DotSlash: true}.OCIArchive(w, two) }, 2, []string{"/a", "/b"}},
		{"docker tar with names in ./", func(w io.Writer) error { return Pack{DotSlash: true}.DockerArchive20(w, two) }, 2, []string{"/a", "/b"}},
		{"gzip-compressed tar", func(w io.Writer) error {
			return Gzipped(w, func(w io.Writer) error { return PodmanArchive(w, two) })
		}, 2, []string{"/a", "/b"}},
		{"zstd-compressed OCI tar", func(w io.Writer) error {
			return Zstandard(w, func(w io.Writer) error { return OCIArchive(w, two) })
		}, 2, []string{"/a", "/b"}},
		{"crane's tar.gz layers", func(w io.Writer) error { return CraneArchive(w, two) }, 2, []string{"/a", "/b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := analyze(t, save(t, tt.write))
			if len(a.Layers) != tt.layers {
				t.Fatalf("%d layers, want %d", len(a.Layers), tt.layers)
			}
			for _, p := range tt.paths {
				present(t, a, p)
			}
		})
	}
}

func visibleBytes(a *analyzer.Analysis) int64 {
	return a.Tree.View(len(a.Layers)-1, false).Size[0]
}

func inForce(t *testing.T, a *analyzer.Analysis, path string) *filetree.Version {
	t.Helper()
	n, ok := a.Tree.Lookup(path)
	if !ok {
		return nil
	}
	v := a.Tree.At(n, len(a.Layers)-1)
	if v == nil || v.Entry == nil {
		return nil
	}
	return v
}

func present(t *testing.T, a *analyzer.Analysis, path string) *filetree.Version {
	t.Helper()
	v := inForce(t, a, path)
	if v == nil {
		t.Errorf("%s is not there", path)
	}
	return v
}

func absent(t *testing.T, a *analyzer.Analysis, path string) {
	t.Helper()
	if inForce(t, a, path) != nil {
		t.Errorf("%s is still there", path)
	}
}

func modified(path string) func(*testing.T, *analyzer.Analysis) {
	return func(t *testing.T, a *analyzer.Analysis) {
		t.Helper()
		if v := present(t, a, path); v != nil && v.Change != filetree.Modified {
			t.Errorf("%s is %s", path, v.Change)
		}
	}
}
