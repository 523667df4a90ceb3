package redact

import (
	"maps"
	"slices"
)

// automaton is Aho and Corasick's, over the forms of less than blockLen bytes.
// Nodes have their children in lists, but for the root, where nearly all bytes
// are read.
type automaton struct {
	root  [256]int32
	nodes []node
}

type node struct {
	child, next int32 // first child, next sibling; 0 is none
	fail        int32
	match       int32 // the nearest node on the fail path, itself included, that ends a form; 0 is none
	char        byte
	depth       uint8
	ends        bool
	head, tail  uint8
}

func newAutomaton(set *forms) *automaton {
	a := &automaton{nodes: make([]node, 1)}
	for _, s := range slices.Sorted(maps.Keys(set.edges)) {
		if len(s) < blockLen {
			a.insert(s, set.edges[s])
		}
	}
	a.link()
	return a
}

func (a *automaton) insert(s string, e edge) {
	at := int32(0)
	for i := range len(s) {
		next := a.find(at, s[i])
		if next == 0 {
			next = int32(len(a.nodes))
			a.nodes = append(a.nodes, node{char: s[i], depth: uint8(i + 1), next: a.nodes[at].child})
			a.nodes[at].child = next
			if at == 0 {
				a.root[s[i]] = next
			}
		}
		at = next
	}
	n := &a.nodes[at]
	n.ends, n.head, n.tail = true, uint8(e.head), uint8(e.tail)
}

func (a *automaton) find(at int32, c byte) int32 {
	if at == 0 {
		return a.root[c]
	}
	for n := a.nodes[at].child; n != 0; n = a.nodes[n].next {
		if a.nodes[n].char == c {
			return n
		}
	}
	return 0
}

// link sets the fail paths, nodes of lesser depth first.
func (a *automaton) link() {
	queue := []int32{0}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for n := a.nodes[at].child; n != 0; n = a.nodes[n].next {
			if at != 0 {
				a.nodes[n].fail = a.step(a.nodes[at].fail, a.nodes[n].char)
			}
			a.nodes[n].match = a.nodes[a.nodes[n].fail].match
			if a.nodes[n].ends {
				a.nodes[n].match = n
			}
			queue = append(queue, n)
		}
	}
}

func (a *automaton) step(at int32, c byte) int32 {
	for at != 0 {
		if n := a.find(at, c); n != 0 {
			return n
		}
		at = a.nodes[at].fail
	}
	return a.root[c]
}
