// Package oci reads images as manifests describe them, from any store of blobs:
// a registry, a layout directory, an archive.
//
// Resolve is the entrance: it goes from a descriptor through indexes to the one
// image that was asked for.
package oci

import (
	"context"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/layer"
)

// Image is an image whose layers can be read as they are stored. Every source
// gives one.
type Image interface {
	v1.Image
	// Blobs lists the layers, bottom first, without reading them.
	Blobs() ([]Blob, error)
}

// Blob is one layer as its source stores it. The zero values of Digest, DiffID
// and Size mean that the source promises nothing.
type Blob struct {
	Digest    string // "sha256:…" of the stored bytes
	DiffID    string // "sha256:…" of the uncompressed tar, from the config
	MediaType string
	Size      int64 // stored bytes
	// Unpacked says that the source keeps another form of the layer than the one
	// that the manifest describes: Open gives the plain tar.
	Unpacked bool
	// Open reads the stored bytes from their beginning. Nil if Index is set and
	// the bytes cannot be had again.
	Open func(context.Context) (io.ReadCloser, error)
	// Index is set if the layer was read while the image was opened, because its
	// source is a stream; ReadErr is how that reading ended.
	Index   *layer.Index
	ReadErr error
}
