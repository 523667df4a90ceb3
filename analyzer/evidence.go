package analyzer

import (
	"errors"
	"slices"

	"peel/analyzer/bloat"
	"peel/analyzer/evidence"
	"peel/source"
	"peel/source/layer"
	"peel/source/oci"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Evidence is the image as checks see it, with its secrets masked. Contents are
// among it if any family of checks was asked for.
func (a *Analysis) Evidence() *evidence.Image { return evidence.New(a.parts()) }

// Ignore is what a .dockerignore would have kept out of the image.
func (a *Analysis) Ignore() bloat.Ignore {
	return bloat.IgnoreOf(evidence.New(a.parts()), max(a.BaseLayers(), 0))
}

func (a *Analysis) parts() evidence.Parts {
	m := merged{tree: a.Tree, waste: a.Waste, partial: a.Partial(), found: make([]*layer.Index, len(a.Layers))}
	for n := range a.Layers {
		if a.Tree.Layers[n].Merged {
			m.found[n] = a.Layers[n].Index
		}
	}
	p := partsOf(a.Image, a.Layers, a.Steps, &m)
	p.Mask = a.Redactor
	return p
}

// partsOf is what checks go by, but for what is attached.
func partsOf(img *source.Image, layers []Layer, steps []Step, m *merged) evidence.Parts {
	media := make([]string, len(layers))
	for n := range layers {
		media[n] = layers[n].MediaType
	}
	return evidence.Parts{
		Tree: m.tree, Layers: m.found, MediaTypes: media, Waste: m.waste, Partial: m.partial,
		Config: configOf(img), Flaws: flawsOf(img), StepLayer: stepLayers(img, steps), RawManifest: img.RawManifest,
		Reference: img.Reference, Named: isNamed(img.Kind), FromRegistry: img.Kind == source.Registry,
	}
}

// evidenceOf makes the evidence, with the secrets in clear: a check has to see
// the image as it is.
func evidenceOf(s *subject, r *records, m *merged, a *attachments, o *Options) *evidence.Image {
	p := partsOf(s.img, r.layers, s.steps, m)
	p.RequiredLabels = o.RequiredLabels
	p.Supply = evidence.Supply{
		Listed: a.Listed, Incomplete: a.Incomplete, Attached: a.Artifacts, Key: o.Key != nil,
		Chosen: s.img.Chosen, Index: s.img.Listed, Mismatch: map[int]string{}, Promised: true, Stored: true,
	}
	for n := range r.layers {
		if err := r.layers[n].Err; errors.Is(err, layer.ErrDigest) {
			p.Supply.Mismatch[n] = oneLine(err)
		}
		p.Supply.Promised = p.Supply.Promised && s.img.Layers[n].Digest != ""
		p.Supply.Stored = p.Supply.Stored && !s.img.Layers[n].Unpacked
	}
	return evidence.New(p)
}

// flawsOf are those of an image's documents, under the names that findings have
// for their fields.
func flawsOf(img *source.Image) []oci.Flaw {
	list := slices.Clone(img.ConfigFlaws)
	for _, f := range img.ManifestFlaws {
		f.Field = "manifest." + f.Field
		list = append(list, f)
	}
	return list
}

// isNamed tells the sources that resolve names.
func isNamed(k source.Kind) bool {
	switch k {
	case source.Registry, source.Docker, source.Podman:
		return true
	}
	return false
}

// configOf is nil where there is no config: checks that need one then have no
// answer.
func configOf(img *source.Image) *v1.ConfigFile {
	if img.NoConfig {
		return nil
	}
	return img.Config
}
