package registry

import (
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// candidates are the full names that a reference may stand for, with a note on
// how it came to them. A name with a registry is itself; so is, as one of
// Docker Hub's, a short one of which registries.conf says nothing.
func (c *conf) candidates(ref name.Reference) (list []name.Reference, note string, err error) {
	short, suffix, ok := shortName(ref.String())
	if !ok {
		return []name.Reference{ref}, "", nil
	}
	if a, ok := c.aliases[short]; ok && a.name != "" {
		full, err := name.ParseReference(a.name + suffix)
		if err != nil {
			return nil, "", fmt.Errorf("%w: alias of %s in %s: %w", ErrConfig, short, a.from, err)
		}
		if full.Name() == ref.Name() {
			return []name.Reference{full}, "", nil
		}
		return []name.Reference{full}, fmt.Sprintf("%s is short for %s, says %s", short, a.name, a.from), nil
	}
	if len(c.search) == 0 {
		return []name.Reference{ref}, "", nil
	}
	for _, host := range c.search {
		full, err := name.ParseReference(host + "/" + short + suffix)
		if err != nil {
			return nil, "", fmt.Errorf("%w: unqualified-search-registries in %s: %w", ErrConfig, c.searchFrom, err)
		}
		list = append(list, full)
	}
	if len(list) == 1 && list[0].Name() == ref.Name() {
		return list, "", nil
	}
	return list, fmt.Sprintf("%s names no registry; looked for where %s says", short, c.searchFrom), nil
}

// shortName splits a reference without a registry from its tag or digest.
func shortName(ref string) (short, suffix string, ok bool) {
	short = ref
	if i := strings.IndexByte(short, '@'); i >= 0 {
		short, suffix = short[:i], short[i:]
	} else if i := strings.LastIndexByte(short, ':'); i > strings.LastIndexByte(short, '/') {
		short, suffix = short[:i], short[i:]
	}
	first, _, path := strings.Cut(short, "/")
	if path && (strings.ContainsAny(first, ".:") || first == "localhost") {
		return "", "", false
	}
	if i := strings.LastIndexByte(short, ':'); i >= 0 { // of a tag before the digest
		short = short[:i]
	}
	return short, suffix, short != ""
}
