package packages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/sbom"
	syftsource "github.com/anchore/syft/syft/source"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/filetree"
	"peel/analyzer/inventory"
	"peel/analyzer/redact"
	"peel/source/layer"
)

// Image is what Catalog needs to know of an image.
type Image struct {
	Tree   *filetree.Tree // of all layers, or of those that could be read
	Layers []Layer        // bottom first
	// What the documents say of the image.
	Reference      string
	ManifestDigest string // "" if it has no manifest
	ConfigDigest   string
	MediaType      string
	Config         *v1.ConfigFile // may be nil
}

// Layer is one layer of an Image.
type Layer struct {
	DiffID    string
	MediaType string
	Index     *layer.Index // nil if it was not read
}

// Options of Catalog.
type Options struct {
	// Documents prepares for Inventory.Encode, at the cost of memory and time:
	// names that vulnerability databases may know the packages by are guessed,
	// and each file is related to its package.
	Documents bool
	// Version of peel, for the documents.
	Version string
	// Progress is told what is being done; may be nil.
	Progress func(step string)
	// Redactor masks what was found in the image, wherever a package repeats it; may
	// be nil. Tokens and passwords in URLs are masked without it.
	Redactor *redact.Redactor
}

// ErrNotKept is for layers that were read without a Keeper, or whose packages
// are known already.
var ErrNotKept = errors.New("what tells of packages was not kept")

// Catalog finds out what is installed, and what was. It works on what a Keeper
// kept, and lets go of it; an image of which something is missing gives a
// partial inventory.
func Catalog(ctx context.Context, in Image, opts Options) (*Result, error) {
	img, partial, err := gather(in)
	if err != nil {
		return nil, err
	}
	top := in.Tree.Top()
	c := &catalog{in: in, img: img, opts: opts, inv: &Result{known: opts.Redactor}, owned: map[int32]bool{}, missing: map[string]bool{}}
	c.inv.Partial = partial
	defer c.release()
	if err := c.earlier(ctx, top); err != nil {
		return nil, err
	}
	if err := c.installed(ctx, top); err != nil {
		return nil, err
	}
	c.trace()
	c.duplicates()
	c.unowned(top)
	c.removed()
	c.lacks()
	c.inv.hide()
	return c.inv, nil
}

type catalog struct {
	in   Image
	img  *image
	opts Options
	inv  *Result

	owned   map[int32]bool // the nodes that an installed package claims
	states  []state
	missing map[string]bool // paths that catalogers asked for in vain
}

// gather joins what was kept of each layer.
func gather(in Image) (*image, []string, error) {
	files := map[*layer.Entry]*content{}
	img := &image{
		tree: in.Tree, mimes: map[*layer.Entry]program{}, sums: map[*layer.Entry]string{},
		globs: newGlobs(wanted.globs), parents: sync.OnceValue(func() map[string][]int32 { return parentsOf(in.Tree) }),
	}
	var partial []string
	for n, l := range in.Layers {
		img.diffIDs = append(img.diffIDs, l.DiffID)
		if l.Index == nil || !in.Tree.Layers[n].Merged {
			partial = append(partial, fmt.Sprintf("layer %d was not read", n+1))
			continue
		}
		if !l.Index.Complete {
			partial = append(partial, fmt.Sprintf("layer %d was not wholly read", n+1))
		}
		k := keptOf(l.Index)
		if k == nil || k.spent {
			return nil, nil, fmt.Errorf("layer %d: %w", n+1, ErrNotKept)
		}
		for i, c := range k.files {
			files[&l.Index.Entries[i]] = c
		}
		img.add(l.Index, k)
		for _, lost := range k.lost {
			partial = append(partial, fmt.Sprintf("layer %d: %s", n+1, lost))
		}
		if k.more > 0 {
			partial = append(partial, fmt.Sprintf("layer %d: and %d more files", n+1, k.more))
		}
	}
	img.files.Store(&files)
	return img, partial, nil
}

func keptOf(idx *layer.Index) *Kept {
	k, _ := layer.FactsOf[*Kept](idx, FactsName)
	return k
}

func (img *image) add(idx *layer.Index, k *Kept) {
	for i, m := range k.mimes {
		img.mimes[&idx.Entries[i]] = m
	}
	for i, s := range k.sums {
		img.sums[&idx.Entries[i]] = s
	}
}

func (c *catalog) progress(format string, args ...any) {
	if c.opts.Progress != nil {
		c.opts.Progress(fmt.Sprintf(format, args...))
	}
}

// run lets the catalogers loose on a view, which step describes. After the last
// view, when they have ended, the contents are let go, which are most of the
// memory: syft has yet to relate what they found.
func (c *catalog) run(ctx context.Context, v *view, last bool, step string) (*sbom.SBOM, error) {
	s, troubles, err := runSyft(ctx, &imageSource{resolver: v, description: c.describe()}, config{
		documents: last && c.opts.Documents, version: c.opts.Version,
		ended: func(done, total int) {
			c.progress("%s: %d of %d catalogers", step, done, total)
			if last && done == total {
				c.release()
			}
		},
	})
	if err != nil {
		return nil, err
	}
	for _, t := range troubles {
		c.inv.Partial = append(c.inv.Partial, step+": "+t)
	}
	c.unreadable(v, s)
	for p := range v.missing {
		c.missing[p] = true
	}
	return s, nil
}

// maxNotes bounds the files that are named in Inventory.Notes and Partial.
const maxNotes = 20

// tempError tells that syft had no place for a temporary file, which it needs
// for Java archives, RPM databases and little else. The image has no part in it.
var tempError = regexp.MustCompile(`\btemp (dir|file)|\btempdir`)

// unreadable notes the files that no cataloger understood. What was not kept is
// told otherwise.
func (c *catalog) unreadable(v *view, s *sbom.SBOM) {
	var list []string
	for at, why := range s.Artifacts.Unknowns {
		if len(why) == 0 || v.missing[at.RealPath] {
			continue
		}
		_, reason, _ := strings.Cut(why[0], ": ") // the cataloger's name
		if tempError.MatchString(reason) {
			c.inv.Partial = append(c.inv.Partial, fmt.Sprintf("%s was not looked at: %s", at.RealPath, reason))
			continue
		}
		list = append(list, fmt.Sprintf("%s could not be understood: %s", at.RealPath, reason))
	}
	slices.Sort(list)
	for i, n := range list {
		if len(c.inv.Notes) >= maxNotes {
			c.inv.Notes = append(c.inv.Notes, fmt.Sprintf("and %d more files", len(list)-i))
			return
		}
		c.inv.Notes = append(c.inv.Notes, n)
	}
}

// installed catalogs what the image shows.
func (c *catalog) installed(ctx context.Context, top int) error {
	v := newView(c.img, top, false)
	s, err := c.run(ctx, v, true, "looking for packages")
	if err != nil {
		return err
	}
	c.correctSums(s)
	c.inv.sbom = s
	if d := s.Artifacts.LinuxDistribution; d != nil {
		c.inv.Distro = cmp.Or(d.PrettyName, d.Name, d.ID)
	}
	found := sorted(s)
	files := newFinder(v)
	c.inv.Packages = make([]inventory.Package, len(found))
	for i := range found {
		p := &c.inv.Packages[i]
		*p = c.img.plain(&found[i])
		nodes := files.owned(&found[i])
		for _, n := range nodes {
			c.owned[n] = true
		}
		c.weigh(v, p, nodes)
	}
	return nil
}

func sorted(s *sbom.SBOM) []pkg.Package {
	var list []pkg.Package
	for p := range s.Artifacts.Packages.Enumerate() {
		list = append(list, p)
	}
	slices.SortFunc(list, compare)
	return list
}

func compare(a, b pkg.Package) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Type, b.Type),
		cmp.Compare(place(&a), place(&b)), cmp.Compare(a.ID(), b.ID()))
}

func place(p *pkg.Package) string {
	if l := p.Locations.ToSlice(); len(l) > 0 {
		return l[0].RealPath
	}
	return ""
}

// weigh sums up the files of a package, hard links once.
func (c *catalog) weigh(v *view, p *inventory.Package, nodes []int32) {
	p.Files, p.Nodes = len(nodes), nodes
	seen := map[int32]bool{}
	for _, n := range nodes {
		ver := c.img.tree.At(int(n), v.layer)
		if ver == nil || ver.Inode == filetree.None || seen[ver.Inode] {
			continue
		}
		seen[ver.Inode] = true
		in := &c.img.tree.Inodes[ver.Inode]
		p.Bytes += in.Size
		if in.Dead() {
			p.Dead += in.Size
		}
	}
}

// plain is a package in our own words.
func (img *image) plain(p *pkg.Package) inventory.Package {
	out := inventory.Package{
		Name: p.Name, Version: p.Version, Type: string(p.Type), Language: string(p.Language), PURL: p.PURL,
		State: inventory.Installed, Layer: filetree.None,
	}
	for _, l := range p.Licenses.ToSlice() {
		// A sum stands for a text that names no licence.
		if s := cmp.Or(l.SPDXExpression, l.Value); s != "" && !strings.HasPrefix(s, "sha256:") {
			out.Licenses = append(out.Licenses, s)
		}
	}
	slices.Sort(out.Licenses)
	out.Licenses = slices.Compact(out.Licenses)
	locations := p.Locations.ToSlice()
	for _, l := range locations {
		at := img.layerOf(l)
		supporting := !isRecord(locations, &l)
		out.Locations = append(out.Locations, inventory.Location{Path: l.RealPath, Layer: at, Supporting: supporting})
		if !supporting && (out.Layer == filetree.None || at < out.Layer) {
			out.Layer = at
		}
	}
	return out
}

// layerOf is the layer that holds a location. The same layer may be in an image
// several times; the uppermost that has the path counts.
func (img *image) layerOf(l file.Location) int {
	n, ok := img.tree.Lookup(l.RealPath)
	if !ok {
		return slices.Index(img.diffIDs, l.FileSystemID)
	}
	at := filetree.None
	for _, v := range img.tree.VersionsOf(n) {
		if v.Entry != nil && img.diffIDs[v.Layer] == l.FileSystemID {
			at = int(v.Layer)
		}
	}
	return at
}

func (c *catalog) duplicates() {
	type id struct{ name, kind string }
	groups := map[id][]*inventory.Package{}
	for i := range c.inv.Packages {
		p := &c.inv.Packages[i]
		groups[id{p.Name, p.Type}] = append(groups[id{p.Name, p.Type}], p)
	}
	for k, list := range groups {
		if len(list) < 2 {
			continue
		}
		d := inventory.Duplicate{Name: k.name, Type: k.kind, Count: len(list)}
		var largest int64
		for _, p := range list {
			d.Versions = append(d.Versions, p.Version)
			d.Bytes += p.Bytes
			largest = max(largest, p.Bytes)
		}
		d.Bytes -= largest
		d.Versions = slices.Compact(d.Versions)
		c.inv.Duplicates = append(c.inv.Duplicates, d)
	}
	slices.SortFunc(c.inv.Duplicates, func(a, b inventory.Duplicate) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
	})
}

// lacks notes what the catalogers wanted to see and could not.
func (c *catalog) lacks() {
	var paths []string
	for p := range c.missing {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for i, p := range paths {
		if i == maxNotes {
			c.inv.Partial = append(c.inv.Partial, fmt.Sprintf("%d more files that may tell of packages were not kept", len(paths)-maxNotes))
			break
		}
		c.inv.Partial = append(c.inv.Partial, p+" may tell of packages, but was not kept")
	}
}

// release lets go of the contents. A cataloger that was given up may still ask
// for them.
func (c *catalog) release() {
	c.img.files.Store(&map[*layer.Entry]*content{})
	for _, l := range c.in.Layers {
		if k := keptOf(l.Index); k != nil {
			*k = Kept{spent: true}
		}
	}
}

// describe is what the documents say of the image. The manifest and the config,
// which syft puts there whole, are left out: documents are given away, and the
// environment in the config is where secrets are.
func (c *catalog) describe() syftsource.Description {
	in := &c.in
	m := syftsource.ImageMetadata{
		UserInput: in.Reference, ID: in.ConfigDigest, ManifestDigest: in.ManifestDigest, MediaType: in.MediaType,
	}
	if in.Config != nil {
		m.Architecture, m.Variant, m.OS, m.Labels = in.Config.Architecture, in.Config.Variant, in.Config.OS, in.Config.Config.Labels
	}
	for n, l := range in.Layers {
		size := in.Tree.Layers[n].Size
		m.Layers = append(m.Layers, syftsource.LayerMetadata{MediaType: l.MediaType, Digest: l.DiffID, Size: size})
		m.Size += size
	}
	id := cmp.Or(in.ManifestDigest, in.ConfigDigest)
	return syftsource.Description{ID: id, Name: in.Reference, Version: id, Metadata: m}
}
