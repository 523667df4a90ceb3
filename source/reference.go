package source

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"peel/source/oci"
)

// ErrReference says that a reference or a platform is not one: the user has
// mistyped it, and no source was asked.
var ErrReference = errors.New("invalid reference")

// Reference is what the user wrote, taken apart.
type Reference struct {
	Kind     Kind   // "" if any source may have it
	Path     string // of a file or directory; "-" is standard input
	Name     string // of an image in a registry or an engine; beside Path if s may be either
	Selector oci.Selector
	// Root, Driver and Namespace are those of a store, where the reference names
	// them.
	Root, Driver, Namespace string
}

// hostPort tells the host "registry" with a port from the prefix "registry:".
var hostPort = regexp.MustCompile(`^[0-9]{1,5}/`)

// ParseReference takes a reference apart. It asks the file system which part of
// it is a path, but opens nothing. Errors are ErrReference.
func ParseReference(s string) (Reference, error) {
	if s == "" {
		return Reference{}, fmt.Errorf("%w: it is empty", ErrReference)
	}
	for _, p := range prefixes() {
		rest, ok := strings.CutPrefix(s, p.text)
		if !ok || hostPort.MatchString(rest) {
			continue
		}
		return parseAs(p.kind, strings.TrimPrefix(rest, "//"))
	}
	if s == "-" {
		return Reference{Path: s}, nil
	}
	if path, sel, ok := splitPath(s); ok {
		ref, err := withSelector(Reference{Path: path}, sel)
		if err == nil && mayBeName(s, path) {
			ref.Name = s
		}
		return ref, err
	}
	if looksLikePath(s) {
		return Reference{Path: s}, nil
	}
	return Reference{Name: s}, nil
}

func parseAs(k Kind, rest string) (Reference, error) {
	r := Reference{Kind: k}
	switch s := storeOf(k); {
	case k == Sample:
		if rest != "" {
			return r, fmt.Errorf("%w: sample: is one image, there is no %q in it", ErrReference, rest)
		}
		return r, nil
	case s.roots:
		return r.withStore(rest)
	case isFile(k):
		path, sel, ok := splitPath(rest)
		if !ok {
			path, sel = rest, ""
		}
		r.Path = path
		if r.Path != "" {
			return withSelector(r, sel)
		}
	default:
		r.Name = rest
	}
	if r.Name == "" && r.Path == "" {
		return r, fmt.Errorf("%w: nothing follows the prefix %s", ErrReference, k)
	}
	return r, nil
}

// withStore takes skopeo's form apart: "[driver@root+run:options]name", of which
// all in the brackets but the root may be left out; and "[namespace@root]name",
// containerd's, of which one of the two may be.
func (r Reference) withStore(s string) (Reference, error) {
	r.Name = s
	if inner, ok := strings.CutPrefix(s, "["); ok {
		spec, name, ok := strings.Cut(inner, "]")
		if !ok {
			return r, fmt.Errorf("%w: the bracket before the image's name is not closed", ErrReference)
		}
		r.Name = name
		before, root, both := strings.Cut(spec, "@")
		switch {
		case r.Kind == Containerd && both:
			r.Namespace, r.Root = before, root
		case r.Kind == Containerd && !filepath.IsAbs(spec):
			r.Namespace = spec
		case r.Kind == Containerd:
			r.Root = spec
		default:
			if both {
				r.Driver, spec = before, root
			}
			r.Root, _, _ = strings.Cut(spec, "+")
			r.Root, _, _ = strings.Cut(r.Root, ":")
		}
		if !filepath.IsAbs(r.Root) && (r.Namespace == "" || both) {
			return r, fmt.Errorf("%w: the root of the store, %q, is no absolute path", ErrReference, r.Root)
		}
	}
	if r.Name == "" {
		return r, fmt.Errorf("%w: nothing follows the prefix %s", ErrReference, r.Kind)
	}
	return r, nil
}

func withSelector(r Reference, sel string) (Reference, error) {
	s, err := oci.ParseSelector(sel)
	if err != nil {
		return r, fmt.Errorf("%w: %w", ErrReference, err)
	}
	r.Selector = s
	return r, nil
}

// splitPath finds the longest part of s, up to a colon or an at-sign, that is
// the path of something.
func splitPath(s string) (path, selector string, ok bool) {
	if s == "-" || exists(s) {
		return s, "", true
	}
	for i := len(s) - 1; i > 0; i-- {
		if (s[i] == ':' || s[i] == '@') && exists(s[:i]) {
			return s[:i], s[i:], true
		}
	}
	return "", "", false
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// mayBeName is true for what names a path, but was perhaps not meant to: the
// image "alpine:3" in a directory that has an "alpine". A whole file name, as
// the shell completes it, is meant.
func mayBeName(s, path string) bool {
	if looksLikePath(s) || looksLikePath(path) {
		return false
	}
	if info, err := os.Stat(path); path == s && (err != nil || !info.IsDir()) {
		return false
	}
	_, err := name.ParseReference(s, name.WeakValidation)
	return err == nil
}

var archiveSuffixes = []string{".tar", ".tar.gz", ".tgz", ".tar.zst"}

// looksLikePath is true for what can be no image name, or was hardly meant as one.
func looksLikePath(s string) bool {
	if strings.HasPrefix(s, "/") || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") || strings.HasPrefix(s, "~") {
		return true
	}
	return slices.ContainsFunc(archiveSuffixes, func(x string) bool { return strings.HasSuffix(s, x) })
}
