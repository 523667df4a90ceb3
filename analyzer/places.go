package analyzer

import (
	"strconv"
	"strings"

	"peel/analyzer/filetree"
	"peel/analyzer/finding"
)

// Places tells where in an image its findings are. All lists are of indexes
// into Analysis.Findings, the gravest first.
type Places struct {
	// Node is the node of each finding's file in Analysis.Tree, the first of
	// several: of the archive, for a file inside one; filetree.None for what is
	// in no file.
	Node []int32

	list    []finding.Finding
	byNode  map[int32][]int32
	byLayer [][]int32
	byStep  map[int][]int32
}

func locate(list []finding.Finding, t *filetree.Tree, layers int) *Places {
	p := &Places{
		Node: make([]int32, len(list)), list: list,
		byNode: map[int32][]int32{}, byLayer: make([][]int32, layers), byStep: map[int][]int32{},
	}
	for i := range list {
		f, n := &list[i], int32(i)
		p.Node[i] = p.add(t, f.Path, n)
		for _, other := range f.Paths[min(1, len(f.Paths)):] {
			p.add(t, other, n)
		}
		if f.Layer != nil {
			p.addLayer(*f.Layer, n)
			if f.LastLayer != nil && *f.LastLayer != *f.Layer {
				p.addLayer(*f.LastLayer, n)
			}
		}
		if step, ok := StepOf(f.Where); ok {
			p.byStep[step] = append(p.byStep[step], n)
		}
	}
	return p
}

// add puts a finding at a path, and returns its node.
func (p *Places) add(t *filetree.Tree, path string, n int32) int32 {
	at := int32(nodeOf(t, path))
	if at != filetree.None {
		p.byNode[at] = append(p.byNode[at], n)
	}
	return at
}

func (p *Places) addLayer(layer int, n int32) {
	if layer >= 0 && layer < len(p.byLayer) {
		p.byLayer[layer] = append(p.byLayer[layer], n)
	}
}

// inArchive stands in a path between an archive and what is inside.
const inArchive = "!/"

// nodeOf finds a finding's file. A name may hold the mark of archives itself.
func nodeOf(t *filetree.Tree, path string) int {
	if path == "" {
		return filetree.None
	}
	if n, ok := t.Lookup(path); ok {
		return n
	}
	for at := strings.LastIndex(path, inArchive); at > 0; at = strings.LastIndex(path, inArchive) {
		path = path[:at]
		if n, ok := t.Lookup(path); ok {
			return n
		}
	}
	return filetree.None
}

// StepOf is the step of the history that a finding's Where names, an index into
// Analysis.Steps.
func StepOf(where string) (step int, ok bool) {
	rest, ok := strings.CutPrefix(where, "history[")
	if !ok {
		return 0, false
	}
	digits, _, ok := strings.Cut(rest, "]")
	step, err := strconv.Atoi(digits)
	return step, ok && err == nil && step >= 0
}

// At lists what is found in the file of a node.
func (p *Places) At(node int) []int32 {
	if p == nil {
		return nil
	}
	return p.byNode[int32(node)]
}

// Marks tells of each node of a view how grave the findings are in its file or,
// for a directory, below it. Nil marks nothing.
type Marks []uint8 // 1 + the severity of the gravest; 0 for none

// Marks makes the marks of a view of Analysis.Tree. What a layer brings that the
// view does not look at is not marked.
func (p *Places) Marks(v *filetree.View) Marks {
	if p == nil || len(p.byNode) == 0 {
		return nil
	}
	nodes := v.Tree.Nodes
	m := make(Marks, len(nodes))
	for n, list := range p.byNode {
		if int(n) >= len(nodes) || !v.Shown[n] {
			continue
		}
		for _, i := range list {
			if within(&p.list[i], v) {
				m[n] = max(m[n], uint8(p.list[i].Severity)+1)
			}
		}
	}
	for i := len(nodes) - 1; i > 0; i-- {
		up := nodes[i].Parent
		m[up] = max(m[up], m[i])
	}
	return m
}

// within reports whether a view looks at a layer that holds the finding.
func within(f *finding.Finding, v *filetree.View) bool {
	switch {
	case f.Layer == nil:
		return true
	case v.Alone:
		return *f.Layer == v.Layer || f.LastLayer != nil && *f.LastLayer == v.Layer
	}
	return *f.Layer <= v.Layer
}

// At is the mark of a node.
func (m Marks) At(node int) (s finding.Severity, some bool) {
	if node < 0 || node >= len(m) || m[node] == 0 {
		return 0, false
	}
	return finding.Severity(m[node] - 1), true
}

// Layer lists what is in the files of a layer, and in the step that made it.
func (p *Places) Layer(n int) []int32 {
	if p == nil || n < 0 || n >= len(p.byLayer) {
		return nil
	}
	return p.byLayer[n]
}

// Step lists what is in a step of the history and in the layer that it made.
func (p *Places) Step(n int, layer int) []int32 {
	switch {
	case p == nil:
		return nil
	case layer != filetree.None:
		return p.Layer(layer)
	}
	return p.byStep[n]
}
