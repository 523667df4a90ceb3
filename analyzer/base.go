package analyzer

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/finding"
	"peel/source"
)

// Base is an image that another one may be built on.
type Base struct {
	Reference string   // as the user wrote it
	Digest    string   // of its manifest, "sha256:…"; "" if its source has none
	DiffIDs   []string // of its layers, bottom first
	Config    *v1.ConfigFile
}

// BaseOf is an opened image as a base. Its layers need not have been read.
func BaseOf(img *source.Image) *Base {
	b := &Base{Reference: img.Reference, Digest: img.ManifestDigest, Config: img.Config}
	for _, l := range img.Layers {
		b.DiffIDs = append(b.DiffIDs, l.DiffID)
	}
	return b
}

// under is how many layers of an image are the base's: all of them, or it is
// not the base. why says what does not fit.
func (b *Base) under(img *source.Image) (layers int, why string) {
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

// steps is how many steps of an image's history are the base's: all of them, or
// it is not known.
func (b *Base) steps(img *v1.ConfigFile) int {
	if b.Config == nil || img == nil {
		return unknownBase
	}
	own, history := b.Config.History, img.History
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

// inherited is the text of a config that images built on it inherit.
func inherited(cfg *v1.ConfigFile) string {
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

// attribute says of findings that do not know it whether the base brings them;
// layers and steps are how many of the image's are the base's.
func (b *Base) attribute(list []finding.Finding, layers int, img *source.Image) {
	if b.Config == nil {
		return
	}
	steps := b.steps(img.Config)
	own, theirs := fields(&img.Config.Config), fields(&b.Config.Config)
	for i := range list {
		f := &list[i]
		switch {
		case f.FromBase != nil:
		case f.Layer != nil:
			from := *f.Layer < layers
			f.FromBase = &from
		default:
			f.FromBase = inherits(f.Where, steps, own, theirs)
		}
	}
}

// fields are those of a config, as its JSON has them.
func fields(c *v1.Config) map[string]any {
	raw, err := json.Marshal(c)
	if err != nil { // it came from JSON
		return nil
	}
	var m map[string]any
	_ = json.Unmarshal(raw, &m)
	return m
}

// inherits tells of a place in the config or the history whether it is as in the
// base; nil of any other.
func inherits(where string, steps int, own, theirs map[string]any) *bool {
	if step, ok := StepOf(where); ok {
		return known(steps >= 0, step < steps)
	}
	rest, ok := strings.CutPrefix(where, "config.")
	if !ok {
		return nil
	}
	name, key, keyed := strings.Cut(strings.TrimSuffix(rest, "]"), "[")
	mine, its := own[name], theirs[name]
	if keyed {
		if list, ok := mine.([]any); ok {
			n, err := strconv.Atoi(key)
			all, _ := its.([]any)
			return known(err == nil && n >= 0 && n < len(list), err == nil && n >= 0 && n < len(list) && slices.Contains(all, list[n]))
		}
		if k, err := strconv.Unquote(key); err == nil {
			a, _ := mine.(map[string]any)
			b, _ := its.(map[string]any)
			mine, its = a[k], b[k]
		}
	}
	return known(true, reflect.DeepEqual(mine, its))
}

func known(ok, value bool) *bool {
	if !ok {
		return nil
	}
	return &value
}
