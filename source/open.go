package source

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/layer"
	"peel/source/oci"
	"peel/source/registry"
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
		if o.name, err = parseName(ref.Name); err != nil && !hasNames(ref.Kind) {
			return nil, fmt.Errorf("%w: %w", ErrReference, err)
		}
	}
	return o.open(reference)
}

// hasNames reports whether a kind of source was named that has names of its own.
func hasNames(k Kind) bool {
	s := storeOf(k)
	return s != nil && s.names
}

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
	switch {
	case r.Path == "-" && !isFile(k):
		return fmt.Errorf("%w: standard input holds an archive, and the source was to be %s", ErrReference, k)
	case k == Sample:
		return fmt.Errorf("%w: the sample has no other name than sample: itself", ErrReference)
	case isFile(k) && r.Path == "":
		r.Path, r.Name = r.Name, ""
	case isFile(k):
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
	switch s := storeOf(r.Kind); {
	case r.Kind == Podman:
		r.Kind = Storage
	case r.Kind == "":
		if err := r.force(Storage); err != nil {
			return err
		}
	case s != nil && s.roots:
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

func (o *opener) open(reference string) (*Image, error) {
	failure := &OpenError{Reference: reference}
	for _, s := range o.stores() {
		img, where, err := s.open(o)
		attempt := Attempt{Kind: o.kindOr(s), What: where, Err: err}
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
		if !isAny(err, s.next) {
			break
		}
	}
	failure.addHints()
	return nil, failure
}

// stores are those to ask, in order.
func (o *opener) stores() []*store {
	var list []*store
	for _, s := range stores {
		if s.takes(&o.ref) {
			list = append(list, s)
		}
	}
	at, service := slices.Index(list, &containersStorage), slices.Index(list, &podmanStore)
	if at >= 0 && service >= 0 && podmanFirst() {
		list[at], list[service] = list[service], list[at]
	}
	return list
}

// kindOr is what an attempt is called by: what the user has named, if it is one
// of several that a store opens.
func (o *opener) kindOr(s *store) Kind {
	switch {
	case s == &fileStore && o.ref.Kind != "":
		return o.ref.Kind
	case s == &fileStore && o.ref.Path == "-":
		return DockerArchive
	}
	return s.kind
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
	if err := i.describe(); err != nil {
		return err
	}
	blobs, err := i.Blobs()
	if err != nil {
		return err
	}
	for _, b := range blobs {
		i.Layers = append(i.Layers, &Layer{b})
	}
	return nil
}

// describe reads the config, if there is one.
func (i *Image) describe() (err error) {
	if i.NoConfig {
		i.Config = new(v1.ConfigFile)
		i.Notes = append(i.Notes, "a root file system without a config: what an image says of itself and of how it is run is not known")
		return nil
	}
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
	return nil
}
