package analyzer

import (
	"peel/analyzer/evidence"
	"peel/source"
	"peel/source/layer"
)

// Evidence is the image as checks see it, with its secrets masked. Contents are
// among it if any family of checks was asked for.
func (a *Analysis) Evidence() *evidence.Image {
	steps := make([]int, len(a.Image.Config.History))
	for i := range steps {
		steps[i] = a.Steps[i].Layer
	}
	p := evidence.Parts{
		Tree: a.Tree, Layers: make([]*layer.Index, len(a.Layers)), MediaTypes: make([]string, len(a.Layers)),
		Config: configOf(a.Image), StepLayer: steps, RawManifest: a.Image.RawManifest,
		Reference: a.Image.Reference, Named: isNamed(a.Image.Kind), Partial: a.Partial(),
		FromRegistry: a.Image.Kind == source.Registry, Waste: a.Waste,
	}
	for n := range a.Layers {
		p.MediaTypes[n] = a.Layers[n].MediaType
		if a.Tree.Layers[n].Merged {
			p.Layers[n] = a.Layers[n].Index
		}
	}
	return evidence.New(p)
}

// isNamed tells the sources that resolve names.
func isNamed(k source.Kind) bool {
	switch k {
	case source.Registry, source.Docker, source.Podman:
		return true
	}
	return false
}
