package check

import (
	"cmp"
	"slices"
	"strings"
)

// maxNear is how many suggestions are made.
const maxNear = 3

// Near are the ids that somebody may have meant: those that begin with what
// was written, else those whose title has it, else those with the fewest
// changes.
func Near(id string) []string {
	id = strings.ToUpper(strings.TrimSpace(id))
	if id == "" {
		return nil
	}
	var prefixed, titled, all []string
	for _, f := range families {
		for _, c := range f.Checks {
			all = append(all, c.ID)
			if strings.HasPrefix(c.ID, id) {
				prefixed = append(prefixed, c.ID)
			}
			if len(id) > 2 && strings.Contains(strings.ToUpper(c.Title), id) {
				titled = append(titled, c.ID)
			}
		}
	}
	for _, list := range [][]string{prefixed, titled} {
		if len(list) > 0 {
			return list[:min(len(list), maxNear)]
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(distance(a, id), distance(b, id)) })
	near := all[:min(len(all), maxNear)]
	return slices.DeleteFunc(near, func(s string) bool { return distance(s, id) > 2 })
}

// distance is Levenshtein's, of short strings.
func distance(a, b string) int {
	if len(b) > 2*len(a)+2 {
		return len(b)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
