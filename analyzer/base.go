package analyzer

import (
	"fmt"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/secrets"
	"peel/source"
)

// Base is an image that another one may be built on.
type Base struct {
	Reference string   // as the user wrote it
	DiffIDs   []string // of its layers, bottom first
	Config    *v1.ConfigFile
}

// BaseOf is an opened image as a base. Its layers need not have been read.
func BaseOf(img *source.Image) *Base {
	b := &Base{Reference: img.Reference, Config: img.Config}
	for _, l := range img.Layers {
		b.DiffIDs = append(b.DiffIDs, l.DiffID)
	}
	return b
}

const unknownBase = secrets.UnknownBase

// under is how many layers of an image are the base's: all of them, or it is
// not the base. why says what does not fit.
func (b *Base) under(img *source.Image) (layers int, why string) {
	if b == nil {
		return unknownBase, ""
	}
	if len(b.DiffIDs) > len(img.Layers) {
		return unknownBase, fmt.Sprintf("%s is not the base of this image: it has %d layers, the image has %d", b.Reference, len(b.DiffIDs), len(img.Layers))
	}
	for n, id := range b.DiffIDs {
		if id == "" || id != img.Layers[n].DiffID {
			return unknownBase, fmt.Sprintf("%s is not the base of this image: layer %d is not the same (it may be another version of the base)", b.Reference, n+1)
		}
	}
	return len(b.DiffIDs), ""
}

// brings is what the base has put into the image, of which layers are its.
func (b *Base) brings(layers int, img *source.Image) secrets.Base {
	if layers < 0 || b == nil || b.Config == nil {
		return secrets.Base{Layers: layers}
	}
	return secrets.Base{Layers: layers, Steps: b.steps(img.Config.History), Words: words(b.Config)}
}

// steps is how many steps of a history are the base's: all of them, or it is not
// known.
func (b *Base) steps(history []v1.History) int {
	own := b.Config.History
	if len(own) > len(history) {
		return unknownBase
	}
	for i, h := range own {
		if h.CreatedBy != history[i].CreatedBy || h.EmptyLayer != history[i].EmptyLayer {
			return unknownBase
		}
	}
	return len(own)
}

// words are the texts of a config that images built on it inherit.
func words(cfg *v1.ConfigFile) string {
	c := &cfg.Config
	var all []string
	for _, list := range [][]string{c.Env, c.Cmd, c.Entrypoint, c.OnBuild} {
		all = append(all, list...)
	}
	for k, v := range c.Labels {
		all = append(all, k+"="+v)
	}
	if c.Healthcheck != nil {
		all = append(all, c.Healthcheck.Test...)
	}
	return strings.Join(all, "\n")
}
