package packages

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gabriel-vasile/mimetype"

	"peel/source/layer"
)

// What is kept of an image is bounded, in bytes of memory as packed. What
// exceeds it makes the inventory a partial one, and is told.
const (
	// maxKept is of all layers together. The databases and manifests of the
	// largest images have about 100 MB; the rest is for archives and programs.
	maxKept = 768 << 20
	// maxFile is of one file, uncompressed: the largest programs that are
	// recognised by their content (browsers, database servers) have 300 MB.
	maxFile = 512 << 20
	// headSize is what is kept of a larger file: models, which are told by their
	// beginnings, are the only ones in practice.
	headSize = 16 << 20
)

// Keeper keeps what the catalogers will want to see, as the layers go by. It is
// an inspector for all layers of one image.
type Keeper struct {
	named     *globs
	mimes     []string
	archives  *globs
	max       int64 // of stored
	stored    atomic.Int64
	prospects sync.Map // of executables seen: layer.Digest → *prospect
}

var _ layer.Inspector = (*Keeper)(nil)

// NewKeeper makes a keeper for one image.
func NewKeeper() (*Keeper, error) {
	all := slices.Concat(wanted.globs, wanted.paths, companions)
	return &Keeper{max: maxKept, named: newGlobs(all), mimes: wanted.mimes, archives: newGlobs(javaArchives)}, nil
}

// Kept is what one layer held for the catalogers. It becomes the layer's result.
type Kept struct {
	files map[int]*content // by index of the entry
	mimes map[int]program  // the executables that catalogers find something in
	sums  map[int]string   // sha1 of the archives that were reduced
	lost  []string         // what was not kept and why, the first maxNotes
	more  int              // how many more were lost
	spent bool             // its contents were let go
}

func (k *Kept) lose(format string, args ...any) {
	if len(k.lost) == maxNotes {
		k.more++
		return
	}
	k.lost = append(k.lost, fmt.Sprintf(format, args...))
}

// FactsName is that of what a Keeper keeps for the catalogers.
const FactsName = "packages"

// Name implements layer.Inspector.
func (*Keeper) Name() string { return FactsName }

// Begin implements layer.Inspector. The result of what it returns is a *Kept.
func (k *Keeper) Begin() layer.LayerInspector {
	return &keeping{k: k, kept: &Kept{files: map[int]*content{}, mimes: map[int]program{}, sums: map[int]string{}}}
}

// keeping is a Keeper's view of one layer.
type keeping struct {
	k    *Keeper
	kept *Kept
	pack packer

	named   bool   // kept whole, whatever it is
	linked  bool   // kept whole if it is a program
	mime    string // "" unless an executable
	size    int64  // seen
	began   bool
	skip    bool
	archive *archiveSum // nil unless the file is to be reduced
}

var _ layer.LayerInspector = (*keeping)(nil)

// wanted says whether a file is to be kept for its name.
func (k *Keeper) wanted(p string) bool {
	return k.named.any(p) || isLicense(path.Base(p))
}

// maxLicenseName is longer than the name of any file that holds a licence.
const maxLicenseName = 64

// maxLinkedText is how large a file may be that is kept for what a link to it may
// be called, without being a program: scripts are small.
const maxLinkedText = 64 << 10

func inBin(p string) bool {
	switch path.Base(path.Dir(p)) {
	case "bin", "sbin":
		return true
	}
	return false
}

// minExecutable is smaller than any file that a cataloger reads as a program.
const minExecutable = 64

// Open implements layer.LayerInspector.
func (in *keeping) Open(_ int, e *layer.Entry) bool {
	p := "/" + e.Path
	in.named = in.k.wanted(p)
	in.linked = !in.named && isLinked(path.Base(p))
	in.named = in.named || e.Size <= maxLinkedText && (in.linked || inBin(p))
	in.mime, in.size, in.began, in.archive = "", 0, false, nil
	in.pack.reset()
	if e.Size == 0 || !in.named && e.Size < minExecutable {
		return false
	}
	in.skip = in.k.stored.Load() >= in.k.max
	if in.named && in.k.archives.any(p) {
		in.archive = newArchiveSum()
	}
	return true
}

// Write implements layer.LayerInspector.
func (in *keeping) Write(p []byte) {
	if !in.began {
		in.begin(p)
	}
	in.size += int64(len(p))
	if in.skip || !in.named && in.mime == "" {
		return
	}
	if in.archive != nil {
		in.archive.Write(p)
	}
	if in.size <= maxFile {
		in.pack.write(p)
		return
	}
	// Too large: only its beginning stays.
	in.pack.shorten(headSize)
}

// begin looks at a file's first bytes.
func (in *keeping) begin(p []byte) {
	in.began = true
	switch layer.Sniff(p[:min(len(p), layer.SniffLen)]) {
	case layer.KindELF, layer.KindPE, layer.KindMachO, layer.KindClass:
		in.named = in.named || in.linked
		m, _, _ := strings.Cut(mimetype.Detect(p).String(), ";")
		if slices.Contains(in.k.mimes, m) {
			in.mime = m
			in.pack.hold = !in.named
		}
	}
}

// Close implements layer.LayerInspector.
func (in *keeping) Close(i int, e *layer.Entry) {
	if !in.named && in.mime == "" {
		return
	}
	if in.skip {
		in.kept.lose("%s was not looked at, for what is kept of all files exceeded %d MB", e.Path, in.k.max>>20)
		return
	}
	c := in.pack.content(in.size)
	if in.mime != "" {
		c = in.executable(i, e, c)
	} else if in.archive != nil {
		small, left := reduceArchive(c)
		if left {
			in.kept.lose("in %s there are archives too large, or too deep in each other, to be looked at", e.Path)
		}
		if small != nil {
			in.kept.sums[i] = in.archive.String()
		}
		if small != nil || left {
			c = small
		}
	}
	if c == nil {
		return
	}
	in.k.stored.Add(c.stored())
	in.kept.files[i] = c
}

// executable finds out what catalogers read of a program, once for each content.
func (in *keeping) executable(i int, e *layer.Entry, c *content) *content {
	p := "/" + e.Path
	seen, ok := in.k.prospects.Load(e.Digest)
	if !ok {
		found, inTime := prospectOf(p, in.mime, c)
		if !inTime {
			in.kept.lose("%s was not looked at, for it took longer than %v", e.Path, maxProspecting)
			in.pack = packer{} // what was held is still being looked at
		}
		seen = found
		in.k.prospects.Store(e.Digest, seen)
	}
	found := seen.(*prospect)
	if found.by != 0 {
		in.kept.mimes[i] = program{in.mime, found.by}
	}
	switch {
	case in.named && !found.replaces(p):
		return c
	case found.by == 0:
		return nil
	}
	return found.content
}

// Facts implements layer.LayerInspector.
func (in *keeping) Facts() any {
	in.pack = packer{}
	return in.kept
}
