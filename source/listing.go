package source

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// Listing puts the answers of all sources together. Whatever the order in which
// they come, the same answers give the same listing.
type Listing struct {
	Entries []Entry  // those opened last first, then the newest
	Answers []Answer // in a fixed order
}

// Add takes one answer in.
func (l *Listing) Add(a Answer) {
	l.Answers = append(slices.Clone(l.Answers), a)
	slices.SortStableFunc(l.Answers, func(a, b Answer) int { return cmp.Compare(rank(a.Kind), rank(b.Kind)) })
	l.settle()
}

// Partial reports whether a source that is there did not give its images.
func (l *Listing) Partial() bool {
	return slices.ContainsFunc(l.Answers, func(a Answer) bool { return a.Failed() })
}

func rank(k Kind) int {
	return slices.IndexFunc(lists(), func(s *store) bool { return s.kind == k })
}

// settle makes the entries of the answers. What podman says of an image that its
// store has, too, is left out: the store is read at random, and needs no service.
// So is what containerd keeps for docker, which knows it by shorter names.
func (l *Listing) settle() {
	p := podmans{images: map[string]bool{}, names: map[string]string{}}
	docker := l.dockerImages()
	var all []Entry
	for _, a := range slices.SortedStableFunc(slices.Values(l.Answers), storeFirst) {
		for _, e := range a.Entries {
			switch {
			case a.Kind == Recent, a.Kind == Containerd && (docker[fullName(e.Name)+e.Digest] || docker[fullName(e.Name)+e.ID]):
			case a.Kind != Storage && a.Kind != Podman && !a.podman:
				all = append(all, e)
			case p.isNew(&e):
				all = append(all, e)
			}
		}
	}
	for _, a := range l.Answers {
		if a.Kind == Recent {
			all = remind(all, a.Entries)
		}
	}
	slices.SortStableFunc(all, byUse)
	l.Entries = all
}

// dockerImages are the images of docker by their names in full and their ids,
// which are digests of configs, or of manifests where containerd keeps them.
func (l *Listing) dockerImages() map[string]bool {
	images := map[string]bool{}
	for _, a := range l.Answers {
		if a.Kind != Docker {
			continue
		}
		for _, e := range a.Entries {
			images[fullName(e.Name)+e.ID] = true
		}
	}
	return images
}

// fullName is a name with the registry and the tag that docker leaves out.
func fullName(s string) string {
	ref, err := name.ParseReference(s, name.WeakValidation)
	if err != nil {
		return s
	}
	return ref.Name()
}

// storeFirst has podman's store before what may be its sockets, and its own
// socket before docker's.
func storeFirst(a, b Answer) int {
	order := func(a Answer) int {
		return slices.Index([]Kind{Storage, Podman, a.Kind}, a.Kind)
	}
	return cmp.Compare(order(a), order(b))
}

// podmans are the images of podman that were seen.
type podmans struct {
	images map[string]bool   // by id and name
	names  map[string]string // the id that a name stands for
}

// isNew is false for what was seen before. A name that means another image gives
// way to the id.
func (p *podmans) isNew(e *Entry) bool {
	key := e.ID + " " + e.Name
	if p.images[key] {
		return false
	}
	p.images[key] = true
	if id, ok := p.names[e.Name]; ok && id != e.ID && e.Kind != Docker {
		e.Reference = Prefixed(e.Kind, e.ID)
	}
	if _, ok := p.names[e.Name]; !ok {
		p.names[e.Name] = e.ID
	}
	return true
}

// remind tells of the entries when they were opened, and adds what is listed
// nowhere else.
func remind(all, opened []Entry) []Entry {
	var rest []Entry
	for _, r := range opened {
		i := slices.IndexFunc(all, func(e Entry) bool { return e.isThe(&r) })
		if i < 0 {
			rest = append(rest, r)
		} else if r.Opened.After(all[i].Opened) {
			all[i].Opened = r.Opened
		}
	}
	return append(all, rest...)
}

// isThe reports whether what was opened once is this entry.
func (e *Entry) isThe(r *Entry) bool {
	if e.Reference == r.Reference || e.lasting() == r.Reference {
		return true
	}
	same := r.ID != "" && (e.ID == r.ID || e.ID == r.Digest)
	return same && e.Kind == r.Kind && (e.Name == r.Name || strings.HasSuffix(withTag(e.Name), "/"+withTag(r.Name)) || withTag(r.Name) == e.Name)
}

// withTag adds the tag that is meant where none is given.
func withTag(name string) string {
	if strings.ContainsRune(name, '@') || strings.LastIndexByte(name, ':') > strings.LastIndexByte(name, '/') {
		return name
	}
	return name + ":latest"
}

// lasting is the reference of a file's entry from any directory.
func (e *Entry) lasting() string {
	if e.Kind != aFile && e.Kind != OCILayout || e.Location == "" {
		return ""
	}
	prefix := strings.TrimSuffix(e.Reference, e.Name)
	_, sel, _ := splitPath(e.Name)
	return prefix + filepath.Clean(e.Location) + sel
}

// byUse has the last opened first, then the newest; the sample comes last.
func byUse(a, b Entry) int {
	return cmp.Or(
		order(a.Kind == Sample, b.Kind == Sample),
		b.Opened.Compare(a.Opened),
		b.Created.Compare(a.Created),
		strings.Compare(a.Name, b.Name),
		cmp.Compare(rank(a.Kind), rank(b.Kind)),
		strings.Compare(a.Reference, b.Reference),
	)
}

// order has what is not before what is.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
