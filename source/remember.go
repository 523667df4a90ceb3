package source

import (
	"path/filepath"
	"regexp"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/recent"
)

// Remembered is what may be kept of an image that was opened, so that it can be
// offered again; false for what cannot be opened again, and for a reference that
// might hold a password. root is that of the Options it was opened with.
func Remembered(img *Image, root string, now time.Time) (recent.Item, bool) {
	e := entryOf(img)
	ref, ok := lasting(img.Reference, img.Kind, root)
	if !ok || img.Kind == Sample {
		return recent.Item{}, false
	}
	item := recent.Item{
		Reference: ref, Source: string(e.Kind), ID: e.ID, Digest: e.Digest, Size: e.Size,
		Created: e.Created.UTC().Truncate(time.Second), Opened: now.UTC().Truncate(time.Second),
	}
	if e.Platform.OS != "" {
		item.Platform = v1.Platform{OS: e.Platform.OS, Architecture: e.Platform.Architecture, Variant: e.Platform.Variant}.String()
	}
	return item, true
}

// credentials before a host: "user:pass@host/…", with a scheme or without. What
// follows the at-sign of a digest, or of a number, is none.
var credentials = regexp.MustCompile(`^([a-z]+:)?(//)?[^/@]*@`)

// lasting makes a reference that means the same in any directory, and opens the
// same source. kind is that of the source that had the image.
func lasting(ref string, kind Kind, root string) (string, bool) {
	r, err := ParseReference(ref)
	if err != nil || r.Path == "-" {
		return "", false
	}
	if isFile(kind) {
		return r.absolute(kind)
	}
	name := r.Name
	if name == "" || credentials.MatchString(name) && !digested.MatchString(name) {
		return "", false
	}
	if r.Root != "" || r.Namespace != "" || r.Driver != "" { // "containers-storage:[driver@root]name" stays as it was
		return ref, true
	}
	if root != "" {
		return string(kind) + ":[" + root + "]" + name, true
	}
	if kind == Registry && r.Kind == "" {
		return name, true // asked of the engines first, as before
	}
	return Prefixed(kind, name), true
}

// digested is a reference whose at-sign stands before a digest.
var digested = regexp.MustCompile(`^[^@]*@sha(256|512):[0-9a-f]+$`)

// absolute is the reference of a path, whatever the working directory. The kind
// is named where the user named it, and where the path alone could be taken for
// something else.
func (r Reference) absolute(kind Kind) (string, bool) {
	abs, err := filepath.Abs(r.Path)
	if err != nil || r.Path == "" {
		return "", false
	}
	prefix := ""
	if r.Kind != "" || kind == OCILayout {
		prefix = string(kind) + ":"
	}
	return prefix + abs + r.Selector.String(), true
}

// fromRecent makes an entry of what was remembered; false if it is a file that
// is gone.
func fromRecent(i recent.Item) (Entry, bool) {
	r, err := ParseReference(i.Reference)
	if err != nil {
		return Entry{}, false
	}
	e := Entry{
		Reference: i.Reference, Name: i.Reference, Kind: Kind(i.Source), ID: i.ID, Digest: i.Digest,
		Size: i.Size, Created: i.Created, Opened: i.Opened,
	}
	if p, err := v1.ParsePlatform(i.Platform); err == nil && i.Platform != "" {
		e.Platform = *p
	}
	if isFile(e.Kind) {
		e.Location = r.Path
		return e, exists(r.Path)
	}
	if r.Kind == e.Kind && r.Root == "" {
		e.Name = strings.TrimPrefix(strings.TrimPrefix(i.Reference, string(r.Kind)+":"), "//")
	}
	return e, true
}
