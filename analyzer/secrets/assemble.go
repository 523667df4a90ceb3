package secrets

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/analyzer/owned"
	"peel/analyzer/redact"
	"peel/source/layer"
	"peel/source/oci"
)

// Image is what Assemble wants to know of an image. All but Tree and Layers may
// be missing.
type Image struct {
	Tree   *filetree.Tree
	Layers []*layer.Index // bottom first; nil for one that was not read
	Config *v1.ConfigFile
	// StepLayer gives the layer of each step of Config.History, or
	// filetree.None.
	StepLayer   []int
	RawManifest []byte
	// Annotations are those around the manifest: of indexes, of descriptors.
	Annotations []oci.Annotations
	// Attestations are provenance and SBOM documents about the image.
	Attestations []oci.Attestation
	// Owned knows the files of packages; nil knows none.
	Owned *owned.Index
	// Base is what the base image brings.
	Base Base
}

// Base is what a base image has put into an image.
type Base struct {
	Layers int    // how many, from the bottom; UnknownBase if that is not known
	Steps  int    // of the history, from its beginning; UnknownBase if that is not known
	Words  string // of its config
	// NoWords says that Words are not known.
	NoWords bool
}

// UnknownBase is the number of layers, or steps, of a base that is not known.
const UnknownBase = -1

// NoBase is what is known of the base of most images.
var NoBase = Base{Layers: UnknownBase, Steps: UnknownBase}

// Result is what Assemble finds.
type Result struct {
	Findings []finding.Finding // sorted
	Notes    []string          // what was not looked at, and allow entries that did nothing
	// Values are all secrets in clear, for redactors: those of the findings,
	// and those that are allowed.
	Values []string
	// Words are secrets as well, but ordinary words or names: redactors mask them
	// only where they stand for passwords. Own are those of the config, the history
	// and documents by their places, where they are masked too.
	Words []string
	Own   map[string][]string
}

// Assemble turns what the inspectors found in the layers, with the image's
// config and history, into findings. It may be called again when more layers
// are read.
func (s *Scanner) Assemble(img Image) Result {
	a := &assembly{
		s: s, img: img, seen: map[place]int{}, lowered: map[int]judged{},
		allow: allowList{entries: s.opts.Allow, used: make([]int, len(s.opts.Allow)), now: s.opts.Now},
	}
	a.layers()
	a.dropCached()
	a.names()
	a.cutShort()
	a.config()
	a.history()
	a.documents()
	a.findings = slices.DeleteFunc(a.findings, a.acceptedAlso)
	finding.Sort(a.findings)
	values, words, own := valuesOf(a.findings, a.named())
	return Result{
		Findings: a.findings, Notes: append(a.notes, a.allow.stale()...),
		Values: append(values, a.allowed...), Words: words, Own: own,
	}
}

type assembly struct {
	s        *Scanner
	img      Image
	allow    allowList
	seen     map[place]int // into findings
	findings []finding.Finding
	lowered  map[int]judged // of findings
	notes    []string
	cut      []string // paths of what was too slow to unpack
	allowed  []string // secrets
}

// place tells findings apart: the same secret at one path is one, however many
// layers hold it.
type place struct{ check, path, where, value string }

// copyOf is one layer's entry with secrets in it.
type copyOf struct {
	layer, entry int
	hits         *content
	sums         owned.Sums
	inode        *filetree.Inode // nil if a later entry of the same layer replaced it
}

func (a *assembly) layers() {
	copies := map[*layer.Entry][]*copyOf{}
	var order []*copyOf
	for n, idx := range a.img.Layers {
		for _, f := range hitsOf(idx) {
			c := &copyOf{layer: n, entry: f.entry, hits: f.content, sums: f.sums}
			order = append(order, c)
			e := &idx.Entries[f.entry]
			copies[e] = append(copies[e], c)
		}
	}
	if a.img.Tree != nil && len(order) > 0 {
		for i := range a.img.Tree.Inodes {
			in := &a.img.Tree.Inodes[i]
			for _, c := range copies[in.Entry] {
				if c.layer == int(in.Layer) {
					c.inode = in
				}
			}
		}
	}
	for _, c := range order {
		a.copy(c)
	}
}

// hitsOf finds the scanner's result among those of a layer.
func hitsOf(idx *layer.Index) []fileHits {
	if h, ok := layer.FactsOf[*Hits](idx, FactsName); ok {
		return h.files
	}
	return nil
}

func (a *assembly) copy(c *copyOf) {
	e := &a.img.Layers[c.layer].Entries[c.entry]
	path := e.Path
	if c.inode != nil {
		if p := a.img.Tree.Path(int(c.inode.Node)); len(p) > 1 {
			path = p[1:]
		}
	}
	if c.hits.cut {
		a.cut = append(a.cut, path)
	}
	for _, note := range c.hits.notes {
		a.note(path + ": " + note)
	}
	for i := range c.hits.matches {
		m := &c.hits.matches[i]
		if !m.notFor(path) {
			a.file(c, e, path, m)
		}
	}
}

// notFor reports whether the rule does not mean files at a path.
func (f *match) notFor(path string) bool {
	return f.rule.path.text != "" && !f.rule.path.get().MatchString(path) ||
		slices.ContainsFunc(f.notAt, func(p pattern) bool { return p.get().MatchString(path) })
}

// maxNotes bounds what is said of contents that were not wholly looked at.
const maxNotes = 50

func (a *assembly) note(s string) {
	if len(a.notes) < maxNotes && !slices.Contains(a.notes, s) {
		a.notes = append(a.notes, s)
	}
}

// file reports a match in a file, or adds a layer to what was reported.
func (a *assembly) file(c *copyOf, e *layer.Entry, path string, m *match) {
	full := path
	if m.inner != "" {
		full += "!/" + m.inner
	}
	at := place{m.rule.check, full, "", m.value}
	n, known := a.seen[at]
	if !known {
		if a.accepted(m, m.rule.check, path) {
			return
		}
		f := a.finding(m)
		inDependency(&f, m, full)
		f.Path, f.Line = full, m.line
		f.Layer, f.FirstLayer = ptr(c.layer), ptr(c.layer)
		f.Bytes = ptr(e.Size)
		f.FromBase = a.fromBase(c.layer)
		if m.inner != "" || m.rule.strong && m.line == 0 {
			f.Also = append(f.Also, "S051")
		}
		f.Mark()
		a.findings = append(a.findings, f)
		n = len(a.findings) - 1
		a.seen[at] = n
	}
	a.owned(n, c, path)
	f := &a.findings[n]
	f.LastLayer = ptr(c.layer)
	f.DeletedIn = c.deletedIn()
	f.Also = slices.DeleteFunc(f.Also, func(id string) bool { return id == "S050" })
	if f.DeletedIn != nil {
		f.Also = append(f.Also, "S050")
		slices.Sort(f.Also)
	}
}

// deletedIn is the layer that took the copy away; nil if it is visible.
func (c *copyOf) deletedIn() *int {
	switch {
	case c.inode == nil:
		return nil
	case c.inode.Dead():
		return ptr(int(c.inode.KilledBy))
	}
	return nil
}

// finding is what a match alone tells.
func (a *assembly) finding(m *match) finding.Finding {
	return finding.Finding{
		ID: m.rule.check, Severity: m.sev, Confidence: m.conf, Title: m.rule.title,
		Match: redact.Mask(m.value), Reason: m.reason, Secret: m.value, Secrets: m.more,
	}
}

// accepted reports whether a match is not to be reported.
func (a *assembly) accepted(m *match, check, path string) bool {
	if !a.allow.allows(m.rule.id, check, path, m.value) {
		return false
	}
	a.allowed = append(append(a.allowed, m.value), m.more...)
	return true
}

// acceptedAlso reports whether a finding is not to be reported for a check that
// it only names: entries may accept what is deleted later, S050, or what is in
// archives, S051.
func (a *assembly) acceptedAlso(f finding.Finding) bool {
	path, _, _ := strings.Cut(f.Path, "!/")
	for _, id := range f.Also {
		if a.allow.allows(id, id, path, f.Secret) {
			a.allowed = append(append(a.allowed, f.Secret), f.Secrets...)
			return true
		}
	}
	return false
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

func ptr[T any](v T) *T { return &v }

// outsideFiles reports a match in the config, the history or a document.
func (a *assembly) outsideFiles(check, title, where string, step int, m *match) {
	at := place{check, "", where, m.value}
	if _, known := a.seen[at]; known || a.accepted(m, check, "") {
		return
	}
	f := a.finding(m)
	f.ID, f.Where = check, where
	f.Title = fmt.Sprintf("%s: %s", title, m.rule.title)
	if m.sev > finding.Low && m.rank > rankGeneric {
		f.Severity = cmp.Or(max(f.Severity, finding.High), f.Severity)
	}
	if step >= 0 && step < len(a.img.StepLayer) && a.img.StepLayer[step] >= 0 {
		f.Layer = ptr(a.img.StepLayer[step])
	}
	f.FromBase = a.inherited(where, step, m)
	f.Mark()
	a.seen[at] = len(a.findings)
	a.findings = append(a.findings, f)
}

// fromBase reports whether a layer is the base image's; nil if that is not known.
func (a *assembly) fromBase(layer int) *bool {
	if a.img.Base.Layers < 0 {
		return nil
	}
	return ptr(layer < a.img.Base.Layers)
}

// inherited reports whether the base image has brought a secret that is not in a
// file; nil if that is not known.
func (a *assembly) inherited(where string, step int, m *match) *bool {
	switch b := &a.img.Base; {
	case b.Layers < 0:
	case step >= 0 && b.Steps >= 0:
		return ptr(step < b.Steps)
	case strings.HasPrefix(where, "config.") && !b.NoWords:
		return ptr(strings.Contains(b.Words, m.value))
	}
	return nil
}
