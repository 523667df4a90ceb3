package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/archive"
	"peel/source/containerd"
	"peel/source/daemon"
	"peel/source/layer"
	"peel/source/layout"
	"peel/source/oci"
	"peel/source/registry"
	"peel/source/sample"
	"peel/source/storage"
)

// Options of Open.
type Options struct {
	Source   Kind   // the only source to ask; "" asks in order
	Platform string // "os/arch[/variant]"; "" is the host's, where there is a choice
	// Root is the directory of a store to read in place of the configured ones:
	// containers-storage's, unless the source is to be containerd. Nothing else
	// is asked then.
	Root string
	// Scan holds the limits, inspectors and progress for images that can only be
	// read from front to back: their layers are scanned while opening. Its
	// progress counts the bytes of the stream.
	Scan      layer.Options
	Stdin     io.Reader // for the reference "-"; nil: os.Stdin
	UserAgent string
	Insecure  bool       // registries are asked with any certificate, or none at all
	Waiting   func(Wait) // told of pauses that a registry imposes; may be nil
}

// Wait is a pause that a registry imposes.
type Wait = registry.Wait

// Open finds an image. Without a prefix in the reference, a path that exists is
// recognised by its content; other names are asked of the local engines first,
// then of their registry. Attempts tells what was asked.
//
// The errors are ErrReference, *OpenError, or that of the context, which also
// governs all later reading.
func Open(ctx context.Context, reference string, opts Options) (*Image, error) {
	ref, err := ParseReference(reference)
	if err != nil {
		return nil, err
	}
	if err := ref.force(opts.Source); err != nil {
		return nil, err
	}
	if err := ref.under(opts.Root); err != nil {
		return nil, err
	}
	o := &opener{ctx: ctx, ref: ref, opts: opts}
	if opts.Platform != "" {
		if o.platform, err = v1.ParsePlatform(opts.Platform); err != nil || o.platform.Architecture == "" {
			return nil, fmt.Errorf("%w: platform %q is not os/arch[/variant]", ErrReference, opts.Platform)
		}
	}
	if ref.Name != "" {
		if o.name, err = parseName(ref.Name); err != nil && !slices.Contains(ownNames, ref.Kind) {
			return nil, fmt.Errorf("%w: %w", ErrReference, err)
		}
	}
	return o.open(reference)
}

// ownNames are the sources that have ids and other names beside references.
var ownNames = []Kind{Docker, Podman, Storage, Containerd}

// force applies --source.
func (r *Reference) force(k Kind) error {
	if k != "" && !slices.Contains(Kinds(), k) {
		return fmt.Errorf("%w: %q is no kind of source", ErrReference, k)
	}
	if k == "" || k == r.Kind {
		return nil
	}
	if r.Kind != "" {
		return fmt.Errorf("%w: its prefix says %s, and the source was to be %s", ErrReference, r.Kind, k)
	}
	r.Kind = k
	isFile := k == OCILayout || k == OCIArchive || k == DockerArchive
	switch {
	case r.Path == "-" && !isFile:
		return fmt.Errorf("%w: standard input holds an archive, and the source was to be %s", ErrReference, k)
	case k == Sample:
		return fmt.Errorf("%w: the sample has no other name than sample: itself", ErrReference)
	case isFile && r.Path == "":
		r.Path, r.Name = r.Name, ""
	case isFile:
		r.Name = ""
	case r.Name == "":
		r.Name, r.Path = r.Path, ""
	default:
		r.Path = ""
	}
	return nil
}

// under applies --root.
func (r *Reference) under(root string) error {
	if root == "" {
		return nil
	}
	switch r.Kind {
	case Podman:
		r.Kind = Storage
	case "":
		if err := r.force(Storage); err != nil {
			return err
		}
	case Storage, Containerd:
	default:
		return fmt.Errorf("%w: only %s and %s have a root, and the source is to be %s", ErrReference, Storage, Containerd, r.Kind)
	}
	if r.Root != "" && r.Root != root {
		return fmt.Errorf("%w: it names the root %s, and the root was to be %s", ErrReference, r.Root, root)
	}
	r.Root = root
	return nil
}

type opener struct {
	ctx      context.Context
	ref      Reference
	name     name.Reference
	opts     Options
	platform *v1.Platform
}

// try is one source to ask.
type try struct {
	kind Kind
	open func() (*Image, string, error)
}

func (o *opener) open(reference string) (*Image, error) {
	failure := &OpenError{Reference: reference}
	for _, t := range o.tries() {
		img, where, err := t.open()
		attempt := Attempt{Kind: t.kind, What: where, Err: err}
		if err == nil {
			attempt.Kind = img.Kind
			img.Reference, img.Location = reference, where
			img.Attempts = append(failure.Attempts, attempt)
			if err = o.complete(img); err == nil {
				return img, nil
			}
			img.Close()
			attempt.Err = err
		}
		if cause := context.Cause(o.ctx); cause != nil {
			return nil, cause
		}
		failure.Attempts = append(failure.Attempts, attempt)
		if !elsewhere(t.kind, err) {
			break
		}
	}
	failure.addHints()
	return nil, failure
}

// aFile is the kind of a path that is yet to be recognised.
const aFile Kind = "file"

// elsewhere is true for answers after which the next source is asked.
func elsewhere(k Kind, err error) bool {
	if k == aFile {
		return errors.Is(err, layout.ErrNotLayout) || errors.Is(err, archive.ErrNotArchive)
	}
	for _, other := range []error{daemon.ErrNoSocket, daemon.ErrNotFound, daemon.ErrClosed, storage.ErrNoStore, storage.ErrNotFound, storage.ErrUnsupported,
		containerd.ErrNoStore, containerd.ErrNotFound, containerd.ErrClosed, containerd.ErrIncomplete} {
		if errors.Is(err, other) {
			return true
		}
	}
	return false
}

func (o *opener) tries() []try {
	path := try{o.kindOr(aFile), o.path}
	switch {
	case o.ref.Kind == Sample:
		return []try{{Sample, o.sample}}
	case o.ref.Path == "-":
		return []try{{o.kindOr(DockerArchive), o.stdin}}
	case o.ref.Path != "" && o.ref.Name == "":
		return []try{path}
	}
	all := []try{
		{Docker, func() (*Image, string, error) { return o.engine(Docker, daemon.Docker) }},
		{Storage, o.storage},
		{Podman, func() (*Image, string, error) { return o.engine(Podman, daemon.Podman) }},
		{Containerd, o.containerd},
		{Registry, o.registry},
	}
	// podman's store needs no service, unless one was named on purpose.
	if os.Getenv(daemon.Podman.Env) != "" {
		all[1], all[2] = all[2], all[1]
	}
	if o.ref.Kind == Podman {
		return all[1:3]
	}
	for _, t := range all {
		if t.kind == o.ref.Kind {
			return []try{t}
		}
	}
	if o.ref.Path != "" {
		all = append([]try{path}, all...)
	}
	return all
}

func (o *opener) kindOr(k Kind) Kind {
	if o.ref.Kind != "" {
		return o.ref.Kind
	}
	return k
}

func (o *opener) archiveOptions() archive.Options {
	form := map[Kind]archive.Form{DockerArchive: archive.Docker, OCIArchive: archive.OCI}[o.ref.Kind]
	return archive.Options{Form: form, Selector: o.ref.Selector, Platform: o.platform, Scan: o.opts.Scan}
}

func (o *opener) sample() (*Image, string, error) {
	b := sample.Archive()
	img, err := archive.OpenReaderAt(o.ctx, bytes.NewReader(b), int64(len(b)), o.archiveOptions())
	if err != nil {
		return nil, "peel", err
	}
	out := fromArchive(img)
	out.Kind = Sample
	return out, "built into peel", nil
}

func (o *opener) stdin() (*Image, string, error) {
	const where = "standard input"
	if o.ref.Kind == OCILayout {
		return nil, where, fmt.Errorf("%s is a file, not a layout directory", where)
	}
	in := o.opts.Stdin
	if in == nil {
		in = os.Stdin
	}
	img, err := o.await(func() (*archive.Image, error) {
		return archive.OpenStream(o.ctx, in, o.archiveOptions())
	})
	if err != nil {
		return nil, where, err
	}
	return fromArchive(img), where, nil
}

// await runs what may hang in a read that nothing can interrupt, of a terminal
// or a pipe, and leaves it behind when the context ends.
func (o *opener) await(open func() (*archive.Image, error)) (*archive.Image, error) {
	type opened struct {
		img *archive.Image
		err error
	}
	done := make(chan opened, 1)
	go func() {
		img, err := open()
		done <- opened{img, err}
	}()
	select {
	case r := <-done:
		return r.img, r.err
	case <-o.ctx.Done():
		go func() {
			if r := <-done; r.err == nil {
				r.img.Close()
			}
		}()
		return nil, context.Cause(o.ctx)
	}
}

// path opens a file or a directory, by what it is.
func (o *opener) path() (*Image, string, error) {
	path := o.ref.Path
	where := path
	if abs, err := filepath.Abs(path); err == nil {
		where = abs
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, where, err
	}
	if info.IsDir() {
		if o.ref.Kind == DockerArchive || o.ref.Kind == OCIArchive {
			return nil, where, fmt.Errorf("%s is a directory, not an archive", path)
		}
		img, err := o.layout(path)
		return img, where, err
	}
	if o.ref.Kind == OCILayout {
		return nil, where, fmt.Errorf("%s is a file, not a layout directory", path)
	}
	img, err := o.await(func() (*archive.Image, error) { return archive.Open(o.ctx, path, o.archiveOptions()) })
	if err != nil {
		return nil, where, err
	}
	return fromArchive(img), where, nil
}

func (o *opener) layout(path string) (*Image, error) {
	dir, err := layout.OpenDir(path)
	if err != nil {
		return nil, err
	}
	idx, err := layout.Index(dir)
	if err != nil {
		dir.Close()
		return nil, err
	}
	found, err := layout.Open(o.ctx, layout.Store{Files: dir}, idx, o.ref.Selector, o.platform)
	if err != nil {
		dir.Close()
		return nil, err
	}
	img := &Image{Image: found.Image, Kind: OCILayout, close: dir.Close}
	img.named(found.Names)
	img.selected(found.Selection)
	return img, nil
}

func fromArchive(a *archive.Image) *Image {
	img := &Image{Image: a.Image, Kind: DockerArchive, close: a.Close, saved: a.Saved}
	img.named(a.Names)
	if a.Form == archive.OCI {
		img.Kind = OCIArchive
	}
	if a.Selection != nil {
		img.selected(a.Selection)
	}
	img.Notes = append(img.Notes, a.Notes...)
	if a.Broken != nil {
		img.Notes = append(img.Notes, a.Broken.Error())
	}
	return img
}

func (o *opener) engine(k Kind, e daemon.Engine) (*Image, string, error) {
	img, where, err := daemon.Open(o.ctx, e, o.ref.Name, o.archiveOptions())
	if err != nil {
		return nil, where, err
	}
	out := fromArchive(img)
	out.Kind = k
	return out, where, nil
}

func (o *opener) storage() (*Image, string, error) {
	opts := storage.Options{Root: o.ref.Root, Driver: o.ref.Driver, Platform: o.platform}
	img, where, err := storage.Open(o.ctx, o.ref.Name, opts)
	if err == nil && img.Unreadable != nil && o.ref.Kind != Storage {
		err = img.Unreadable // podman's service can read it, or a registry has it
		img.Close()
	}
	if err != nil {
		return nil, where, err
	}
	out := &Image{Image: img.Image, Kind: Storage, Name: img.Name, close: img.Close}
	out.selected(img.Selection)
	return out, where, nil
}

func (o *opener) containerd() (*Image, string, error) {
	opts := containerd.Options{Root: o.ref.Root, Namespace: o.ref.Namespace, Platform: o.platform}
	img, where, err := containerd.Open(o.ctx, o.ref.Name, opts)
	if err == nil && img.Unkept > 0 && o.ref.Kind == "" {
		img.Close()
		err = fmt.Errorf("%w: %d layers of %s were unpacked and not kept", containerd.ErrIncomplete, img.Unkept, img.Name) // a registry has it whole
	}
	if err != nil {
		return nil, where, err
	}
	out := &Image{Image: img.Image, Kind: Containerd, Name: img.Name, close: img.Close}
	out.selected(img.Selection)
	return out, where, nil
}

func (o *opener) registry() (*Image, string, error) {
	where := o.name.Context().RegistryStr()
	img, err := registry.Open(o.ctx, o.name, registry.Options{
		Platform: o.platform, Insecure: o.opts.Insecure, UserAgent: o.opts.UserAgent, Waiting: o.opts.Waiting,
	})
	if err != nil {
		return nil, where, err
	}
	out := &Image{Image: img.Image, Kind: Registry, Name: img.Reference.Name(), close: img.Close}
	out.selected(img.Selection)
	return out, img.Host, nil
}

// named takes over what the source calls the image.
func (i *Image) named(names []string) {
	if i.Names = names; len(names) > 0 {
		i.Name = names[0]
	}
}

// selected takes over what resolving found.
func (i *Image) selected(s *oci.Selection) {
	i.Platforms, i.RawManifest = s.Platforms, s.Manifest
	i.ManifestDigest = s.Descriptor.Digest.String()
	i.Notes = append(i.Notes, s.Notes...)
	i.Chosen, i.Listed = &s.Descriptor, s.Listed
	if len(s.Indexes) > 0 {
		i.IndexDigest, i.RawIndex = s.Indexes[0].Digest.String(), s.RawIndex
	}
}

func (o *opener) complete(img *Image) error {
	if err := img.complete(); err != nil {
		return err
	}
	switch {
	case o.platform == nil || img.Platforms != nil || img.Platform.Satisfies(*o.platform):
	case img.Platform.String() == "":
		img.Notes = append(img.Notes, fmt.Sprintf("the image does not say for which platform it is; asked for was %s", o.platform))
	default:
		return fmt.Errorf("%w: %s is not there, the image is for %s alone", oci.ErrPlatform, o.platform, img.Platform)
	}
	return nil
}

// complete fills in what is the same for all sources.
func (i *Image) complete() error {
	var err error
	if i.RawConfig, err = i.RawConfigFile(); err != nil {
		return err
	}
	if i.Config, i.ConfigFlaws, err = oci.ParseConfig(i.RawConfig); err != nil {
		return err
	}
	i.ManifestFlaws = oci.ManifestFlaws(i.RawManifest)
	digest, _, err := v1.SHA256(bytes.NewReader(i.RawConfig))
	if err != nil {
		return err
	}
	i.ConfigDigest = digest.String()
	i.Platform = v1.Platform{OS: i.Config.OS, Architecture: i.Config.Architecture, Variant: i.Config.Variant, OSVersion: i.Config.OSVersion}
	blobs, err := i.Blobs()
	if err != nil {
		return err
	}
	for _, b := range blobs {
		i.Layers = append(i.Layers, &Layer{b})
	}
	return nil
}
