package layer

import "maps"

// FactsOf are the facts that an inspector left of a layer, by its name; false if
// it did not see the layer. They are of one layer alone, and do not change.
func FactsOf[T any](idx *Index, name string) (facts T, ok bool) {
	if idx == nil {
		return facts, false
	}
	facts, ok = idx.Facts[name].(T)
	return facts, ok
}

// SetFacts keeps the facts of an inspector, under its name.
func (idx *Index) SetFacts(name string, facts any) {
	if facts == nil {
		return
	}
	if idx.Facts == nil {
		idx.Facts = map[string]any{}
	}
	idx.Facts[name] = facts
}

// Without is the index without the facts of one inspector; the rest is shared.
func (idx *Index) Without(name string) *Index {
	out := *idx
	out.Facts = maps.Clone(idx.Facts)
	delete(out.Facts, name)
	return &out
}
