package source

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/oci"
	"peel/source/recent"
)

// Recent is the kind of a list of images that were opened before. Its entries
// have the kinds of their sources.
const Recent Kind = "recent"

// Entry is one name by which an image can be opened here and now. What its
// source does not say without reading more stays zero.
type Entry struct {
	Reference string // what Open takes for this image and no other
	Name      string // as the source has it; the path of a file
	Kind      Kind
	Location  string // the store, the socket or the path

	ID       string      // "sha256:…" of the config
	Digest   string      // "sha256:…" of the manifest or index
	Size     int64       // in bytes, as oci.Listed has it; of a file its own
	Created  time.Time   // of the config; of a compressed archive its last change
	Platform v1.Platform // of an image; of an index it is zero
	Index    bool        // several platforms under one name
	Opened   time.Time   // by this user; zero for never, as far as is remembered
}

// Answer is what one source says when it is asked for its images.
type Answer struct {
	Kind    Kind
	Where   string // what was asked: the store, the socket, the directory
	Entries []Entry
	Err     error // that it could not be asked, or not wholly
	podman  bool  // an engine that is podman, whatever it was taken for
}

// Absent reports whether there is just nothing to ask: no engine is running
// here, or none for this user. It is no failure that others have images alone.
func (a *Answer) Absent() bool {
	s := storeOf(a.Kind)
	return s != nil && isAny(a.Err, s.absent) && !errors.Is(a.Err, context.DeadlineExceeded)
}

// Failed reports whether a source that is there did not give its images.
func (a *Answer) Failed() bool { return a.Err != nil && !a.Absent() }

// AskTime is how long List waits for one source unless told otherwise. Stores and
// engines answer within a tenth of it.
const AskTime = 3 * time.Second

// grace is for a source to say by itself that its time is over, in better words.
const grace = 100 * time.Millisecond

// ListOptions say what List looks through.
type ListOptions struct {
	Source Kind          // the only kind to list; "" for all
	Root   string        // the store to list, as in Options; with it Source is containers-storage or containerd
	Dir    string        // where files are looked for; "" for the working directory
	Recent string        // the file of recent images; "" for none
	Wait   time.Duration // for one source; 0 for AskTime
}

// List asks all local sources for their images, side by side, and gives each
// answer to found as it comes, one after the other. A source that does not
// answer in time is left behind. List returns when all have answered, or ctx has
// ended. Put the answers in a Listing.
func List(ctx context.Context, opts ListOptions, found func(Answer)) {
	asked := slices.DeleteFunc(lists(), func(s *store) bool { return !s.listsFor(opts.Source) })
	answers := make(chan Answer, len(asked))
	for _, s := range asked {
		go func() { answers <- s.ask(ctx, opts) }()
	}
	for range asked {
		a := <-answers
		if ctx.Err() != nil {
			return
		}
		found(a)
	}
}

// listsFor applies --source. What was opened before may be of any kind.
func (s *store) listsFor(k Kind) bool {
	return k == "" || s == &recentList || slices.Contains(s.gives, k)
}

func (s *store) ask(ctx context.Context, opts ListOptions) Answer {
	wait := opts.Wait
	if wait <= 0 {
		wait = AskTime
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	done := make(chan Answer, 1)
	go func() { done <- s.list(ctx, opts) }()
	timer := time.NewTimer(wait + grace)
	defer timer.Stop()
	var a Answer
	select {
	case a = <-done:
	case <-timer.C:
		a.Err = context.DeadlineExceeded
	}
	a.Kind = s.kind
	if errors.Is(a.Err, context.DeadlineExceeded) && !isAny(a.Err, s.absent) {
		a.Err = late(wait)
	}
	if opts.Source != "" {
		a.Entries = slices.DeleteFunc(a.Entries, func(e Entry) bool { return !e.matches(opts.Source) })
	}
	return a
}

// late is the error of a source that did not answer in time.
type late time.Duration

func (l late) Error() string { return "no answer within " + time.Duration(l).String() }

func (l late) Unwrap() error { return context.DeadlineExceeded }

// matches reports whether an entry can be opened with --source.
func (e *Entry) matches(k Kind) bool {
	return e.Kind == k || e.Kind == aFile && (k == OCIArchive || k == DockerArchive)
}

// listed is the answer of a store. Those that are not the configured ones are
// named before the image.
func listed(k Kind, root string, list []oci.Listed, where string, err error) Answer {
	a := Answer{Where: where, Err: err}
	for _, i := range list {
		a.add(k, i)
	}
	for i := range a.Entries {
		if e := &a.Entries[i]; root != "" && !strings.HasPrefix(e.Name, "[") {
			e.Reference = string(k) + ":[" + root + "]" + e.Name
		}
	}
	return a
}

// add takes an image in, under each of its names.
func (a *Answer) add(k Kind, l oci.Listed) {
	for _, n := range l.Names {
		a.Entries = append(a.Entries, Entry{
			Reference: Prefixed(k, n), Name: n, Kind: k, Location: a.Where, ID: l.ID, Digest: l.Digest,
			Size: l.Size, Created: l.Created, Platform: l.Platform, Index: l.Index,
		})
	}
}

// Prefixed is the reference of an image of one kind of source.
func Prefixed(k Kind, name string) string {
	if hostPort.MatchString(name) { // "docker:5000/app" is an image on the host docker
		return string(k) + "://" + name
	}
	return string(k) + ":" + name
}

// entryOf says of an opened image what is known without reading its layers.
func entryOf(img *Image) Entry {
	e := Entry{
		Reference: img.Reference, Name: img.Name, Kind: img.Kind, Location: img.Location,
		ID: img.ConfigDigest, Digest: img.ManifestDigest, Created: img.Config.Created.UTC(), Platform: img.Platform,
	}
	for _, l := range img.Layers {
		if l.Size <= 0 { // unpacked, or of an archive: a part of the sum says nothing
			e.Size = 0
			break
		}
		e.Size += l.Size
	}
	return e
}

// recentList is what was opened before: no store, but listed like one.
var recentList = store{kind: Recent, list: listRecent}

func listRecent(_ context.Context, opts ListOptions) Answer {
	a := Answer{Where: opts.Recent}
	if opts.Recent == "" {
		return a
	}
	var items []recent.Item
	items, a.Err = recent.Load(opts.Recent)
	for _, i := range items {
		if e, ok := fromRecent(i); ok {
			a.Entries = append(a.Entries, e)
		}
	}
	return a
}
