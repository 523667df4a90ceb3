package ui

import (
	"cmp"
	"slices"
	"strings"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/analyzer/finding"
)

// findingOrder is what the findings are sorted by.
type findingOrder uint8

const (
	bySeverity findingOrder = iota
	byPath
	byLayer
	byCheck
	findingOrders
)

func (o findingOrder) String() string {
	return [...]string{"severity", "path", "layer", "check"}[o]
}

// findingsPane lists what is wrong with the image, of whatever family, and
// explains the selected finding.
type findingsPane struct {
	plainScreen
	explainedList // of indexes into Analysis.Findings
	a             *analyzer.Analysis

	order  findingOrder
	sorted [findingOrders][]int32
	lower  lowers
	count  tally
	picked int // findings that the filter picks

	group    []findingGroup
	unfolded map[string]bool // the groups that are open, by their keys
}

// Show gives the pane another state of the analysis. The cursor stays on its
// finding, unless it was never moved from the first.
func (p *findingsPane) Show(a *analyzer.Analysis) {
	same := p.a != nil && p.a.Places == a.Places
	at, old := p.current(), p.a
	p.a, p.hide = a, hider{a.Redactor}
	if same {
		return
	}
	p.sorted, p.lower = [findingOrders][]int32{}, lowers{}
	p.count = tallyOf(a.Findings)
	p.list()
	if at < 0 || !p.visited {
		return
	}
	was := &old.Findings[at]
	for n := range a.Findings {
		if f := &a.Findings[n]; f.Fingerprint == was.Fingerprint && f.Line == was.Line && f.Path == was.Path && f.Where == was.Where {
			p.Select(int32(n))
			return
		}
	}
}

// list makes the lines anew.
func (p *findingsPane) list() {
	p.fill(p.inOrder(), func(n int32) bool { return p.filter == nil || p.filter.finds(&p.a.Findings[n], p.lower) })
	p.picked = len(p.rows)
	p.rows = slices.Clone(p.groups(slices.Clone(p.rows)))
	p.scroll.clamp(len(p.rows), p.scroll.rows)
}

// relist makes the lines anew, with the cursor on its finding.
func (p *findingsPane) relist() { p.keepLine(p.list) }

// Select puts the cursor on a finding, and drops a filter that hides it.
func (p *findingsPane) Select(n int32) {
	p.reach(n)
	i := slices.Index(p.rows, n)
	if i < 0 {
		p.filter = nil
		p.list()
		p.reach(n)
		i = slices.Index(p.rows, n)
	}
	p.goTo(max(i, 0))
}

// inOrder is all findings as they are sorted now.
func (p *findingsPane) inOrder() []int32 {
	if s := p.sorted[p.order]; s != nil {
		return s
	}
	s := inRank(len(p.a.Findings), p.rank())
	p.sorted[p.order] = s
	return s
}

// inRank lists the numbers below n by their ranks, the least first, and those of
// the same rank as they are. One number holds rank and place, for it is sorted as
// quickly as can be.
func inRank(n int, rank func(i int) uint32) []int32 {
	keys := make([]uint64, n)
	for i := range keys {
		keys[i] = uint64(rank(i))<<32 | uint64(i)
	}
	slices.Sort(keys)
	s := make([]int32, n)
	for i, k := range keys {
		s[i] = int32(uint32(k))
	}
	return s
}

// last is the rank of what has no place in an order.
const last = 1 << 31

// rank gives each finding its place in the order: less comes first.
func (p *findingsPane) rank() func(i int) uint32 {
	list := p.a.Findings
	switch p.order {
	case byPath: // nodes lie in the order of their paths
		return func(i int) uint32 {
			if n := p.a.Places.Node[i]; n != filetree.None {
				return uint32(n)
			}
			return last
		}
	case byLayer:
		return func(i int) uint32 {
			if n := list[i].Layer; n != nil && *n >= 0 {
				return uint32(*n)
			}
			return last
		}
	case byCheck:
		ids := map[string]uint32{}
		for i := range list {
			ids[list[i].ID] = 0
		}
		sorted := make([]string, 0, len(ids))
		for id := range ids {
			sorted = append(sorted, id)
		}
		slices.Sort(sorted)
		for i, id := range sorted {
			ids[id] = uint32(i)
		}
		return func(i int) uint32 { return ids[list[i].ID] }
	}
	return func(int) uint32 { return 0 }
}

// Key does what an action asks of the list, or of the explanation if that has
// the keys.
func (p *findingsPane) Key(a action) {
	switch {
	case !p.explained && (a == actOpen || a == actFold) && p.fold(true):
	case !p.explained && (a == actClose || a == actFold) && p.close():
	case p.explainedList.Key(a):
	case a == actSort:
		p.order = (p.order + 1) % findingOrders
		p.relist()
	case a == actReverse:
		p.reverse = !p.reverse
		p.relist()
	}
}

// SetFilter filters by a line, as that of the tree does.
func (p *findingsPane) SetFilter(line string) {
	f, err := parseFileFilter(p.a, line)
	if p.accepts(err) {
		p.filter = f
		p.relist()
	}
}

// jump puts the cursor on the next match, as that of the tree does.
func (p *findingsPane) jump(step int, f *filter, here bool) (at, of int) {
	if f == nil {
		return 0, 0
	}
	return p.next(step, here, func(n int32) bool {
		g := p.groupAt(int(n))
		if g == nil {
			return f.finds(&p.a.Findings[n], p.lower)
		}
		return !p.unfolded[g.key] && slices.ContainsFunc(g.members, func(n int32) bool { return f.finds(&p.a.Findings[n], p.lower) })
	})
}

// finds reports whether a finding is what a filter asks for. Names are looked
// for in all that its line and its title say.
func (f *filter) finds(x *finding.Finding, lower lowers) bool { return suits(f, findable{x, lower}) }

// findable is a finding for a filter.
type findable struct {
	*finding.Finding
	lower lowers
}

// lowers keeps the ids and titles of findings in lower case: many share few.
type lowers map[string]string

func (m lowers) of(s string) string {
	l, ok := m[s]
	if !ok {
		l = strings.ToLower(s)
		m[s] = l
	}
	return l
}

func (x findable) named(t *nameTest) bool {
	if t.byPath {
		return x.Path != "" && t.path(append([]byte{'/'}, x.Path...)) || x.Where != "" && t.path([]byte(x.Where))
	}
	base := x.Path[strings.LastIndexByte(x.Path, '/')+1:]
	return base != "" && t.name(strings.ToLower(base)) || x.Where != "" && t.name(strings.ToLower(x.Where)) ||
		t.name(x.lower.of(x.ID)) || t.name(x.lower.of(x.Title)) || t.name(x.Severity.String())
}

func (x findable) counted(t *factTest) bool {
	switch t.what {
	case "size":
		return x.Bytes != nil && t.holds(*x.Bytes, t.want)
	case "layer":
		return x.Layer != nil && t.holds(int64(*x.Layer)+1, t.want) ||
			x.LastLayer != nil && t.holds(int64(*x.LastLayer)+1, t.want)
	case factBase:
		return x.FromBase != nil && t.isBase(*x.FromBase)
	}
	return false
}

func (x findable) worded(*wordTest) bool { return false }

// layerOf is the layer to show a finding in: the one that holds it.
func layerOf(f *finding.Finding) int {
	if n := cmp.Or(f.Layer, f.FirstLayer, f.LastLayer); n != nil {
		return *n
	}
	return filetree.None
}

// counts says how much a filter picks.
func (p *findingsPane) counts() string {
	if p.a == nil || p.filter == nil {
		return ""
	}
	return countText(p.picked) + " of " + countText(len(p.a.Findings))
}

func (p *findingsPane) examples(typing) string {
	return "part of a name, critical, S01*, /etc/**, layer:3, base:no, size>1M, ~regexp, !not"
}

func (p *findingsPane) weight() string { return "" }

// back undoes one thing: the explanation's zoom or focus, the filter.
func (p *findingsPane) back() bool {
	switch {
	case p.leave():
	case p.filter != nil:
		p.SetFilter("")
	default:
		return false
	}
	return true
}

// Copy is the place of the selected finding, or what to do about it.
func (p *findingsPane) Copy(fix bool) (what, s string) {
	n := p.current()
	if n < 0 {
		return "", ""
	}
	f := &p.a.Findings[n]
	switch {
	case fix:
		return "the fix of " + f.ID, fixOf(f)
	case f.Path != "":
		return "the path", "/" + f.Path
	}
	return "the place", f.Where
}
