package storage

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// minIDPrefix is the shortest prefix of an id that is taken for one: two digits
// are more likely a name that is not there.
const minIDPrefix = 3

var isHex = regexp.MustCompile(`^[0-9a-f]+$`).MatchString

// resolve finds the image that a name means, as podman does: a name before an
// id; an exact name, or one whose registry and path were left out.
func (set *set) resolve(s string) (*image, error) {
	if hex, ok := strings.CutPrefix(s, "sha256:"); ok {
		return set.byID(hex, s)
	}
	if found, err := set.byName(s); found != nil || err != nil {
		return found, err
	}
	if len(s) >= minIDPrefix && isHex(s) {
		return set.byID(s, s)
	}
	return nil, set.notFound(s)
}

func (set *set) byName(s string) (*image, error) {
	repo, digest, byDigest := strings.Cut(s, "@")
	for _, want := range candidates(repo, byDigest) {
		for _, i := range set.images {
			if byDigest && (i.manifestDigest() != digest && i.Digest != digest || !slices.ContainsFunc(i.Names, func(n string) bool { return repoOf(n) == repoOf(want) })) {
				continue
			}
			if byDigest || slices.Contains(i.Names, want) {
				return i, nil
			}
		}
	}
	if byDigest || qualified(repo) {
		return nil, nil
	}
	// podman finds "app" under whatever registry it was pulled from.
	var found *image
	var names []string
	suffix := "/" + withTag(repo)
	for _, i := range set.images {
		for _, n := range i.Names {
			if strings.HasSuffix(n, suffix) {
				names = append(names, n)
				if found == nil || found.ID == i.ID {
					found = i
				}
			}
		}
	}
	if len(names) > 1 {
		return nil, ambiguous(s, names)
	}
	return found, nil
}

// candidates are the full names that a name may stand for, the likeliest first.
func candidates(s string, byDigest bool) []string {
	full := s
	if !byDigest {
		full = withTag(s)
	}
	out := []string{full}
	if qualified(s) {
		if ref, err := name.ParseReference(full, name.WeakValidation); err == nil {
			out = append(out, hub(ref.Name()))
		}
		return out
	}
	out = append(out, "localhost/"+full)
	if ref, err := name.ParseReference(full, name.WeakValidation); err == nil {
		out = append(out, hub(ref.Name()))
	}
	return out
}

// hub gives Docker Hub the name that podman has for it.
func hub(s string) string {
	if rest, ok := strings.CutPrefix(s, "index.docker.io/"); ok {
		return "docker.io/" + rest
	}
	return s
}

// qualified reports whether a name begins with a registry.
func qualified(s string) bool {
	first, _, ok := strings.Cut(s, "/")
	return ok && (first == "localhost" || strings.ContainsAny(first, ".:"))
}

func withTag(s string) string {
	if strings.LastIndexByte(s, ':') > strings.LastIndexByte(s, '/') {
		return s
	}
	return s + ":latest"
}

func repoOf(s string) string {
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, '/') {
		s = s[:i]
	}
	return s
}

func (set *set) byID(prefix, asked string) (*image, error) {
	var found []*image
	for _, i := range set.images {
		if i.ID == prefix || i.manifestDigest() == "sha256:"+prefix {
			return i, nil
		}
		if strings.HasPrefix(i.ID, prefix) && !slices.ContainsFunc(found, func(o *image) bool { return o.ID == i.ID }) {
			found = append(found, i)
		}
	}
	switch {
	case len(found) == 0:
		return nil, set.notFound(asked)
	case len(found) > 1:
		var ids []string
		for _, i := range found {
			ids = append(ids, i.ID)
		}
		return nil, ambiguous(asked, ids)
	}
	return found[0], nil
}

func ambiguous(s string, names []string) error {
	more := ""
	if len(names) > maxList {
		names, more = names[:maxList], " …"
	}
	return fmt.Errorf("%w: %s may be any of %s%s", ErrAmbiguous, s, strings.Join(names, ", "), more)
}

func (set *set) notFound(s string) error {
	return fmt.Errorf("%w: %s", ErrNotFound, s)
}
