package sourcetest

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Layer is one build step: a history entry and, unless Empty, a blob.
type Layer struct {
	Files       []File
	Compression Compression

	CreatedBy string
	Comment   string
	Author    string
	Created   time.Time // Epoch if zero

	// Empty makes this a history entry without a blob, such as ENV; see Step.
	Empty bool
	// NoHistory makes this a blob without a history entry, as buildah squash
	// and hand-made images have.
	NoHistory bool

	// Tar is taken as the uncompressed bytes instead of Files: a broken tar.
	Tar []byte
	// Blob is taken as the stored bytes instead of the compressed tar: a
	// broken compression. The diffID still comes of Files or Tar.
	Blob []byte
	// DiffID is claimed in the config instead of the true one.
	DiffID v1.Hash

	// MediaType overrides what follows from Compression.
	MediaType   types.MediaType
	Annotations map[string]string // on the layer's descriptor
}

// Step is a history entry without a blob, such as "ENV A=1".
func Step(createdBy string) Layer { return Layer{CreatedBy: createdBy, Empty: true} }

// Tar writes files as an uncompressed tar with its two end blocks.
func Tar(files ...File) ([]byte, error) {
	var buf bytes.Buffer
	tw := tar.NewWriter(&buf)
	for _, f := range files {
		if err := tw.WriteHeader(&f.Header); err != nil {
			return nil, fmt.Errorf("writing header of %q: %w", f.Header.Name, err)
		}
		if _, err := io.Copy(tw, f.Content()); err != nil {
			return nil, fmt.Errorf("writing content of %q: %w", f.Header.Name, err)
		}
	}
	if err := tw.Close(); err != nil {
		return nil, fmt.Errorf("closing tar: %w", err)
	}
	return buf.Bytes(), nil
}

// Built is a layer's bytes and what identifies them.
type Built struct {
	Tar    []byte  // uncompressed
	Blob   []byte  // as stored
	DiffID v1.Hash // sha256 of Tar, or what the Layer claims
	Digest v1.Hash // sha256 of Blob

	Compression Compression
}

// Build gives the layer's bytes. An Empty one has none.
func (l Layer) Build() (Built, error) {
	if l.Empty {
		return Built{}, nil
	}
	b := Built{Tar: l.Tar, Blob: l.Blob, DiffID: l.DiffID, Compression: l.Compression}
	var err error
	if b.Tar == nil {
		if b.Tar, err = Tar(l.Files...); err != nil {
			return Built{}, err
		}
	}
	if b.Blob == nil {
		if b.Blob, err = l.Compression.compress(b.Tar); err != nil {
			return Built{}, err
		}
	}
	if b.DiffID == (v1.Hash{}) {
		b.DiffID = sha256Of(b.Tar)
	}
	b.Digest = sha256Of(b.Blob)
	return b, nil
}

func (l Layer) history() v1.History {
	return v1.History{
		Author:     l.Author,
		Created:    v1.Time{Time: orEpoch(l.Created)},
		CreatedBy:  l.CreatedBy,
		Comment:    l.Comment,
		EmptyLayer: l.Empty,
	}
}

func orEpoch(t time.Time) time.Time {
	if t.IsZero() {
		return Epoch
	}
	return t
}
