// Package source opens container images from wherever they lie, and reads them
// without running, pulling or writing anything.
//
// Open is the entrance. What it gives is an Image: manifest and config at once,
// layers to be scanned.
package source

import (
	"context"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/layer"
	"peel/source/oci"
)

// Kind names a kind of source, as the user writes it before the colon.
type Kind string

// The kinds of sources.
const (
	Registry      Kind = "registry"
	OCILayout     Kind = "oci"
	OCIArchive    Kind = "oci-archive"
	DockerArchive Kind = "docker-archive"
	Docker        Kind = "docker"
	Podman        Kind = "podman"
	Storage       Kind = "containers-storage"
	Containerd    Kind = "containerd"
	RootFS        Kind = "rootfs"
	Sample        Kind = "sample"
)

// Attempt is one source that was asked for an image, and what it answered.
type Attempt struct {
	Kind Kind
	What string // the file, socket or registry that was asked
	Err  error  // nil for the one that had the image
}

// Image is an opened image. Reading its layers may be done from many
// goroutines; it ends when the context given to Open does.
type Image struct {
	oci.Image

	Reference string // as the user wrote it
	Kind      Kind
	Location  string   // the file, socket or registry it comes from
	Name      string   // what the source calls it, if it has a name for it
	Names     []string // all that it calls it, Name first, if it has several
	Platform  v1.Platform
	Platforms []v1.Platform // what there was to choose from; nil if the image is no part of an index

	// Chosen is the descriptor that led to the manifest, and Listed are all images
	// and attestations of the index it stands in; nil if there is none.
	Chosen *v1.Descriptor
	Listed []v1.Descriptor
	// IndexDigest is of the index that was asked for; "" if there is none.
	IndexDigest string

	ManifestDigest string // "sha256:…"; "" if the source has no manifest (docker-archive)
	ConfigDigest   string // "sha256:…"
	RawManifest    []byte // nil if the source has none
	RawIndex       []byte // of IndexDigest
	RawConfig      []byte
	// Config is never nil. NoConfig says that there is none, for it is a root file
	// system and no image: Config is then empty.
	Config        *v1.ConfigFile
	NoConfig      bool
	ConfigFlaws   []oci.Flaw // of RawConfig: fields that runtimes refuse
	ManifestFlaws []oci.Flaw // of RawManifest
	Layers        []*Layer   // bottom first

	Attempts []Attempt
	Notes    []string // what was odd but did not matter

	saved bool // an engine wrote the archive
	close func() error
}

// Close releases files and connections.
func (i *Image) Close() error {
	if i.close == nil {
		return nil
	}
	return i.close()
}

// Annotations are those around the manifest, in the indexes that lead to it;
// nil where the source has no indexes.
func (i *Image) Annotations() []oci.Annotations {
	if a, ok := i.Image.(oci.Accompanied); ok {
		return a.Annotations()
	}
	return nil
}

// Attestations reads the statements about the image that its index holds:
// provenance, SBOMs. With an error it returns those that could be read. They
// are read when they are asked for, and verified.
func (i *Image) Attestations(ctx context.Context) ([]oci.Attestation, error) {
	if a, ok := i.Image.(oci.Accompanied); ok {
		return a.Attestations(ctx)
	}
	return nil, nil
}

// Companions reads what is attached to the image in its source: signatures,
// SBOMs, provenance. They are asked for when this is called, and verified
// against their digests alone. The error of sources that do not keep such things
// is oci.ErrCannotTell; with any other it returns those that could be read.
func (i *Image) Companions(ctx context.Context) ([]oci.Companion, error) {
	switch i.Kind {
	case Registry, OCILayout, OCIArchive:
		if a, ok := i.Image.(oci.Attached); ok {
			list, err := a.Companions(ctx)
			if i.saved && len(list) == 0 && err == nil {
				err = oci.ErrCannotTell // engines save the image alone
			}
			return list, err
		}
	}
	return nil, oci.ErrCannotTell
}

// Layer is one layer of an opened image.
type Layer struct{ oci.Blob }

// Scan reads the layer and checks it against the digests that the image
// promises. What opts says about these is ignored. The Index is never nil; with
// an error it holds what could be read.
func (l *Layer) Scan(ctx context.Context, opts layer.Options) (*layer.Index, error) {
	if l.Index != nil {
		return l.Index, l.ReadErr
	}
	opts.Digest, opts.DiffID, opts.Size = l.Digest, l.DiffID, l.Size
	blob, err := l.Open(ctx)
	if err != nil {
		return &layer.Index{}, fmt.Errorf("opening the layer: %w", err)
	}
	defer blob.Close()
	// A read that hangs in the network ends when its connection is closed.
	stop := context.AfterFunc(ctx, func() { blob.Close() })
	defer stop()
	return layer.Scan(ctx, io.Reader(blob), opts)
}
