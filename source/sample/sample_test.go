package sample_test

import (
	"archive/tar"
	"path"
	"strings"
	"testing"

	"peel/source/sample"
)

// maxSize keeps the program small: the sample is in every copy of it.
const maxSize = 120_000

func TestArchiveIsSmall(t *testing.T) {
	if n := len(sample.Archive()); n > maxSize {
		t.Errorf("%d bytes, want at most %d", n, maxSize)
	}
}

func TestImage(t *testing.T) {
	img := open(t)
	d := img.index.Manifests[0]
	if got := d.Annotations["org.opencontainers.image.ref.name"]; got != sample.Name {
		t.Errorf("ref name %q, want %q", got, sample.Name)
	}
	if got := d.Platform.String(); got != "linux/amd64" {
		t.Errorf("platform %s", got)
	}
	if len(img.layers) != sample.LayerCount || len(img.config.History) != sample.StepCount {
		t.Errorf("%d layers, %d steps", len(img.layers), len(img.config.History))
	}
	c := img.config.Config
	if c.User != "" || len(c.Labels) != 0 || c.Cmd[0] != "/bin/sh" {
		t.Errorf("faults of the config are gone: %+v", c)
	}
}

// The Containerfile and the history must tell the same story, in one order.
func TestHistoryFollowsTheContainerfile(t *testing.T) {
	history := open(t).config.History[2:] // after the base image's two steps
	var instructions []string
	for line := range strings.Lines(sample.Containerfile) {
		if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "FROM ") {
			instructions = append(instructions, strings.TrimSpace(line))
		}
	}
	if len(history) != len(instructions) {
		t.Fatalf("%d steps, %d instructions", len(history), len(instructions))
	}
	for i, line := range instructions {
		verb, args, _ := strings.Cut(line, " ")
		if text := history[i].CreatedBy; !strings.HasPrefix(text, verb+" ") || !strings.Contains(text, args) {
			t.Errorf("step %q is not %q", text, line)
		}
		creates := verb == "RUN" || verb == "COPY" || verb == "ADD"
		if history[i].EmptyLayer == creates {
			t.Errorf("%s: EmptyLayer is %v", line, history[i].EmptyLayer)
		}
	}
}

func TestSums(t *testing.T) {
	img := open(t)
	var entries, files int
	var total, visible int64
	for _, l := range img.layers {
		entries += len(l)
		for _, e := range l {
			total += e.Size
		}
	}
	live := img.merge(func(version, version) {})
	for _, v := range live {
		if v.regular() {
			files++
			visible += v.Size
		}
	}
	for _, test := range []struct {
		what      string
		got, want int64
	}{
		{"entries", int64(entries), sample.EntryCount},
		{"paths", int64(len(live)), sample.PathCount},
		{"files", int64(files), sample.FileCount},
		{"total bytes", total, sample.TotalBytes},
		{"visible bytes", visible, sample.VisibleBytes},
	} {
		if test.got != test.want {
			t.Errorf("%s: %d, want %d", test.what, test.got, test.want)
		}
	}
}

// The sums by reason, added up by hand from what the layers do.
func TestWasteByReason(t *testing.T) {
	want := map[sample.Kind]int64{
		sample.Overwritten: 2_392 + 55_686,
		sample.Identical:   60_000 + 24_000 + 26_000,
		sample.Metadata:    48_000 + 64_000 + 38_000,
		sample.Deleted:     300 + 119 + 120_000 + 110_000 + 90_000,
		sample.Opaque:      70_000 + 50_000,
	}
	got := map[sample.Kind]int64{}
	var sum int64
	open(t).merge(func(old, by version) {
		got[reason(old, by)] += old.Size
		sum += old.Size
	})
	for kind, bytes := range want {
		if got[kind] != bytes {
			t.Errorf("%s: %d bytes, want %d", kind, got[kind], bytes)
		}
	}
	if sum != sample.WastedBytes {
		t.Errorf("%d bytes wasted, want %d", sum, sample.WastedBytes)
	}
	if percent := 100 * sum / sample.TotalBytes; percent < 30 || percent > 45 {
		t.Errorf("%d %% wasted: a lesson wants 30 to 45", percent)
	}
}

func reason(old, by version) sample.Kind {
	switch {
	case path.Base(by.Name) == ".wh..wh..opq":
		return sample.Opaque
	case strings.HasPrefix(path.Base(by.Name), ".wh."):
		return sample.Deleted
	case old.digest != by.digest:
		return sample.Overwritten
	case old.Mode != by.Mode || !old.ModTime.Equal(by.ModTime):
		return sample.Metadata
	}
	return sample.Identical
}

// Every wasted path is in the table, and the table has no other.
func TestPlantedWaste(t *testing.T) {
	table := map[sample.Plant]bool{}
	for _, p := range sample.Planted {
		if p.Kind.Wastes() {
			table[p] = true
		}
	}
	open(t).merge(func(old, by version) {
		p := sample.Plant{Kind: reason(old, by), Path: old.Name, Layer: old.layer, Cause: by.layer, Bytes: old.Size}
		if !table[p] {
			t.Errorf("not in the table: %+v", p)
		}
		delete(table, p)
	})
	for p := range table {
		t.Errorf("not in the image: %+v", p)
	}
}

// The other plants, each by the mark it is found by.
func TestPlantedFaults(t *testing.T) {
	img := open(t)
	live := img.merge(func(version, version) {})
	count := map[sample.Kind]int{}
	for _, p := range sample.Planted {
		count[p.Kind]++
		e := img.find(p.Layer, p.Path)
		if e == nil {
			t.Errorf("%s is not in layer %d", p.Path, p.Layer)
			continue
		}
		if e.Size != p.Bytes {
			t.Errorf("%s: %d bytes, want %d", p.Path, e.Size, p.Bytes)
		}
		if _, ok := live[p.Path]; p.Cause == 0 && !ok || p.Kind == sample.Secret && ok {
			t.Errorf("%s: visible %v", p.Path, ok)
		}
		if mark := marks[p.Kind]; mark != nil && !mark(e.Header) {
			t.Errorf("%s is not %s", p.Path, p.Kind)
		}
	}
	for kind, want := range counted(live) {
		if count[kind] != want {
			t.Errorf("%d paths are %s, the table has %d", want, kind, count[kind])
		}
	}
}

var marks = map[sample.Kind]func(*tar.Header) bool{
	sample.PackageCache: func(h *tar.Header) bool {
		return strings.HasPrefix(h.Name, "var/lib/apt/lists/") || strings.HasPrefix(h.Name, "var/cache/apt/")
	},
	sample.VCS:           func(h *tar.Header) bool { return strings.Contains(h.Name, "/.git/") },
	sample.Bytecode:      func(h *tar.Header) bool { return strings.HasSuffix(h.Name, ".pyc") },
	sample.Setuid:        func(h *tar.Header) bool { return h.Typeflag == tar.TypeReg && h.Mode&0o4000 != 0 },
	sample.HardLink:      func(h *tar.Header) bool { return h.Typeflag == tar.TypeLink },
	sample.WorldWritable: func(h *tar.Header) bool { return h.Mode&0o1002 == 0o002 && h.Typeflag == tar.TypeDir },
}

// counted tells what the merged file system has of each kind with a mark,
// and the regular files whose content another one has.
func counted(live map[string]version) map[sample.Kind]int {
	found := map[sample.Kind]int{}
	contents := map[[32]byte]int{}
	for _, v := range live {
		for kind, mark := range marks {
			regular := v.regular() || kind == sample.HardLink || kind == sample.WorldWritable
			if regular && mark(v.Header) {
				found[kind]++
			}
		}
		if v.regular() && v.Size > 0 {
			if contents[v.digest]++; contents[v.digest] > 1 {
				found[sample.Duplicate]++
			}
		}
	}
	return found
}

func (img image) find(layer int, name string) *entry {
	for _, e := range img.layers[layer-1] {
		if e.Name == name {
			return &e
		}
	}
	return nil
}
