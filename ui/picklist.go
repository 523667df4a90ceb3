package ui

import (
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/sahilm/fuzzy"

	"peel/source"
)

// pick is one line of the list of images.
type pick struct {
	entry   *source.Entry
	matched []int // bytes of the name that the filter matches
	typed   bool  // it is what was typed, and nothing that is known
}

// selected is the line of the cursor; nil if there is none.
func (p *pickerPane) selected() *pick {
	if p.scroll.cursor >= len(p.rows) {
		return nil
	}
	return &p.rows[p.scroll.cursor]
}

// choose puts the cursor on an image that may have moved.
func (p *pickerPane) choose(reference string) {
	if i := slices.IndexFunc(p.rows, func(r pick) bool { return r.entry.Reference == reference && !r.typed }); i >= 0 {
		p.scroll.cursor = i
	}
}

// match makes the lines: all images, or those that match what is typed, the best
// first, with the tags of a registry, and what is typed as a reference itself.
// What looks like a whole reference stands before what has but its letters: the
// line may have been pasted, with Enter to follow.
func (p *pickerPane) match() {
	line := strings.TrimSpace(p.query.String())
	here, loose := rank(line, p.listing.Entries)
	opened := map[string]bool{} // is there already
	for _, h := range here {
		if h.entry.Kind == source.Registry {
			opened[source.Bare(h.entry.Reference)] = true
		}
	}
	tags := slices.DeleteFunc(p.tags.match(), func(t pick) bool { return opened[t.entry.Name] })
	var typed []pick
	known := func(r pick) bool { return isCalled(r.entry, line) }
	if t, ok := typedPick(line); ok && !slices.ContainsFunc(here, known) && !slices.ContainsFunc(tags, known) {
		typed = append(typed, t)
	}
	if strings.ContainsAny(line, "/:@") {
		p.rows = slices.Concat(here, typed, tags, loose)
	} else {
		p.rows = slices.Concat(here, tags, loose, typed)
	}
	p.scroll.clamp(len(p.rows), p.scroll.rows)
}

// isCalled reports whether a line is exactly one of an image's names.
func isCalled(e *source.Entry, line string) bool { return e.Name == line || e.Reference == line }

// typedPick is the line for what was typed; false for what cannot be a reference.
func typedPick(line string) (pick, bool) {
	ref, err := source.ParseReference(line)
	if err != nil || strings.ContainsAny(line, " \t") {
		return pick{}, false
	}
	if _, err := name.ParseReference(ref.Name, name.WeakValidation); err != nil && (ref.Kind == "" || ref.Kind == source.Registry) && ref.Path == "" {
		return pick{}, false
	}
	return pick{entry: &source.Entry{Reference: line, Name: line}, typed: true}, true
}

// scored is a line with how well it matches.
type scored struct {
	pick
	score int
}

// What counts more than how well the letters of a word lie in a name: that it is
// the name, that it stands there as it is, that it is something else that is
// known of the image.
const (
	exactScore = 1 << 20
	wordScore  = 1 << 12
	factScore  = 1 << 10
)

// rank filters entries by the words of a line, each of which must match, and
// sorts them by how well they do. Without words all are there, as they come.
// Those that have but the letters of the words are loose.
func rank(line string, entries []source.Entry) (rows, loose []pick) {
	words := strings.Fields(line)
	found := make([]scored, 0, len(entries))
	for i := range entries {
		s := scored{pick: pick{entry: &entries[i]}}
		ok := true
		for _, w := range words {
			if ok = s.add(w); !ok {
				break
			}
		}
		if !ok {
			continue
		}
		if line != "" && isCalled(&entries[i], line) {
			s.score += exactScore
		}
		found = append(found, s)
	}
	slices.SortStableFunc(found, func(a, b scored) int { return b.score - a.score })
	for _, s := range found {
		slices.Sort(s.matched)
		if len(words) > 0 && s.score < factScore/2 {
			loose = append(loose, s.pick)
		} else {
			rows = append(rows, s.pick)
		}
	}
	return rows, loose
}

// add matches one word: fuzzily with the name, to the letter with what else is
// known of the image.
func (s *scored) add(word string) bool {
	e, word := s.entry, strings.ToLower(word)
	facts := strings.ToLower(strings.Join([]string{e.Reference, sourceLabel(e.Kind), platformLabel(e), e.ID, e.Digest}, " "))
	known := strings.Contains(facts, word)
	if known {
		s.score += factScore
	}
	m := fuzzy.Find(word, []string{e.Name})
	if len(m) == 0 {
		return known
	}
	s.score += m[0].Score
	if i := strings.Index(strings.ToLower(e.Name), word); i >= 0 {
		s.score += wordScore
		for j := range len(word) {
			s.matched = append(s.matched, i+j)
		}
	} else if !known {
		s.matched = append(s.matched, m[0].MatchedIndexes...)
	}
	return true
}

// sourceLabel is a kind of source in a narrow column.
func sourceLabel(k source.Kind) string {
	switch k {
	case source.Storage:
		return "storage"
	case source.OCILayout:
		return "layout"
	case source.OCIArchive, source.DockerArchive:
		return "file"
	}
	return string(k)
}

func platformLabel(e *source.Entry) string {
	switch {
	case e.Index:
		return "several"
	case e.Platform.OS == "":
		return ""
	}
	return e.Platform.String()
}
