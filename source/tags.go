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
	image = strings.TrimPrefix(strings.TrimPrefix(image, string(Registry)+":"), "//")
	ref, err := name.ParseReference(image, name.WeakValidation)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReference, err)
	}
	tags, err := registry.Tags(ctx, ref, registry.Options{UserAgent: opts.UserAgent})
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
