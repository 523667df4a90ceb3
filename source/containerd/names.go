package containerd

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

const (
	// minIDPrefix is the shortest part of an id that is taken for one.
	minIDPrefix = 3
	// maxList is how many names an error lists.
	maxList = 20
)

var isHex = regexp.MustCompile(`^[0-9a-f]+$`).MatchString

// resolve finds the image that a name means, the first one in the order of the
// search. What other namespaces have under the name is noted.
func (s *set) resolve(ctx context.Context, asked string) (*image, []string, error) {
	found := s.named(asked)
	byName := len(found) > 0
	if !byName {
		var err error
		if found, err = s.byID(ctx, asked); err != nil {
			return nil, nil, err
		}
	}
	var here, other []*image
	for _, i := range found {
		if s.namespace == "" || s.namespace == i.namespace {
			here = append(here, i)
		} else {
			other = append(other, i)
		}
	}
	if len(here) == 0 {
		return nil, nil, s.notFound(asked, other)
	}
	if !byName {
		return here[0], nil, nil
	}
	return here[0], others(here), nil
}

// others notes images of the same name that are not the same.
func others(found []*image) (notes []string) {
	for _, i := range found[1:] {
		if i.target.Digest != found[0].target.Digest {
			notes = append(notes, fmt.Sprintf("another image has this name: containerd:%s", i.reference()))
		}
		if len(notes) == maxList {
			break
		}
	}
	return notes
}

// reference names an image so that it means no other.
func (i *image) reference() string {
	return fmt.Sprintf("[%s@%s]%s", i.namespace, i.store.root, i.name)
}

func (s *set) notFound(asked string, other []*image) error {
	more := ""
	if len(other) > 0 {
		more = fmt.Sprintf("; namespace %s has it: containerd:%s", other[0].namespace, other[0].reference())
	}
	if len(s.closed) > 0 {
		more += "; permission denied at " + strings.Join(s.closed, " and ")
	}
	return fmt.Errorf("%w: %s%s", ErrNotFound, asked, more)
}

// named lists the images with a name: those that have it as it stands, else
// those that have it once what docker adds to a name is added.
func (s *set) named(asked string) []*image {
	var exact, full []*image
	repo, digest, want := complete(asked)
	for _, i := range s.images {
		switch {
		case i.name == asked:
			exact = append(exact, i)
		case want != "" && i.name == want:
			full = append(full, i)
		case digest != "" && i.target.Digest.String() == digest && repository(i.name) == repo:
			full = append(full, i)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return full
}

// complete gives a name as containerd's clients write it, with registry and
// tag or digest; "" for what is none.
func complete(s string) (repo, digest, full string) {
	ref, err := name.ParseReference(s, name.WeakValidation)
	if err != nil {
		return "", "", ""
	}
	repo = hub(ref.Context().Name())
	if d, ok := ref.(name.Digest); ok {
		return repo, d.DigestStr(), repo + "@" + d.DigestStr()
	}
	return repo, "", repo + ":" + ref.Identifier()
}

// hub gives Docker Hub the name that containerd's clients have for it.
func hub(s string) string {
	if rest, ok := strings.CutPrefix(s, "index.docker.io/"); ok {
		return "docker.io/" + rest
	}
	return s
}

// repository is a full name without tag and digest.
func repository(s string) string {
	s, _, _ = strings.Cut(s, "@")
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, '/') {
		s = s[:i]
	}
	return s
}

// byID finds images by a digest or the beginning of one: that of the manifest
// or index, which nerdctl and docker show, then that of the config, which
// crictl shows.
func (s *set) byID(ctx context.Context, asked string) ([]*image, error) {
	prefix, isDigest := strings.CutPrefix(asked, "sha256:")
	if !isHex(prefix) || !isDigest && len(prefix) < minIDPrefix {
		return nil, nil
	}
	for _, id := range []func(*image) string{
		func(i *image) string { return i.target.Digest.Hex },
		func(i *image) string { return strings.TrimPrefix(i.describe(ctx).ID, "sha256:") },
	} {
		var found []*image
		ids := map[string]bool{}
		for _, i := range s.images {
			if hex := id(i); hex != "" && strings.HasPrefix(hex, prefix) {
				found = append(found, i)
				ids[hex] = true
			}
		}
		if len(ids) > 1 {
			return nil, ambiguous(asked, found)
		}
		if len(found) > 0 { // of one config perhaps several manifests: one image
			return found, nil
		}
	}
	return nil, nil
}

func ambiguous(asked string, found []*image) error {
	var names []string
	for _, i := range found {
		if !slices.Contains(names, i.name) {
			names = append(names, i.name)
		}
	}
	more := ""
	if len(names) > maxList {
		names, more = names[:maxList], " …"
	}
	return fmt.Errorf("%w: %s may be any of %s%s", ErrAmbiguous, asked, strings.Join(names, ", "), more)
}
