package source

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"peel/source/registry"
)

// Tags lists the tags that a registry has of an image, those first that are
// likely meant: latest, then the highest versions. image is a name with or
// without its prefix and a tag.
func Tags(ctx context.Context, image string, opts Options) ([]string, error) {
	ref, err := name.ParseReference(Bare(image), name.WeakValidation)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReference, err)
	}
	tags, err := registry.Tags(ctx, ref, registry.Options{Insecure: opts.Insecure, UserAgent: opts.UserAgent, Waiting: opts.Waiting})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(tags, func(a, b string) int {
		return cmp.Or(order(b == "latest", a == "latest"), order(isArtifact(a), isArtifact(b)), natural(b, a))
	})
	return slices.Compact(tags), nil
}

// isArtifact tells the tags under which signatures and the like are kept beside
// an image: they are the image's digest.
func isArtifact(tag string) bool { return strings.HasPrefix(tag, "sha256-") }

// natural compares numbers within names by their value: 1.9 is before 1.10.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, restA := run(a)
		y, restB := run(b)
		if c := cmp.Or(order(isDigit(x[0]), isDigit(y[0])), numbers(x, y), strings.Compare(x, y)); c != 0 {
			return c
		}
		a, b = restA, restB
	}
	return cmp.Compare(len(a), len(b))
}

// run cuts the digits off the front of a name, or what is before the next digit.
func run(s string) (head, rest string) {
	digits := isDigit(s[0])
	i := strings.IndexFunc(s, func(r rune) bool { return isDigit(byte(min(r, 127))) != digits })
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// numbers compares two runs of digits of any length.
func numbers(a, b string) int {
	if !isDigit(a[0]) {
		return 0
	}
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// Bare is a name without the prefix of registries.
func Bare(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, string(Registry)+":"), "//")
}

// TagQuery is the repository whose tags a line asks for that is being typed: what
// stands before its last colon, if it can be a name and no image here has it. With
// the prefix of registries it is asked for in any case.
func TagQuery(line string, here []Entry) (repo string, ok bool) {
	i := strings.LastIndexByte(line, ':')
	if i <= strings.LastIndexByte(line, '/') || strings.ContainsAny(line, "@ ") {
		return "", false
	}
	ref, err := ParseReference(line[:i] + ":x")
	if err != nil || ref.Path != "" || ref.Kind != "" && ref.Kind != Registry {
		return "", false
	}
	repo = line[:i]
	bare := strings.TrimSuffix(ref.Name, ":x")
	if _, err := name.NewRepository(bare, name.WeakValidation); err != nil || hostAlone(bare) || Bare(repo) != bare {
		return "", false
	}
	if ref.Kind == "" && slices.ContainsFunc(here, func(e Entry) bool { return hasRepo(&e, bare) }) {
		return "", false
	}
	return repo, true
}

// hasRepo reports whether an image here has a name in a repository, whatever the
// registry where none is given.
func hasRepo(e *Entry, repo string) bool {
	if e.Kind == Registry { // opened before, but not here
		return false
	}
	n := e.Name
	if i := strings.LastIndexByte(n, ':'); i > strings.LastIndexByte(n, '/') {
		n = n[:i]
	}
	return n == repo || strings.HasSuffix(n, "/"+repo)
}

// hostAlone tells a host whose port is about to be typed.
func hostAlone(s string) bool {
	return !strings.Contains(s, "/") && (s == "localhost" || strings.ContainsAny(s, ".:"))
}
