package analyzer

import (
	"fmt"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/filetree"
	"peel/source"
)

// subject is the first stage: what an image says of itself before any layer is
// read, with its secrets in clear. It does not change.
type subject struct {
	img    *source.Image
	layers []Layer // none is read
	steps  []Step
	notes  []string
	given  *Base      // the image that this one is said to be built on
	base   *BaseImage // what is known of the base image; nil for nothing
}

func subjectOf(img *source.Image, given *Base) subject {
	s := subject{img: img, given: given}
	s.layers, s.steps, s.notes = describe(img)
	var why string
	if s.base, why = baseOf(img, given); why != "" {
		s.notes = append(s.notes, why)
	}
	return s
}

// stepLayers gives the layer of each step of the config's history.
func stepLayers(img *source.Image, steps []Step) []int {
	list := make([]int, len(img.Config.History))
	for i := range list {
		list[i] = steps[i].Layer
	}
	return list
}

// describe lists an image's layers and history as far as the config tells, and
// what does not fit together in it.
//
// The spec pairs them by order: the history's steps that are not marked empty
// are the layers, bottom first (OCI image spec, config.md, "history"). Builders
// break this in both directions, so neither is taken to be complete.
func describe(img *source.Image) ([]Layer, []Step, []string) {
	layers := make([]Layer, len(img.Layers))
	for n, l := range img.Layers {
		layers[n] = Layer{Number: n, DiffID: l.DiffID, Digest: l.Digest, MediaType: l.MediaType, Compressed: max(l.Size, 0)}
	}
	steps, surplus := pair(img.Config.History, len(layers))
	for _, s := range steps {
		if s.Layer != filetree.None {
			layers[s.Layer].CreatedBy, layers[s.Layer].Created = s.CreatedBy, s.Created.Time
		}
	}
	notes := slices.Clone(img.Notes)
	switch {
	case img.NoConfig:
	case len(img.Config.History) == 0 && len(layers) > 0:
		notes = append(notes, "the config has no history: how the layers were made is unknown")
	case surplus > 0:
		notes = append(notes, fmt.Sprintf("the history names %d more layers than the image has", surplus))
	case surplus < 0:
		notes = append(notes, fmt.Sprintf("the history says nothing of the last %d layers", -surplus))
	}
	return layers, steps, notes
}

// pair gives each step its layer, and each layer a step. surplus is how many
// steps lack a layer, or minus how many layers lack a step.
func pair(history []v1.History, layers int) (steps []Step, surplus int) {
	next := 0
	for _, h := range history {
		s := Step{History: h, Layer: filetree.None}
		if !h.EmptyLayer {
			if next < layers {
				s.Layer = next
			}
			next++
		}
		steps = append(steps, s)
	}
	for n := next; n < layers; n++ {
		steps = append(steps, Step{Layer: n})
	}
	return steps, next - layers
}
