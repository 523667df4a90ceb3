package ui

import (
	"fmt"
	"strings"

	"peel/analyzer/filetree"
	"peel/analyzer/inventory"
	"peel/ui/text"
	"peel/ui/theme"
)

// noPackages says why there is nothing to see.
func (m *Model) noPackages(w int) []string {
	p := m.pkgs()
	d := m.newDoc(w)
	d.lines = append(d.lines, "")
	switch stage := p.stock.stage; {
	case m.opts.Packages == nil:
		d.para(m.th.Strong, "Nobody looks for packages.")
		d.blank()
		d.para(m.th.Text, "Started without --scanners, or with packages among them, peel lists them here.")
	case p.x != nil && len(p.x.inv.Packages) > 0:
		d.para(m.th.Dim, "No package matches "+p.hide.oneLine(p.filter.text))
		d.blank()
		d.para(m.th.Dim, "Esc clears the filter.")
	case p.x != nil:
		m.noneFound(d)
	case stage == broken:
		d.para(m.th.Error, "The packages could not be listed: "+p.hide.oneLine(p.stock.err.Error()))
		d.blank()
		d.para(m.th.Dim, "r tries again.")
	case stage == halted:
		d.para(m.th.Strong, "The search for packages was stopped.")
		d.blank()
		d.para(m.th.Dim, "r begins it anew.")
	default:
		m.stillLooking(d)
	}
	return d.lines
}

// stillLooking tells what is waited for.
func (m *Model) stillLooking(d *doc) {
	switch l := &m.pkgs().stock; l.stage {
	case running:
		doing := "Preparing to look for packages" + text.Ellipsis
		if s := l.doing.Load(); s != nil && *s != "" {
			doing = d.hide.oneLine(strings.ToUpper((*s)[:1]) + (*s)[1:])
		}
		d.para(m.th.Strong, doing)
		d.blank()
		d.para(m.th.Dim, "Nothing else waits for it: the other views are there. Esc stops it.")
	case halting:
		d.para(m.th.Strong, "Stopping"+text.Ellipsis)
	default:
		read := 0
		for i := range m.analysis.Layers {
			if m.analysis.Layers[i].Index != nil {
				read++
			}
		}
		d.para(m.th.Strong, "Packages are listed once all layers are read.")
		d.para(m.th.Text, fmt.Sprintf("%d of %s read. It begins by itself.", read, text.Plural(len(m.analysis.Layers), "layer")))
	}
}

// noneFound tells of an image in which no cataloger found anything.
func (m *Model) noneFound(d *doc) {
	p := m.pkgs()
	if p.partial() {
		d.para(m.th.Strong, "No packages in the part of the image that was looked at.")
	} else {
		d.para(m.th.Strong, "No packages.")
	}
	d.para(m.th.Dim, "No database of a package manager, no manifest or lock file of a language, no program or archive that tells what it is made of.")
	m.remarks(d)
	d.blank()
	m.unowned(d)
}

// maxRemarks is how many remarks of each kind are told: the inventory has not
// many more.
const maxRemarks = 40

// remarks tell why there may be more packages, and what was not understood.
func (m *Model) remarks(d *doc) {
	tell := func(title, mark string, st theme.Style, list []string) {
		if len(list) == 0 {
			return
		}
		d.heading(title)
		for _, s := range list[:min(len(list), maxRemarks)] {
			d.list(mark, st, m.th.Text, text.OneLine(d.hide.r.String(s)))
		}
		if rest := len(list) - maxRemarks; rest > 0 {
			d.line(m.th.Dim, fmt.Sprintf("and %s more", text.Count(rest)))
		}
	}
	inv := m.pkgs().x.inv
	tell("There may be more packages", theme.High, m.th.Waste, inv.Partial)
	tell("Could not be understood", theme.Dot, m.th.Dim, inv.Notes)
}

// unowned tells of the files that no package claims.
func (m *Model) unowned(d *doc) {
	u := &m.pkgs().x.inv.Unowned
	if u.Files == 0 {
		d.para(m.th.Text, "The image has no files.")
		return
	}
	d.para(m.th.Text, fmt.Sprintf("%s in %s belong to no package.", text.Bytes(u.Bytes), text.Plural(u.Files, "file")))
	if len(u.Largest) == 0 {
		return
	}
	d.heading("The largest of them")
	for _, f := range u.Largest {
		m.fileLine(d, f.Bytes, f.Layer, f.Path)
	}
}

// What is told of one package: more does not fit on any screen, and hostile
// records have much more.
const (
	maxLicences = 24
	maxValue    = 2 << 10 // characters of a version, a name, a URL
	maxRecords  = 12
)

// told is a word of a package, as much of it as is worth reading.
func (h hider) told(s string) string {
	s = h.oneLine(s)
	if r := []rune(s); len(r) > maxValue {
		return string(r[:maxValue]) + text.Ellipsis
	}
	return s
}

// tellPackage tells all there is to say of a line.
func (m *Model) tellPackage(d *doc, n int32) {
	x := m.pkgs().x
	p := x.pkg(n)
	switch {
	case p == nil && n == x.unowned():
		d.para(m.th.Strong, "Files of no package")
		m.unowned(d)
		d.blank()
		d.para(m.th.Dim, "What was copied, built or downloaded: no record of a package manager or of a language has them.")
		return
	case p == nil:
		m.remarks(d)
		return
	}
	d.para(m.th.Strong, d.hide.told(p.Name))
	d.para(m.th.Text, d.hide.told(p.Version))
	m.fate(d, p)
	d.blank()
	kind := d.hide.oneLine(p.Type)
	if p.Language != "" && p.Language != p.Type {
		kind += ", " + d.hide.oneLine(p.Language)
	}
	d.field("Type", kind)
	m.origin(d, p)
	d.field("Files", m.ownedWords(p))
	d.field("Licence", m.licences(d, p))
	d.field("PURL", d.hide.told(p.PURL))
	m.namesakes(d, n)
	m.largestFiles(d, p)
	m.records(d, p)
}

// fate tells what became of a package that is not there any more.
func (m *Model) fate(d *doc, p *inventory.Package) {
	if p.State == inventory.Installed {
		return
	}
	s := fmt.Sprintf("%s removed by layer %d", theme.Removed, p.RemovedBy+1)
	st := m.th.Removed
	if p.State == inventory.Overwritten {
		s = fmt.Sprintf("%s replaced by %s in layer %d", theme.Modified, d.hide.told(p.ReplacedBy), p.RemovedBy+1)
		st = m.th.Modified
	}
	d.para(st, s)
	if p.Dead > 0 {
		d.para(m.th.Waste, fmt.Sprintf("%s %s of it still ship", theme.Wasted, text.Bytes(p.Dead)))
		return
	}
	d.para(m.th.Dim, "None of its bytes are wasted.")
}

// origin is the layer that brought a package, and how.
func (m *Model) origin(d *doc, p *inventory.Package) {
	if p.Layer == filetree.None || p.Layer >= len(m.analysis.Layers) {
		return
	}
	made := m.inspector().instructionAt(p.Layer)
	if r := []rune(made); len(r) > maxInstruction {
		made = string(r[:maxInstruction]) + text.Ellipsis
	}
	d.field("Layer", strings.TrimSpace(fmt.Sprintf("%d  %s", p.Layer+1, made)))
}

// maxInstruction is how much of a layer's instruction is told: Explore has all.
const maxInstruction = 160

func (m *Model) ownedWords(p *inventory.Package) string {
	if p.Files == 0 {
		return "none are recorded as its own"
	}
	return fmt.Sprintf("%s in %s (%s bytes)", text.Bytes(p.Bytes), text.Plural(p.Files, "file"), text.Count(p.Bytes))
}

func (m *Model) licences(d *doc, p *inventory.Package) string {
	var list []string
	for _, s := range p.Licenses[:min(len(p.Licenses), maxLicences)] {
		list = append(list, d.hide.told(s))
	}
	s := strings.Join(list, ", ")
	if rest := len(p.Licenses) - maxLicences; rest > 0 {
		s += fmt.Sprintf(" and %s more", text.Count(rest))
	}
	return s
}

// namesakes tells of the other versions.
func (m *Model) namesakes(d *doc, n int32) {
	list := m.pkgs().x.namesakes(n)
	if len(list) < 2 {
		return
	}
	d.heading("Others of this name")
	told := 0
	for _, i := range list {
		if i == n {
			continue
		}
		if told == maxRecords {
			d.line(m.th.Dim, fmt.Sprintf("and %s more", text.Count(len(list)-1-told)))
			return
		}
		told++
		p := m.pkgs().x.pkg(i)
		st, glyph := m.pkgs().mark(i)
		s := fmt.Sprintf("%s, layer %d", d.hide.told(p.Version), p.Layer+1)
		if len(p.Locations) > 0 && p.State == inventory.Installed {
			s += ", " + d.hide.clean(p.Locations[0].Path)
		}
		d.list(glyph, st, m.th.Text, s)
	}
}

// largestFiles are the largest files that a package owns.
func (m *Model) largestFiles(d *doc, p *inventory.Package) {
	if len(p.Nodes) == 0 {
		return
	}
	x := m.pkgs().x
	top := m.pkgs().largest(p)
	d.heading("Files")
	for _, n := range top {
		m.fileLine(d, x.fileSize(p, n), firstLayer(x.tree, int(n), p.Layer), x.tree.Path(int(n)))
	}
	if rest := len(p.Nodes) - len(top); rest > 0 {
		d.line(m.th.Dim, fmt.Sprintf("and %s more", text.Count(rest)))
	}
}

// fileLine tells of one file.
func (m *Model) fileLine(d *doc, size int64, layer int, path string) {
	digits := m.pkgs().x.digits
	room := max(d.w-5-text.ShortWidth-digits, 8)
	d.raw(m.th.Text, fmt.Sprintf("%s L%-*d %s", text.PadLeft(text.Short(size), text.ShortWidth), digits, layer+1, text.CutLeft(d.hide.clean(path), room)))
}

// records are the files that tell of a package.
func (m *Model) records(d *doc, p *inventory.Package) {
	if len(p.Locations) == 0 {
		return
	}
	d.heading("Told by")
	for _, at := range p.Locations[:min(len(p.Locations), maxRecords)] {
		d.raw(m.th.Text, fmt.Sprintf("L%-*d %s", m.pkgs().x.digits, at.Layer+1, text.CutLeft(d.hide.clean(at.Path), max(d.w-4-m.pkgs().x.digits, 8))))
	}
	if rest := len(p.Locations) - maxRecords; rest > 0 {
		d.line(m.th.Dim, fmt.Sprintf("and %s more", text.Count(rest)))
	}
}
