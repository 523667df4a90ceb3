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
	// Node is the node of each finding's file in Analysis.Tree: of the archive,
	// for a file inside one; filetree.None for what is in no file.
	Node []int32

	worst   []uint8 // by node: 1 + the severity of the gravest at it or below; 0 for none
	byNode  map[int32][]int32
	byLayer [][]int32
	byStep  map[int][]int32
}

func locate(list []finding.Finding, t *filetree.Tree, layers int) *Places {
	p := &Places{
		Node:   make([]int32, len(list)),
		byNode: map[int32][]int32{}, byLayer: make([][]int32, layers), byStep: map[int][]int32{},
	}
	if len(list) == 0 {
		return p
	}
	p.worst = make([]uint8, len(t.Nodes))
	for i := range list {
		f, n := &list[i], int32(i)
		p.Node[i] = int32(nodeOf(t, f.Path))
		if at := p.Node[i]; at != filetree.None {
			p.byNode[at] = append(p.byNode[at], n)
			p.worst[at] = max(p.worst[at], uint8(f.Severity)+1)
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
	for i := len(t.Nodes) - 1; i > 0; i-- {
		up := t.Nodes[i].Parent
		p.worst[up] = max(p.worst[up], p.worst[i])
	}
	return p
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

// Below is the severity of the gravest finding in the file of a node or, for a
// directory, below it.
func (p *Places) Below(node int) (s finding.Severity, some bool) {
	if p == nil || node < 0 || node >= len(p.worst) || p.worst[node] == 0 {
		return 0, false
	}
	return finding.Severity(p.worst[node] - 1), true
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
