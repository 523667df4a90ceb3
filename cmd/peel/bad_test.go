package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"

	"peel/analyzer"
	"peel/source"
	"peel/source/archive"
	"peel/source/layer"
	"peel/source/layout"
	"peel/source/oci"
	. "peel/source/sourcetest"
)

// result is what one run of the command gave.
type result struct {
	code     int
	out, err string
}

func run(ctx context.Context, stdin io.Reader, args ...string) result {
	var out, errs bytes.Buffer
	code := execute(ctx, args, streams{in: stdin, out: &out, err: &errs, env: func(string) string { return "" }})
	return result{code, out.String(), errs.String()}
}

// checkRun holds for every run, whatever the image: no escape sequence and no
// bidi control on either stream, JSON that is JSON and says whether it is of a
// part, no silent failure.
func checkRun(t *testing.T, r result, asJSON bool) {
	t.Helper()
	for name, s := range map[string]string{"stdout": r.out, "stderr": r.err} {
		if asJSON && name == "stdout" {
			continue // JSON escapes by itself
		}
		if i := strings.IndexFunc(s, hostile); i >= 0 {
			t.Errorf("%s has %q at %d: %q", name, s[i], i, s[max(0, i-40):min(len(s), i+40)])
		}
	}
	if r.code != exitOK && r.code != exitPolicy && r.err == "" {
		t.Errorf("exit code %d without a word", r.code)
	}
	if !asJSON || r.out == "" {
		return
	}
	var doc struct{ Partial *bool }
	if err := json.Unmarshal([]byte(r.out), &doc); err != nil || doc.Partial == nil {
		t.Fatalf("stdout is no report: %v\n%s", err, r.out[:min(len(r.out), 300)])
	}
	if *doc.Partial != (r.code == exitImage) {
		t.Errorf("partial: %v with exit code %d", *doc.Partial, r.code)
	}
}

func hostile(r rune) bool {
	return r < ' ' && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfffd
}

// readAll opens and reads an image as the command does.
func readAll(reference string, opts source.Options) error {
	img, err := source.Open(context.Background(), reference, opts)
	if err != nil {
		return err
	}
	defer img.Close()
	_, err = analyzer.Start(context.Background(), img, analyzer.Options{Scan: opts.Scan}).Wait()
	return err
}

// errAny is for errors that are told apart by nothing.
var errAny = errors.New("any error")

// bad is an input with something wrong in it.
type bad struct {
	name  string
	make  func(t *testing.T) string // gives the reference
	args  []string
	code  int
	class error  // errors.Is of it, when opened and read
	say   string // on stderr
	show  string // on stdout
	whole bool   // not a file that could be read from stdin as well
}

func (b bad) run(t *testing.T) {
	t.Helper()
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ref := b.make(t)
	args := append(b.args, "--platform=linux/amd64")
	opts := source.Options{Platform: "linux/amd64"}
	b.check(t, run(context.Background(), nil, append(args, "--verbose", ref)...), false)
	b.check(t, run(context.Background(), nil, append(args, "--json=-", ref)...), true)
	if len(b.args) == 0 {
		b.checkClass(t, readAll(ref, opts))
	}
	if info, err := os.Stat(ref); b.whole || err != nil || !info.Mode().IsRegular() {
		return
	}
	content, err := os.ReadFile(ref)
	if err != nil {
		t.Fatal(err)
	}
	r := run(context.Background(), bytes.NewReader(content), append(args, "--verbose", "-")...)
	checkRun(t, r, false)
	if r.code != b.code {
		t.Errorf("as a stream: exit code %d, want %d: %s", r.code, b.code, r.err)
	}
	if len(b.args) == 0 {
		opts.Stdin = bytes.NewReader(content)
		b.checkClass(t, readAll("-", opts))
	}
}

func (b bad) check(t *testing.T, r result, asJSON bool) {
	t.Helper()
	checkRun(t, r, asJSON)
	if r.code != b.code {
		t.Errorf("exit code %d, want %d", r.code, b.code)
	}
	if !strings.Contains(r.err, b.say) {
		t.Errorf("stderr does not say %q", b.say)
	}
	if !asJSON && !strings.Contains(r.out, b.show) {
		t.Errorf("stdout does not show %q:\n%s", b.show, r.out)
	}
	if strings.Contains(r.err, `\n`) {
		t.Error("stderr has an escaped line break")
	}
	if t.Failed() {
		t.Logf("stderr:\n%s", r.err)
	}
}

func (b bad) checkClass(t *testing.T, err error) {
	t.Helper()
	if b.class == errAny && err != nil {
		return
	}
	if b.class == nil && err != nil || !errors.Is(err, b.class) {
		t.Errorf("error %v, want one that is %v", err, b.class)
	}
}

func ordinary() Layer {
	return Layer{Files: []File{Reg("etc/os-release", "ID=test\n"), Random("bin/app", 9000, 1)}}
}

func ofLayer(l Layer) func(*testing.T) string { return ofImage(Image{Layers: []Layer{l}}) }

func ofImage(img Image) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		var b bytes.Buffer
		if err := OCIArchive(&b, img); err != nil {
			t.Fatal(err)
		}
		return file(t, b.Bytes())
	}
}

func ofFiles(files ...File) func(*testing.T) string { return ofLayer(Layer{Files: files}) }

func ofBox(fill func(box) v1.Descriptor) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		b := box{}
		return file(t, b.index(fill(b)).tar())
	}
}

func ofBytes(content string) func(*testing.T) string {
	return func(t *testing.T) string { t.Helper(); return file(t, []byte(content)) }
}

// ofEdited is an archive that docker save wrote, with other members.
func ofEdited(edit func(name string, content []byte) ([]byte, bool)) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		var b bytes.Buffer
		if err := (Pack{Edit: edit}).DockerArchive20(&b, Image{Layers: []Layer{ordinary()}}); err != nil {
			t.Fatal(err)
		}
		return file(t, b.Bytes())
	}
}

func ofManifestJSON(content string) func(*testing.T) string {
	return ofEdited(func(name string, b []byte) ([]byte, bool) {
		if name == "manifest.json" {
			return []byte(content), true
		}
		return b, true
	})
}

func compressed(c Compression) []byte {
	l := ordinary()
	l.Compression = c
	return built(l).Blob
}

// stored is an image whose layer's blob is what is given; all digests fit it.
func stored(c Compression, blob []byte) func(*testing.T) string {
	l := ordinary()
	l.Compression, l.Blob = c, blob
	return ofLayer(l)
}

func flipped(b []byte, at int) []byte {
	out := bytes.Clone(b)
	out[at] ^= 0x10
	return out
}

var zeroHash = v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("0", 64)}

// TestBadLayers guards that what is wrong with a layer's bytes is found, named
// and told from what is right.
func TestBadLayers(t *testing.T) {
	gz, zs, plain := compressed(Gzip), compressed(Zstd), compressed(None)
	lie := ordinary()
	lie.DiffID = zeroHash
	tests := []bad{
		{name: "gzip cut off", make: stored(Gzip, gz[:len(gz)/2]), code: 3, class: layer.ErrCorrupt, say: "unexpected EOF"},
		{name: "gzip cut in its trailer", make: stored(Gzip, gz[:len(gz)-4]), code: 3, class: layer.ErrCorrupt},
		{name: "gzip cut in its header", make: stored(Gzip, gz[:5]), code: 3, class: layer.ErrCorrupt},
		{name: "zstd cut off", make: stored(Zstd, zs[:len(zs)/2]), code: 3, class: layer.ErrCorrupt, say: "unexpected EOF"},
		{name: "tar cut in a file", make: stored(None, plain[:5000]), code: 3, class: errAny},
		{name: "tar cut in a header, digests fit", make: ofLayer(Layer{Tar: plain[:1200]}), code: 3, class: layer.ErrCorrupt, say: "reading the tar behind entry 1"},
		{name: "tar cut in a file, digests fit", make: ofLayer(Layer{Tar: plain[:5000]}), code: 3, class: layer.ErrCorrupt, say: `reading "bin/app"`, show: "Not read to its end"},
		{name: "flipped bit in the gzip", make: stored(Gzip, flipped(gz, len(gz)/2)), code: 3, class: layer.ErrCorrupt},
		{name: "wrong CRC", make: stored(Gzip, flipped(gz, len(gz)-8)), code: 3, class: layer.ErrCorrupt, say: "checksum"},
		{name: "wrong length in the gzip trailer", make: stored(Gzip, flipped(gz, len(gz)-4)), code: 3, class: layer.ErrCorrupt, say: "checksum"},
		{name: "flipped bit in the zstd", make: stored(Zstd, flipped(zs, len(zs)-9)), code: 3, class: layer.ErrCorrupt},
		{name: "garbage after the gzip", make: stored(Gzip, append(bytes.Clone(gz), "garbage"...)), code: 3, class: layer.ErrCorrupt},
		{name: "zeros after the gzip", make: stored(Gzip, append(bytes.Clone(gz), make([]byte, 600)...)), code: 0},
		{name: "lying diffID", make: ofLayer(lie), code: 3, class: layer.ErrDigest, say: "the config says sha256:0000"},
		{name: "xz", make: stored(Gzip, []byte("\xfd7zXZ\x00\x00\x04"+strings.Repeat("x", 600))), code: 3, class: layer.ErrFormat, say: "compressed with xz"},
		{name: "bzip2", make: stored(Gzip, []byte("BZh91AY"+strings.Repeat("x", 600))), code: 3, class: layer.ErrFormat, say: "compressed with bzip2"},
		{name: "no bytes at all", make: ofLayer(Layer{Tar: []byte{}}), code: 0, show: "0 B in 1 layer"},
		{name: "text for a layer", make: ofLayer(Layer{Tar: []byte(strings.Repeat("just words\n", 100))}), code: 3, class: layer.ErrCorrupt, say: "reading the tar behind entry 0"},
		{name: "zstd of a huge window", make: stored(Zstd, hugeWindow(t)), code: 3, class: layer.ErrCorrupt, say: "window"},
		{
			name: "descriptor bigger than the blob", code: 3, class: layer.ErrDigest, say: "the layer ends after",
			make: ofBox(func(b box) v1.Descriptor { return b.image(func(m *v1.Manifest) { m.Layers[0].Size += 7 }, ordinary()) }),
		},
		{
			name: "descriptor smaller than the blob", code: 3, class: layer.ErrDigest, say: "bytes promised",
			make: ofBox(func(b box) v1.Descriptor { return b.image(func(m *v1.Manifest) { m.Layers[0].Size -= 7 }, ordinary()) }),
		},
		{
			name: "blob under a name that is not its digest", code: 3, class: layer.ErrDigest, say: "the stored bytes have",
			make: ofBox(func(b box) v1.Descriptor {
				return b.image(func(m *v1.Manifest) {
					name := "blobs/sha256/" + m.Layers[0].Digest.Hex
					b[name] = flipped(b[name], 600)
				}, ordinary())
			}),
		},
		{
			name: "missing blob", code: 3, class: oci.ErrMissing, say: "the layout has no blobs/sha256/",
			make: ofBox(func(b box) v1.Descriptor {
				return b.image(func(m *v1.Manifest) { delete(b, "blobs/sha256/"+m.Layers[0].Digest.Hex) }, ordinary())
			}),
		},
		{
			name: "foreign layer", code: 3, class: oci.ErrMissing,
			make: ofBox(func(b box) v1.Descriptor {
				return b.image(func(m *v1.Manifest) {
					l := &m.Layers[0]
					delete(b, "blobs/sha256/"+l.Digest.Hex)
					l.MediaType, l.URLs = types.DockerForeignLayer, []string{"https://example.invalid/layer"}
				}, ordinary())
			}),
		},
		{
			name: "layer without a digest", code: 3, class: oci.ErrNotImage, say: "a layer without its digest",
			make: ofBox(func(b box) v1.Descriptor {
				return b.image(func(m *v1.Manifest) { m.Layers[0].Digest = v1.Hash{} }, ordinary())
			}),
		},
		{
			name: "same diffID for other bytes", code: 3, class: layer.ErrDigest,
			make: ofBox(func(b box) v1.Descriptor {
				second := Layer{Files: []File{Reg("other", "x")}, DiffID: built(ordinary()).DiffID}
				return b.image(nil, ordinary(), second)
			}),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.run)
	}
}

// hugeWindow is a zstd frame that asks for a window of 2 GB.
func hugeWindow(t *testing.T) []byte {
	t.Helper()
	// RFC 8878, 3.1.1.1: no single segment, no content size, then the window
	// descriptor: exponent 21, so 2^31 bytes; then one raw block.
	return append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01 | 64<<3&0xff, 64 >> 5, 0}, make([]byte, 64)...)
}

// TestHostileNames guards the terminal and the tree against what tars can call
// their entries.
func TestHostileNames(t *testing.T) {
	long := strings.Repeat("long/", 900) + "end"
	raw := built(Layer{Files: []File{Reg("nulXname", "12345")}}).Tar
	tests := []bad{
		{name: "control characters", make: ofFiles(Random("a\tb\rc\x07d\x7f", 50, 1), Random("e\nf", 50, 1)), show: `a\tb\rc\x07d\x7f`},
		{name: "window title", make: ofFiles(Random("\x1b]0;owned\x07", 50, 1), Random("x", 50, 1)), show: `\x1b]0;owned\x07`},
		{name: "cursor movement", make: ofFiles(Random("\x1b[2J\x1b[Hx", 50, 1), Random("x", 50, 1)), show: `\x1b[2J\x1b[Hx`},
		{name: "C1 control", make: ofFiles(Random("\u009b2Jx", 50, 1), Random("x", 50, 1)), show: `\u009b2Jx`},
		{name: "bidi", make: ofFiles(Random("\u202egpj.exe", 50, 1), Random("x", 50, 1)), show: `\u202egpj.exe`},
		{name: "invalid UTF-8", make: ofFiles(Random("caf\xe9", 50, 1), Random("x", 50, 1)), show: `caf\xe9`},
		{name: "4 kB long", make: ofFiles(Random(long, 50, 1), Random("x", 50, 1)), show: "name longer than PATH_MAX"},
		{name: "dot dot", make: ofFiles(Reg("../../etc/evil", "x"), Reg("a/../../b", "x")), show: "name leaves the root, 2 times"},
		{name: "absolute", make: ofFiles(Reg("/etc/passwd", "x")), show: "absolute name"},
		{name: "NUL in a raw name", make: ofLayer(Layer{Tar: renamed(raw, "nul\x00name")}), show: "1 file"},
		{name: "empty name", make: ofLayer(Layer{Tar: renamed(raw, "")}), show: "root is no directory"},
		{name: "a file called dot", make: ofFiles(Reg(".", "x")), show: "root is no directory"},
		{name: "a file called dot dot", make: ofFiles(Reg("..", "x")), show: "root is no directory"},
		{name: "a file called slash", make: ofFiles(Symlink("/", "x")), show: "root is no directory"},
		{name: "a regular file ending in a slash", make: ofLayer(Layer{Tar: renamed(raw, "file/")}), show: "1 file"},
		{name: "whiteout of nothing", make: ofFiles(Reg(".wh.", ""), Reg("a/.wh..", ""), Reg("a/.wh...", "")), show: "whiteout names nothing, 3 times"},
		{name: "whiteout in the first layer", make: ofFiles(Whiteout("nothing"), Opaque("no/dir")), show: "0 files"},
		{name: "AUFS leftovers", make: ofFiles(Reg(".wh..wh.aufs", ""), Reg(".wh..wh.plnk/1.2", "x")), show: "metadata of AUFS, which unpackers skip, 2 times"},
		{name: "symlink loop", make: ofFiles(Symlink("a", "b"), Symlink("b", "a")), show: "2 files"},
		{name: "symlink to itself", make: ofFiles(Symlink("a", "a")), show: "1 file"},
		{name: "symlink loop as a parent", make: ofFiles(Symlink("a", "b"), Symlink("b", "a"), Reg("a/x", "1")), show: "parent directory is a symlink loop"},
		{name: "symlink out of the root", make: ofFiles(Symlink("up", "../../../.."), Reg("up/x", "1")), show: "written through a symbolic link"},
		{name: "file as a parent", make: ofFiles(Reg("a", "1"), Reg("a/b", "2")), show: "parent is not a directory"},
		{name: "hard link to itself", make: ofFiles(Hardlink("a", "a")), show: "hard link to nothing"},
		{name: "hard link loop", make: ofFiles(Hardlink("a", "b"), Hardlink("b", "a")), show: "hard link to nothing"},
		{name: "dangling hard link", make: ofFiles(Hardlink("a", "gone")), show: "hard link to nothing"},
		{name: "hard link out of the root", make: ofFiles(Hardlink("a", "../../etc/passwd")), show: "name leaves the root"},
		{name: "hard link to a directory", make: ofFiles(Dir("d", 0o755), Hardlink("a", "d")), show: "hard link to nothing"},
		{name: "unknown type", make: ofLayer(Layer{Tar: retyped(raw, 'Z')}), show: "unknown entry type"},
		{name: "name in the history", make: ofImage(Image{Layers: []Layer{{CreatedBy: "RUN \x1b[31mred\u202e", Files: []File{Reg("a", "b")}}}}), show: `\x1b[31mred\u202e`},
		{name: "name of the image", make: ofImage(Image{Names: []string{"app:\x1b[31m1"}, Layers: []Layer{ordinary()}}), show: `app:\x1b[31m1`},
		{name: "name of the platform", make: ofImage(Image{Layers: []Layer{ordinary()}, Config: func(c *v1.ConfigFile) { c.Variant = "\x1b]0;x\x07" }}), show: `\x1b]0;x\x07`},
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.run)
	}
}

// renamed gives the first header of a tar another name; retyped another type.
func renamed(b []byte, name string) []byte {
	out := bytes.Clone(b)
	clear(out[:100])
	copy(out, name)
	return summed(out)
}

func retyped(b []byte, typeflag byte) []byte {
	out := bytes.Clone(b)
	out[156] = typeflag
	return summed(out)
}

func summed(b []byte) []byte {
	copy(b[148:156], "        ")
	sum := 0
	for _, c := range b[:512] {
		sum += int(c)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	return b
}

// TestBadDocuments guards what is said of manifests, configs and indexes that
// are not what they should be.
func TestBadDocuments(t *testing.T) {
	withConfig := func(edit func(*v1.ConfigFile)) func(*testing.T) string {
		return ofImage(Image{Layers: []Layer{ordinary(), Step("ENV A=1"), ordinary()}, Config: edit})
	}
	rawConfig := func(raw string) func(*testing.T) string {
		return ofBox(func(b box) v1.Descriptor {
			return b.image(func(m *v1.Manifest) { m.Config = b.put(types.OCIConfigJSON, []byte(raw)) }, ordinary())
		})
	}
	tests := []bad{
		{name: "no history", make: withConfig(func(c *v1.ConfigFile) { c.History = nil }), show: "has no history"},
		{name: "more history than layers", make: withConfig(func(c *v1.ConfigFile) { c.History = append(c.History, c.History...) }), show: "names 2 more layers"},
		{name: "less history than layers", make: withConfig(func(c *v1.ConfigFile) { c.History = c.History[:1] }), show: "says nothing of the last 1"},
		{name: "config is no JSON", make: rawConfig("hello"), code: 3, class: oci.ErrNotImage, say: "its config cannot be read"},
		{name: "config is null", make: rawConfig("null"), code: 3, class: oci.ErrNotImage, say: "its config is empty"},
		{name: "config is a list", make: rawConfig("[]"), code: 3, class: oci.ErrNotImage, say: "its config cannot be read"},
		{name: "config is empty", make: rawConfig(" "), code: 3, class: oci.ErrNotImage, say: "its config cannot be read"},
		{name: "config is huge", make: rawConfig(strings.Repeat(" ", oci.MaxConfig+1)), code: 3, class: oci.ErrTooLarge, say: "more than 16777216 bytes"},
		{name: "diffID of an unknown algorithm", make: rawConfig(`{"rootfs":{"diff_ids":["md5:00"]}}`), show: "rootfs.diff_ids[0]"},
		{name: "more diffIDs than layers", make: withConfig(func(c *v1.ConfigFile) { c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, zeroHash) }), show: "3 diffIDs, 2 layers"},
		{name: "no diffIDs", make: withConfig(func(c *v1.ConfigFile) { c.RootFS.DiffIDs = nil }), show: "0 diffIDs, 2 layers"},
		{name: "no layers", make: ofImage(Image{}), show: "in 0 layers"},
		{
			// Docker 25.0.0 wrote such archives; dive's own sample is one.
			name: "layers shuffled in the OCI manifest", show: "the order of the layers is taken from manifest.json",
			make: func(t *testing.T) string {
				b := box{}
				d := b.image(func(m *v1.Manifest) {
					l := m.Layers
					saved := encode([]map[string]any{{"Config": "blobs/sha256/" + m.Config.Digest.Hex, "Layers": []string{
						"blobs/sha256/" + l[0].Digest.Hex, "blobs/sha256/" + l[1].Digest.Hex,
					}}})
					b["manifest.json"] = saved
					l[0].MediaType, l[1].MediaType = types.OCIUncompressedLayer, types.OCIUncompressedLayer
					l[0], l[1] = l[1], l[0]
				}, ordinary(), Layer{Files: []File{Reg("a", "b")}})
				return file(t, b.index(d).tar())
			},
		},
		{
			name: "nothing for this platform", code: 3, class: oci.ErrPlatform, say: "linux/amd64 is not among linux/arm64",
			make: func(t *testing.T) string {
				img := Image{Layers: []Layer{ordinary()}, Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}}
				return archiveOf(t, Index{Docker: true, Entries: []Entry{img}})
			},
		},
		{
			name: "index in an index", show: "in 1 layer",
			make: func(t *testing.T) string {
				return archiveOf(t, Index{Entries: []Entry{Index{Entries: []Entry{Image{Layers: []Layer{ordinary()}}}}}})
			},
		},
		{
			name: "indexes nested without end", code: 3, class: oci.ErrNotImage, say: "nested more than",
			make: ofBox(func(b box) v1.Descriptor {
				d := b.image(nil, ordinary())
				for range 20 {
					d = b.putJSON(types.OCIImageIndex, v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{d}})
				}
				return d
			}),
		},
		{
			name: "index that refers to itself", code: 3, class: layer.ErrDigest,
			make: ofBox(func(b box) v1.Descriptor {
				// No document can hold its own digest: one that claims to is found out.
				self := v1.Descriptor{MediaType: types.OCIImageIndex, Size: 300, Digest: zeroHash}
				b["blobs/sha256/"+zeroHash.Hex] = encode(v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{self}})
				self.Size = int64(len(b["blobs/sha256/"+zeroHash.Hex]))
				return self
			}),
		},
		{
			name: "index entry without a digest", code: 3, class: oci.ErrNotImage, say: "without its digest",
			make: ofBox(func(b box) v1.Descriptor {
				return b.putJSON(types.OCIImageIndex, v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{{MediaType: types.OCIImageIndex}}})
			}),
		},
		{
			name: "index of a thousand thousand", code: 3, class: oci.ErrTooLarge, say: "more than 10000 manifests",
			make: ofBox(func(b box) v1.Descriptor {
				d := v1.Descriptor{Digest: zeroHash, Platform: &v1.Platform{OS: "x", Architecture: "y"}}
				d = b.putJSON(types.OCIImageIndex, v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: slicesRepeat(d, 11_000)})
				return d
			}),
		},
		{
			name: "artifact", code: 3, class: oci.ErrNotImage, say: "an artifact of type application/vnd.example.sbom",
			make: func(t *testing.T) string {
				return archiveOf(t, Artifact{Type: "application/vnd.example.sbom", Blobs: []ArtifactBlob{{MediaType: "text/plain", Content: "x"}}})
			},
		},
		{
			name: "helm chart", code: 3, class: oci.ErrNotImage, say: "a config of type application/vnd.cncf.helm.config.v1+json",
			make: ofBox(func(b box) v1.Descriptor {
				return b.putJSON(types.OCIManifestSchema1, v1.Manifest{
					SchemaVersion: 2, MediaType: types.OCIManifestSchema1,
					Config: b.put("application/vnd.cncf.helm.config.v1+json", []byte(`{"name":"chart"}`)),
					Layers: []v1.Descriptor{b.put("application/vnd.cncf.helm.chart.content.v1.tar+gzip", compressed(Gzip))},
				})
			}),
		},
		{
			name: "schema 1", code: 3, class: oci.ErrNotImage, say: "schema 1",
			make: ofBox(func(b box) v1.Descriptor {
				return b.put(types.DockerManifestSchema1Signed, []byte(`{"schemaVersion":1,"name":"a","fsLayers":[{"blobSum":"sha256:00"}],"history":[]}`))
			}),
		},
		{name: "manifest is no JSON", code: 3, class: oci.ErrNotImage, say: "cannot be read", make: ofBox(func(b box) v1.Descriptor { return b.put(types.OCIManifestSchema1, []byte("<html>")) })},
		{name: "manifest is null", code: 3, class: oci.ErrNotImage, say: "names no config", make: ofBox(func(b box) v1.Descriptor { return b.put(types.OCIManifestSchema1, []byte("null")) })},
		{name: "manifest of wrong types", code: 3, class: oci.ErrNotImage, make: ofBox(func(b box) v1.Descriptor { return b.put(types.OCIManifestSchema1, []byte(`{"layers":7}`)) })},
		{name: "manifest is huge", code: 3, class: oci.ErrTooLarge, make: ofBox(func(b box) v1.Descriptor { return b.put(types.OCIManifestSchema1, make([]byte, oci.MaxManifest+1)) })},
		{
			name: "manifest is missing", code: 3, class: oci.ErrMissing, say: "the layout has no blobs/sha256/0000",
			make: ofBox(func(b box) v1.Descriptor {
				return v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: zeroHash, Size: 4}
			}),
		},
		{
			name: "thousands of layers", code: 3, class: oci.ErrTooLarge, say: "an image of 5000 layers",
			make: ofBox(func(b box) v1.Descriptor {
				return b.image(func(m *v1.Manifest) { m.Layers = slicesRepeat(m.Layers[0], 5000) }, ordinary())
			}),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.run)
	}
}

func slicesRepeat[T any](v T, n int) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func archiveOf(t *testing.T, e Entry) string {
	t.Helper()
	var b bytes.Buffer
	if err := OCIArchive(&b, e); err != nil {
		t.Fatal(err)
	}
	return file(t, b.Bytes())
}

// TestBadDirectories guards layouts in directories.
func TestBadDirectories(t *testing.T) {
	dir := func(fill func(box) box) func(*testing.T) string {
		return func(t *testing.T) string { t.Helper(); return fill(box{}).dir(t) }
	}
	tests := []bad{
		{name: "no layout", make: func(t *testing.T) string { return t.TempDir() }, code: 3, class: layout.ErrNotLayout, say: "hint: name the directory that holds oci-layout"},
		{name: "index.json is no JSON", make: dir(func(b box) box { b["index.json"] = []byte("{"); return b }), code: 3, class: layout.ErrNotLayout, say: "reading index.json"},
		{name: "index.json is a list", make: dir(func(b box) box { b["index.json"] = []byte("[]"); return b }), code: 3, class: layout.ErrNotLayout},
		{name: "index.json is null", make: dir(func(b box) box { b["index.json"] = []byte("null"); return b }), code: 3, class: oci.ErrNotImage, say: "index.json names no image"},
		{name: "index.json is a directory", make: dir(func(b box) box { b["index.json/x"] = nil; return b }), code: 3, class: syscall.EISDIR, say: "is a directory"},
		{name: "missing manifest", make: dir(func(b box) box {
			return b.index(v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: zeroHash, Size: 4})
		}), code: 3, class: oci.ErrMissing, say: "hint: the image is not complete"},
		{name: "missing layer", make: dir(func(b box) box {
			return b.index(b.image(func(m *v1.Manifest) { delete(b, "blobs/sha256/"+m.Layers[1].Digest.Hex) }, ordinary(), Layer{Files: []File{Reg("a", "b")}}))
		}), code: 3, class: oci.ErrMissing, show: "1 of 2 layers not read"},
		{name: "attestation by digest", make: func(t *testing.T) string {
			img := Image{Layers: []Layer{ordinary()}}
			att := Attestation{For: img, Statements: map[string]string{"https://slsa.dev/provenance/v0.2": "{}"}}
			root := t.TempDir()
			if err := OCILayout(root, Index{Entries: []Entry{img, att}}); err != nil {
				t.Fatal(err)
			}
			return root + "@" + find(t, root, "in-toto.io/predicate-type")
		}, code: 3, class: oci.ErrNotImage, say: "an attestation (application/vnd.in-toto"},
		{name: "manifest that leads out", make: func(t *testing.T) string {
			b := box{}
			d := b.image(nil, ordinary())
			name := "blobs/sha256/" + d.Digest.Hex
			outside := filepath.Join(t.TempDir(), "outside")
			if err := os.WriteFile(outside, b[name], 0o600); err != nil {
				t.Fatal(err)
			}
			delete(b, name)
			root := b.index(d).dir(t)
			if err := os.Symlink(outside, filepath.Join(root, name)); err != nil {
				t.Fatal(err)
			}
			return root
		}, code: 3, class: errAny, say: "path escapes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.run)
	}
}

// find gives the digest of the manifest that holds words.
func find(t *testing.T, root, words string) string {
	t.Helper()
	blobs, err := filepath.Glob(filepath.Join(root, "blobs/sha256/*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range blobs {
		b, err := os.ReadFile(path)
		if err == nil && bytes.Contains(b, []byte(words)) && bytes.Contains(b, []byte(`"layers"`)) {
			return "sha256:" + filepath.Base(path)
		}
	}
	t.Fatalf("no manifest with %q", words)
	return ""
}

// TestBadFiles guards what is said of files that are no image archives.
func TestBadFiles(t *testing.T) {
	tests := []bad{
		{name: "empty", make: ofBytes(""), code: 3, class: archive.ErrNotArchive, say: "it is empty"},
		{name: "/dev/null", make: func(*testing.T) string { return "/dev/null" }, code: 3, class: archive.ErrNotArchive, say: "it is empty"},
		{name: "text", make: ofBytes("hello\n"), code: 3, class: archive.ErrNotArchive, say: "it is text, not a tar"},
		{name: "long text", make: ofBytes(strings.Repeat("hello\n", 1000)), code: 3, class: archive.ErrNotArchive, say: "it is text, not a tar"},
		{name: "binary", make: ofBytes(strings.Repeat("\x00\x01\x02\xff", 1000)), code: 3, class: archive.ErrNotArchive},
		{name: "zip", make: ofBytes(zipped()), code: 3, class: archive.ErrNotArchive, say: "not a tar"},
		{name: "gzip of text", make: ofBytes(string(gzipped(strings.Repeat("hello\n", 1000)))), code: 3, class: archive.ErrNotArchive},
		{name: "gzip of nothing", make: ofBytes(string(gzipped(""))), code: 3, class: archive.ErrNotArchive, say: "it is empty"},
		{name: "broken gzip", make: ofBytes("\x1f\x8b\x08" + strings.Repeat("\xff", 600)), code: 3, class: archive.ErrNotArchive},
		{name: "gzip header alone", make: ofBytes("\x1f\x8b"), code: 3, class: archive.ErrNotArchive},
		{name: "tar without an image", make: ofBytes(string(built(Layer{Files: []File{Reg("main.go", "package main"), Reg("README", "x")}}).Tar)), code: 3, class: archive.ErrNotArchive, say: "neither manifest.json nor index.json"},
		{name: "empty tar", make: ofBytes(strings.Repeat("\x00", 1024)), code: 3, class: archive.ErrNotArchive},
		{name: "manifest.json of wrong types", make: ofManifestJSON(`[{"Config":7}]`), code: 3, class: archive.ErrNotArchive, say: "reading manifest.json"},
		{name: "manifest.json is an object", make: ofManifestJSON(`{}`), code: 3, class: archive.ErrNotArchive, say: "reading manifest.json"},
		{name: "manifest.json is null", make: ofManifestJSON(` [ null ] `), code: 3, class: archive.ErrNotArchive, say: "names no config"},
		{name: "manifest.json is empty", make: ofManifestJSON(`[]`), code: 3, class: archive.ErrNotArchive, say: "names no image"},
		{name: "manifest.json without Config", make: ofManifestJSON(`[{"Layers":["x"]}]`), code: 3, class: archive.ErrNotArchive, say: "names no config"},
		{name: "manifest.json with a layer that is not there", make: ofEdited(func(name string, b []byte) ([]byte, bool) {
			return b, !strings.HasSuffix(name, "layer.tar")
		}), code: 3, class: oci.ErrMissing, say: "the layer 1 of the image"},
		{name: "manifest.json with names that leave the archive", make: ofManifestJSON(`[{"Config":"../../../../etc/hostname","Layers":["../../etc/passwd"]}]`), code: 3, class: oci.ErrMissing, say: "the config of the image"},
		{name: "config that is not what its name says", make: ofEdited(func(name string, b []byte) ([]byte, bool) {
			if len(name) == 64+len(".json") {
				b = bytes.Replace(b, []byte("amd64"), []byte("arm64"), 1)
			}
			return b, true
		}), code: 3, class: layer.ErrDigest},
		{name: "links between members without end", make: ofBytes(string(looped())), code: 3, class: oci.ErrMissing, say: "leads nowhere"},
		{name: "sparse member", make: ofBytes(string(retyped(built(Layer{Files: []File{Reg("manifest.json", "[]")}}).Tar, 'S'))), code: 3, class: archive.ErrNotArchive},
	}
	if os.Geteuid() != 0 {
		tests = append(tests, bad{name: "without permission", code: 3, class: os.ErrPermission, say: "hint: peel needs to read the file", whole: true, make: func(t *testing.T) string {
			path := file(t, built(ordinary()).Tar)
			if err := os.Chmod(path, 0); err != nil {
				t.Fatal(err)
			}
			return path
		}})
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.run)
	}
}

func zipped() string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("manifest.json")
	must(err)
	_, err = f.Write(make([]byte, 5000))
	must(err)
	must(w.Close())
	return b.String() + strings.Repeat("\x00", 600)
}

func gzipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(s))
	must(err)
	must(w.Close())
	return b.Bytes()
}

// looped is an archive whose layer is a link to a link to it.
func looped() []byte {
	cfg := encode(config(zeroHash))
	var buf bytes.Buffer
	tw := tar.NewWriter(&buf)
	add := func(name string, content []byte) {
		must(tw.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: 0o644}))
		_, err := tw.Write(content)
		must(err)
	}
	add("config.json", cfg)
	add("manifest.json", []byte(`[{"Config":"config.json","Layers":["a/layer.tar"]}]`))
	for _, l := range [][2]string{{"a/layer.tar", "../b/layer.tar"}, {"b/layer.tar", "../a/layer.tar"}} {
		must(tw.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: l[0], Linkname: l[1]}))
	}
	must(tw.Close())
	return buf.Bytes()
}

// TestTruncatedArchives cuts archives at many places, among them every header:
// no cut may pass for an image that was wholly read, or end without a word.
func TestTruncatedArchives(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	img := Image{Names: []string{"app:1"}, Layers: []Layer{ordinary(), {Files: []File{Reg("a", "b")}}}}
	for name, write := range map[string]func(io.Writer) error{
		"docker20":       func(w io.Writer) error { return DockerArchive20(w, img) },
		"docker25":       func(w io.Writer) error { return DockerArchive25(w, img) },
		"podman":         func(w io.Writer) error { return PodmanArchive(w, img) },
		"oci":            func(w io.Writer) error { return OCIArchive(w, img) },
		"crane":          func(w io.Writer) error { return CraneArchive(w, img) },
		"metadata first": func(w io.Writer) error { return Pack{Order: MetadataFirst}.DockerArchive25(w, img) },
		"gzip":           func(w io.Writer) error { return Gzipped(w, func(w io.Writer) error { return DockerArchive20(w, img) }) },
		"zstd": func(w io.Writer) error {
			return Zstandard(w, func(w io.Writer) error { return DockerArchive20(w, img) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			whole := b.Bytes()
			path := file(t, nil)
			for cut := 1; cut < len(whole); cut += 256 - cut%2*7 {
				if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
					t.Fatal(err)
				}
				for _, r := range []result{
					run(context.Background(), nil, "--json=-", path),
					run(context.Background(), bytes.NewReader(whole[:cut]), "--json=-", "-"),
				} {
					checkRun(t, r, true)
					if r.code == exitOK && !strings.Contains(r.out, `"sizeBytes": 9009,`) {
						t.Errorf("cut at %d of %d: a part is shown as if it were whole", cut, len(whole))
					}
					if r.code != exitOK && r.code != exitImage {
						t.Errorf("cut at %d: exit code %d: %s", cut, r.code, r.err)
					}
					if strings.Contains(r.err, `\n`) {
						t.Errorf("cut at %d: escaped line break: %s", cut, r.err)
					}
				}
			}
		})
	}
}

// TestBombs guards the time and the memory that a small layer can cost.
func TestBombs(t *testing.T) {
	zeros := make([]byte, 8<<20)
	var gz bytes.Buffer
	w, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	must(err)
	_, err = w.Write(zeros)
	must(err)
	must(w.Close())
	enc, err := zstd.NewWriter(nil)
	must(err)
	bombs := map[string][]byte{
		"gzip": bytes.Repeat(gz.Bytes(), 1400), // 11.7 GB in 11 MB
		"zstd": bytes.Repeat(enc.EncodeAll(zeros, nil), 1400),
	}
	must(enc.Close())
	// A tar whose one file is as large as the layer, and one of zeros alone.
	head := headerOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "zeros", Size: 12 << 30, Format: tar.FormatGNU})
	for name, body := range bombs {
		for kind, blob := range map[string][]byte{
			"no entry":  body,
			"one file":  append(compressAs(t, name, head), body...),
			"no output": bytes.Repeat(compressAs(t, name, nil), 20_000),
		} {
			t.Run(name+" "+kind, func(t *testing.T) {
				l := Layer{Compression: Gzip, Tar: []byte{}, Blob: blob}
				var b bytes.Buffer
				if err := OCIArchive(&b, Image{Layers: []Layer{l}}); err != nil {
					t.Fatal(err)
				}
				path := file(t, b.Bytes())
				for _, in := range []io.Reader{nil, bytes.NewReader(b.Bytes())} {
					ref := path
					if in != nil {
						ref = "-"
					}
					began := time.Now()
					r := run(context.Background(), in, "--json=-", "--max-layer-size=50MB", ref)
					checkRun(t, r, true)
					if kind == "no output" {
						continue // an empty layer, in many bytes
					}
					if r.code != exitImage || !strings.Contains(r.err, "unpacks to more than 50000000 bytes") && !strings.Contains(r.err, "the files in the layer have more") {
						t.Errorf("exit code %d: %s", r.code, r.err)
					}
					if d := time.Since(began); d > 20*time.Second {
						t.Errorf("took %v", d)
					}
				}
			})
		}
	}
}

func compressAs(t *testing.T, kind string, b []byte) []byte {
	t.Helper()
	if kind == "gzip" {
		return gzipped(string(b))
	}
	enc, err := zstd.NewWriter(nil, zstd.WithZeroFrames(true))
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	return enc.EncodeAll(b, nil)
}

func headerOf(t *testing.T, hdr tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tar.NewWriter(&b).WriteHeader(&hdr); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestCancelledStdin guards that Ctrl-C ends a peel that waits for a pipe in
// which nothing comes.
func TestCancelledStdin(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	done := make(chan result)
	go func() { done <- run(ctx, r, "-") }()
	select {
	case got := <-done:
		if got.code != exitImage {
			t.Errorf("exit code %d, %s", got.code, got.err)
		}
	case <-time.After(5 * time.Second):
		t.Error("still reading")
	}
	w.Close() // as the end of the process would
}

// TestCancelledReading guards that Ctrl-C ends a long reading soon, of a file as
// of a stream, and that what was read is shown as a part.
func TestCancelledReading(t *testing.T) {
	var member bytes.Buffer
	w, err := gzip.NewWriterLevel(&member, gzip.BestCompression)
	must(err)
	_, err = w.Write(make([]byte, 8<<20))
	must(err)
	must(w.Close())
	head := headerOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "zeros", Size: 60 << 30, Format: tar.FormatGNU})
	long := Layer{Compression: Gzip, Tar: []byte{}, Blob: append(gzipped(string(head)), bytes.Repeat(member.Bytes(), 4000)...)}
	var b bytes.Buffer
	if err := OCIArchive(&b, Image{Layers: []Layer{ordinary(), long}}); err != nil {
		t.Fatal(err)
	}
	content := b.Bytes()
	path := file(t, content)
	for _, ref := range []string{path, "-"} {
		t.Run(ref[:1], func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			ctx, cancel := context.WithCancel(context.Background())
			var told time.Time
			time.AfterFunc(300*time.Millisecond, func() { told = time.Now(); cancel() })
			r := run(ctx, bytes.NewReader(content), "--json=-", ref)
			if d := time.Since(told); d > time.Second {
				t.Errorf("ended %v after it was told to", d)
			}
			checkRun(t, r, true)
			if r.code != exitImage || !strings.Contains(r.err, "context canceled") {
				t.Errorf("exit code %d: %s", r.code, r.err)
			}
			if ref == path && !strings.Contains(r.out, `"etc/os-release"`) && !strings.Contains(r.out, `"state": "read"`) {
				t.Errorf("the first layer is not shown:\n%s", r.out)
			}
			goleak.VerifyNone(t, before)
		})
	}
}
