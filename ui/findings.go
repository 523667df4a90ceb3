package ui

import (
	"cmp"
	"slices"
	"strings"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/ui/theme"
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
	th   *theme.Theme
	hide hider
	a    *analyzer.Analysis
	w    int // of the list, inside its frame

	order   findingOrder
	reverse bool
	filter  *filter
	rows    []int32 // into Analysis.Findings
	sorted  [findingOrders][]int32
	lower   lowers
	count   tally
	searching

	scroll    scroller
	from      int      // where the cursor was before a search
	text      scroller // of the explanation
	lines     []string // of it
	explained bool     // the explanation has the keys
	alone     bool     // and the screen
	visited   bool     // somebody looked at the finding of the cursor
}

// Show gives the pane another state of the analysis. The cursor stays on its
// finding, unless it was never moved from the first.
func (p *findingsPane) Show(a *analyzer.Analysis) {
	same := p.a != nil && p.a.Places == a.Places
	at, old := p.Selected(), p.a
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
	for i, n := range p.rows {
		if f := &a.Findings[n]; f.Fingerprint == was.Fingerprint && f.Line == was.Line && f.Path == was.Path && f.Where == was.Where {
			p.goTo(i)
			return
		}
	}
}

// list makes the lines anew.
func (p *findingsPane) list() {
	all := p.inOrder()
	p.rows = p.rows[:0]
	for _, n := range all {
		if p.filter == nil || p.filter.finds(&p.a.Findings[n], p.lower) {
			p.rows = append(p.rows, n)
		}
	}
	if p.reverse {
		slices.Reverse(p.rows)
	}
	p.scroll.clamp(len(p.rows), p.scroll.rows)
}

// relist makes the lines anew, with the cursor on its finding.
func (p *findingsPane) relist() {
	at, down := p.Selected(), p.scroll.cursor-p.scroll.top
	p.list()
	if i := slices.Index(p.rows, int32(at)); i >= 0 {
		p.scroll.cursor, p.scroll.top = i, i-down
		p.scroll.clamp(len(p.rows), p.scroll.rows)
	}
}

// Selected is the finding of the cursor, an index into Analysis.Findings; -1 if
// there is none.
func (p *findingsPane) Selected() int {
	if p.scroll.cursor >= len(p.rows) {
		return -1
	}
	return int(p.rows[p.scroll.cursor])
}

// goTo puts the cursor on a line.
func (p *findingsPane) goTo(i int) {
	if i != p.scroll.cursor {
		p.text.top = 0
	}
	p.scroll.cursor, p.visited = i, true
	p.scroll.clamp(len(p.rows), p.scroll.rows)
}

// Select puts the cursor on a finding, and drops a filter that hides it.
func (p *findingsPane) Select(n int32) {
	i := slices.Index(p.rows, n)
	if i < 0 {
		p.filter = nil
		p.list()
		i = slices.Index(p.rows, n)
	}
	p.goTo(max(i, 0))
}

// inOrder is all findings as they are sorted now.
func (p *findingsPane) inOrder() []int32 {
	if s := p.sorted[p.order]; s != nil {
		return s
	}
	// One number holds rank and place, for it is sorted as quickly as can be, and
	// what has the same rank stays in the order of severity.
	keys := make([]uint64, len(p.a.Findings))
	rank := p.rank()
	for i := range keys {
		keys[i] = uint64(rank(i))<<32 | uint64(i)
	}
	if p.order != bySeverity {
		slices.Sort(keys)
	}
	s := make([]int32, len(keys))
	for i, k := range keys {
		s[i] = int32(uint32(k))
	}
	p.sorted[p.order] = s
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
	if p.explained && p.text.roll(a) {
		return
	}
	if p.move(a) {
		return
	}
	switch a {
	case actSort:
		p.order = (p.order + 1) % findingOrders
		p.relist()
	case actReverse:
		p.reverse = !p.reverse
		p.relist()
	case actNextPane, actPrevPane:
		p.explained, p.alone = !p.explained, false
	case actOpen:
		p.explained = true
	case actClose:
		p.explained, p.alone = false, false
	case actExplain:
		p.alone = !p.alone
		p.explained = p.alone
	}
}

// SetFilter filters by a line, as that of the tree does.
func (p *findingsPane) SetFilter(line string) {
	f, err := parseFilterOn(p.a, line)
	p.errText = ""
	if err != nil {
		p.errText = err.Error()
		return
	}
	p.filter = f
	p.relist()
}

// jump puts the cursor on the next match, as that of the tree does.
func (p *findingsPane) jump(step int, f *filter, here bool) (at, of int) {
	if f == nil {
		return 0, 0
	}
	next, first, final, before := -1, -1, -1, 0
	for i, n := range p.rows {
		if !f.finds(&p.a.Findings[n], p.lower) {
			continue
		}
		of++
		final = i
		if first < 0 {
			first = i
		}
		switch {
		case step > 0 && next < 0 && (i > p.scroll.cursor || here && i == p.scroll.cursor):
			next, at = i, of
		case step < 0 && i < p.scroll.cursor:
			next, before = i, of
		}
	}
	switch {
	case of == 0:
		return 0, 0
	case step < 0 && next >= 0:
		at = before
	case step < 0:
		next, at = final, of
	case next < 0:
		next, at = first, 1
	}
	p.goTo(next)
	return at, of
}

// finds reports whether a finding is what a filter asks for. Names are looked
// for in all that its line and its title say.
func (f *filter) finds(x *finding.Finding, lower lowers) bool {
	for i := range f.not {
		if f.not[i].finds(x, lower) {
			return false
		}
	}
	for i := range f.names {
		if !f.names[i].finds(x, lower) {
			return false
		}
	}
	for i := range f.facts {
		if f.facts[i].finds(x) == f.facts[i].negated {
			return false
		}
	}
	return true
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

func (t *nameTest) finds(x *finding.Finding, lower lowers) bool {
	if t.byPath {
		return x.Path != "" && t.path(append([]byte{'/'}, x.Path...)) || x.Where != "" && t.path([]byte(x.Where))
	}
	base := x.Path[strings.LastIndexByte(x.Path, '/')+1:]
	return base != "" && t.name(strings.ToLower(base)) || x.Where != "" && t.name(strings.ToLower(x.Where)) ||
		t.name(lower.of(x.ID)) || t.name(lower.of(x.Title)) || t.name(x.Severity.String())
}

func (t *factTest) finds(x *finding.Finding) bool {
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

// layerOf is the layer to show a finding in: the one that holds it.
func layerOf(f *finding.Finding) int {
	if n := cmp.Or(f.Layer, f.FirstLayer, f.LastLayer); n != nil {
		return *n
	}
	return filetree.None
}

func (p *findingsPane) move(a action) bool {
	if !p.scroll.move(a) {
		return false
	}
	p.visited, p.text.top = true, 0
	return true
}

// counts says how much a filter picks.
func (p *findingsPane) counts() string {
	if p.a == nil || p.filter == nil {
		return ""
	}
	return countText(len(p.rows)) + " of " + countText(len(p.a.Findings))
}

// back undoes one thing: the explanation's zoom, its focus, the filter.
func (p *findingsPane) back() bool {
	switch {
	case p.alone:
		p.alone, p.explained = false, false
	case p.explained:
		p.explained = false
	case p.filter != nil:
		p.SetFilter("")
	default:
		return false
	}
	return true
}

// Copy is the place of the selected finding, or what to do about it.
func (p *findingsPane) Copy(fix bool) (what, s string) {
	n := p.Selected()
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

// Click selects a line; the selected one is asked for.
func (p *findingsPane) Click(y int) (again bool) {
	i := p.scroll.top + y
	if y < 0 || y >= p.scroll.rows || i >= len(p.rows) {
		return false
	}
	again = i == p.scroll.cursor && !p.explained
	p.explained = false
	p.goTo(i)
	return again
}
