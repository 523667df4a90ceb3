package ui

import (
	"fmt"
	"slices"

	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/ui/text"
	"peel/ui/theme"
)

// findingGroup is several findings of one cause that differ in detail alone. It
// has a line of its own, which opens. The numbers of these lines follow those of
// the findings.
type findingGroup struct {
	key     string
	title   string
	members []int32
	bytes   int64 // of all; 0 if they have none
}

// groupKey tells which findings are of one group: of one severity, and of one
// cause, or of one check with one title.
func groupKey(f *finding.Finding) string {
	if f.Group != "" {
		return fmt.Sprint(f.Severity, " ", f.Group)
	}
	return fmt.Sprint(f.Severity, " ", f.ID, " ", f.Title)
}

// groups puts findings that are side by side in the order, by severity or check,
// under a line of their group. Elsewhere each has its own place.
func (p *findingsPane) groups(picked []int32) (rows []int32) {
	p.group = p.group[:0]
	if p.order != bySeverity && p.order != byCheck {
		return picked
	}
	at := map[string]int{}
	for _, n := range picked {
		f := &p.a.Findings[n]
		key := groupKey(f)
		i, ok := at[key]
		if !ok {
			i, at[key] = len(p.group), len(p.group)
			p.group = append(p.group, findingGroup{key: key, title: f.Group})
			if f.Group == "" {
				p.group[i].title = f.Title
			}
		}
		g := &p.group[i]
		g.members = append(g.members, n)
		if f.Bytes != nil {
			g.bytes += *f.Bytes
		}
	}
	for i := range p.group {
		g := &p.group[i]
		if len(g.members) == 1 {
			rows = append(rows, g.members[0])
			continue
		}
		rows = append(rows, int32(len(p.a.Findings)+i))
		if p.unfolded[g.key] {
			rows = append(rows, g.members...)
		}
	}
	return rows
}

// groupAt is the group that a line's number stands for; nil for a finding.
func (p *findingsPane) groupAt(n int) *findingGroup {
	if p.a == nil || n < len(p.a.Findings) || n-len(p.a.Findings) >= len(p.group) {
		return nil
	}
	return &p.group[n-len(p.a.Findings)]
}

// current is the finding at the cursor, the first of a group; -1 if there is none.
func (p *findingsPane) current() int {
	n := p.Selected()
	if g := p.groupAt(n); g != nil {
		return int(g.members[0])
	}
	return n
}

// fold opens or closes the group at the cursor; false if there is none.
func (p *findingsPane) fold(open bool) bool {
	g := p.groupAt(p.Selected())
	if g == nil || p.unfolded[g.key] == open {
		return false
	}
	p.setOpen(g.key, open)
	p.relist()
	return true
}

func (p *findingsPane) setOpen(key string, open bool) {
	if p.unfolded == nil {
		p.unfolded = map[string]bool{}
	}
	p.unfolded[key] = open
}

// close closes the group of the finding at the cursor, and goes to its line.
func (p *findingsPane) close() bool {
	n := p.Selected()
	if p.groupAt(n) != nil {
		return p.fold(false)
	}
	for i := range p.group {
		if g := &p.group[i]; len(g.members) > 1 && p.unfolded[g.key] && slices.Contains(g.members, int32(n)) {
			p.setOpen(g.key, false)
			p.list()
			p.goTo(max(slices.Index(p.rows, int32(len(p.a.Findings)+i)), 0))
			return true
		}
	}
	return false
}

// reach opens the group that a finding is in, if it is closed.
func (p *findingsPane) reach(n int32) {
	if slices.Contains(p.rows, n) {
		return
	}
	for i := range p.group {
		if slices.Contains(p.group[i].members, n) {
			p.setOpen(p.group[i].key, true)
			p.list()
			return
		}
	}
}

// isMember reports whether a line stands below that of its group.
func (p *findingsPane) isMember(n int32) bool {
	if len(p.group) == 0 || p.groupAt(int(n)) != nil {
		return false
	}
	return p.unfolded[groupKey(&p.a.Findings[n])]
}

// groupRow draws the line of a group.
func (p *findingsPane) groupRow(g *findingGroup, force *theme.Style) string {
	f := &p.a.Findings[g.members[0]]
	l := p.begin(f.Severity, force)
	fold := theme.Closed
	if p.unfolded[g.key] {
		fold = theme.Open
	}
	w := p.titleWidth()
	count := fmt.Sprintf(" %d×", len(g.members))
	title := text.Cut(p.hide.oneLine(g.title), w-2-text.Width(count)) + count
	l.add(p.th.Text, fold+" "+text.Pad(title, w-2)).space(1)
	ids := text.Clean(f.ID)
	if last := &p.a.Findings[g.members[len(g.members)-1]]; last.ID != f.ID {
		ids = text.Clean(f.ID) + "…"
	}
	l.add(p.th.Strong, text.Pad(ids, idWidth+1)).space(1)
	where, layer := p.hide.place(f), layerOf(f)
	for _, n := range g.members[1:] {
		if p.hide.place(&p.a.Findings[n]) != where {
			where = text.Plural(len(g.members), "place")
		}
		if layerOf(&p.a.Findings[n]) != layer {
			layer = filetree.None
		}
	}
	p.end(l, where, layer, g.bytes)
	return l.String()
}

// tellGroup tells what a group is of, before its first finding is explained.
func (p *findingsPane) tellGroup(d *doc, g *findingGroup) {
	d.para(p.th.Strong, fmt.Sprintf("%s, %s", p.hide.oneLine(g.title), text.Plural(len(g.members), "finding")))
	for i, n := range g.members {
		if i == maxPaths {
			d.para(p.th.Dim, fmt.Sprintf("and %d more", len(g.members)-i))
			break
		}
		f := &p.a.Findings[n]
		what := p.where(f)
		if f.Group != "" {
			what = p.hide.oneLine(f.Title)
		}
		d.para(p.th.Text, text.Clean(f.ID)+" "+what)
	}
	d.para(p.th.Dim, "→ opens the group. The first of them:")
	d.blank()
}

// inRows are the findings in the order of the list, those of closed groups too.
func (p *findingsPane) inRows() (list []int32) {
	for _, n := range p.rows {
		if g := p.groupAt(int(n)); g != nil {
			list = append(list, g.members...)
		} else if !p.isMember(n) {
			list = append(list, n)
		}
	}
	return list
}

// stepTo goes to the next finding or the one before, into groups too. It tells its
// place among them; false if there is none.
func (p *findingsPane) stepTo(by int, moved bool) (at int, ok bool) {
	list := p.inRows()
	at = slices.Index(list, int32(p.current()))
	if moved && (p.groupAt(p.Selected()) == nil || by < 0) {
		at += by
	}
	if at < 0 || at >= len(list) {
		return 0, false
	}
	p.Select(list[at])
	return at, true
}
