package analyzer

import (
	"slices"

	"peel/analyzer/filetree"
	"peel/analyzer/owned"
	"peel/analyzer/secrets"
	"peel/analyzer/waste"
	"peel/source/layer"
)

// records are the second stage: what became of the reading of each layer.
type records struct {
	// layers are as they are published, but for what the tree says of them.
	layers []Layer
	// found are what the readings gave, with the secrets in clear; nil for a layer
	// that is not read.
	found []*layer.Index
}

func recordsOf(s *subject) records {
	return records{layers: slices.Clone(s.layers), found: make([]*layer.Index, len(s.layers))}
}

// take takes in the end of a layer's reading.
func (r *records) take(n int, idx *layer.Index, err error) {
	l := &r.layers[n]
	r.found[n] = idx
	l.State, l.Index, l.Err = Read, idx.Without(secrets.FactsName), err
	if err != nil {
		l.State = Failed
		return
	}
	l.Digest, l.DiffID, l.Compressed = idx.Digest, idx.DiffID, idx.StoredBytes
}

// complete reports whether all layers are read, or have failed.
func (r *records) complete() bool {
	return !slices.Contains(r.found, nil)
}

// merged is the third stage: the layers from the bottom up to the first that is
// not read yet, as one file system.
type merged struct {
	layers   int // how many they are, those that failed among them
	tree     *filetree.Tree
	waste    *waste.Summary
	problems [][]layer.Problem // that merging each layer showed
	found    []*layer.Index    // of the layers in tree; nil for others
	owned    *owned.Index      // of these; it is used by one goroutine
	partial  bool              // tree lacks a layer, or a part of one
}

// merger makes the third stage of the second, a layer at a time.
type merger struct {
	builder *filetree.Builder
	owned   owned.Index
	layers  int
}

func newMerger(layers int) *merger {
	return &merger{builder: filetree.NewBuilder(layers)}
}

// add merges what has become a run from the bottom. A layer that is beyond what a
// tree can hold fails.
func (m *merger) add(r *records) error {
	for m.layers < len(r.layers) && r.found[m.layers] != nil {
		n := m.layers
		m.layers++
		m.owned.Add(r.found[n])
		if err := m.builder.Add(n, r.found[n]); err != nil {
			r.layers[n].State, r.layers[n].Err = Failed, err
			return err
		}
		if r.layers[n].State == Failed {
			m.builder.Holes()
		}
	}
	return nil
}

// merged is the stage as it is now. It costs about a second for a million paths.
func (m *merger) merged(r *records) merged {
	out := merged{
		layers: m.layers, tree: m.builder.Tree(), owned: &m.owned,
		problems: slices.Clone(m.builder.Problems), found: make([]*layer.Index, len(r.layers)),
	}
	out.waste = waste.Summarize(out.tree)
	for n, idx := range r.found {
		in := out.tree.Layers[n].Merged
		out.partial = out.partial || !in || r.layers[n].State != Read
		if in {
			out.found[n] = idx
		}
	}
	return out
}
