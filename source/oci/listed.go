package oci

import (
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Listed is an image as a store lists it, before it is opened. What a store
// does not know without reading more stays zero.
type Listed struct {
	Names    []string    // "registry/path:tag", as the store has them; empty for an image without a name
	ID       string      // "sha256:…" of the config
	Digest   string      // "sha256:…" of the manifest or index
	Created  time.Time   // of the config
	Size     int64       // in bytes, as the store counts them: uncompressed in engines and containers/storage, as stored in containerd
	Platform v1.Platform // of an image; of an index the platform is zero
	Index    bool        // several platforms under one name
}
