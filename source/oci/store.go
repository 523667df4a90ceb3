package oci

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/layer"
)

// Store gives blobs by their descriptors.
type Store interface {
	// Manifest opens a manifest or an index. What it gives is not yet verified.
	Manifest(context.Context, v1.Descriptor) (io.ReadCloser, error)
	// Blob opens any other blob as it is stored, not yet verified. The error of
	// a blob that the store does not hold is ErrMissing.
	Blob(context.Context, v1.Descriptor) (io.ReadCloser, error)
}

// Scanned is implemented by stores that are streams: they read their layers
// when they are opened, and cannot go back.
type Scanned interface {
	Scanned(v1.Hash) (idx *layer.Index, readErr error, ok bool)
}

// Partial is implemented by stores that may hold only some images of an index:
// those platforms that somebody wanted.
type Partial interface {
	Has(v1.Descriptor) bool
}

// What a document may have at most. Registries refuse manifests above 4 MiB
// (distribution spec, "Pushing manifests"); configs have no such bound, but
// nothing that makes sense comes near this one.
const (
	MaxManifest = 4 << 20
	MaxConfig   = 16 << 20
)

// Errors of this package, to be told apart with errors.Is.
var (
	ErrMissing  = errors.New("blob is missing")
	ErrNotImage = errors.New("not an image")
	ErrPlatform = errors.New("no image for this platform")
	ErrTooLarge = errors.New("document is too large")
)

// ReadDocument reads r up to max bytes and verifies them against the descriptor,
// as far as it says anything.
func ReadDocument(r io.Reader, desc v1.Descriptor, max int64) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, max+1))
	if err != nil {
		return nil, err
	}
	if int64(len(raw)) > max {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, max)
	}
	if desc.Size > 0 && int64(len(raw)) != desc.Size {
		return nil, fmt.Errorf("%w: %d bytes, %d promised", layer.ErrDigest, len(raw), desc.Size)
	}
	if desc.Digest == (v1.Hash{}) {
		return raw, nil
	}
	got, _, err := v1.SHA256(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	if desc.Digest.Algorithm != "sha256" {
		return nil, fmt.Errorf("digest algorithm %q is not supported", desc.Digest.Algorithm)
	}
	if got != desc.Digest {
		return nil, fmt.Errorf("%w: the bytes have %s, promised was %s", layer.ErrDigest, got, desc.Digest)
	}
	return raw, nil
}

func readManifest(ctx context.Context, s Store, desc v1.Descriptor) ([]byte, error) {
	return readFrom(desc, MaxManifest, func() (io.ReadCloser, error) { return s.Manifest(ctx, desc) })
}

func readFrom(desc v1.Descriptor, max int64, open func() (io.ReadCloser, error)) ([]byte, error) {
	rc, err := open()
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	return ReadDocument(rc, desc, max)
}

func uniquePlatforms(list []v1.Platform) []v1.Platform {
	var out []v1.Platform
	for _, p := range list {
		if !slices.ContainsFunc(out, p.Equals) {
			out = append(out, p)
		}
	}
	return out
}
