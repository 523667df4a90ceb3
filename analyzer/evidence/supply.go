package evidence

import (
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/attached"
)

// Supply is what is known of an image's way from its build: what is attached to
// it, and the index it stands in.
type Supply struct {
	// Listed says that the source was asked what is attached; Incomplete why it could
	// not tell, or not wholly.
	Listed     bool
	Incomplete string
	// Attached are signatures, SBOMs and statements; those that were read, if
	// Incomplete says that there may be more.
	Attached []attached.Artifact
	// Key says that signatures were checked with one.
	Key bool

	Chosen *v1.Descriptor  // that led to the manifest; nil if the source has none
	Index  []v1.Descriptor // all that it lists; nil without one
	// Mismatch are the layers whose bytes are not those that the image promises,
	// with what was found.
	Mismatch map[int]string
	// Promised says that the source names the digest of each layer as stored, and
	// Stored that it keeps the layers as the manifest describes them.
	Promised, Stored bool
}

// Of are the artifacts of one kind.
func (s *Supply) Of(kind attached.Kind) (list []attached.Artifact) {
	for _, a := range s.Attached {
		if a.Kind == kind {
			list = append(list, a)
		}
	}
	return list
}
