package analyzer

import (
	"bytes"
	"slices"
	"sync/atomic"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/attached"
	"peel/analyzer/bloat"
	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
	_ "peel/analyzer/history" // the families register their checks
	_ "peel/analyzer/metadata"
	"peel/analyzer/owned"
	_ "peel/analyzer/permissions"
	"peel/analyzer/redact"
	"peel/analyzer/secrets"
	"peel/source"
	"peel/source/layer"
	"peel/source/oci"
)

// examine puts what is known by now to the checks, and hides the secrets among
// it in all that will be published.
func (s *Session) examine() {
	s.findings, s.outcomes = nil, nil
	if s.opts.Secrets != nil {
		s.lookForSecrets()
	} else {
		s.maskWords()
	}
	if len(s.opts.Checks) > 0 {
		outcomes, found := check.Run(s.opts.Checks, s.evidence())
		for i := range found {
			redactFinding(s.redactor, &found[i])
		}
		s.outcomes = append(s.outcomes, outcomes...)
		s.findings = append(s.findings, found...)
	}
	s.attribute()
	finding.Sort(s.findings)
	s.places = locate(s.findings, s.tree, len(s.layers))
}

func (s *Session) lookForSecrets() {
	img := s.texts()
	img.Layers, img.Owned, img.Base = s.indexes(), &s.owned, s.brings()
	found := s.opts.Secrets.Assemble(img)
	s.findings = found.Findings
	s.outcomes = check.Tally(secrets.Family, found.Findings, s.partial())
	s.secretNotes = found.Notes
	s.mask(found)
}

// maskWords hides the secrets of config, history and attestations where nobody
// wants to know of secrets: reports repeat them all the same.
func (s *Session) maskWords() {
	s.mask(s.words.Assemble(s.texts()))
}

// texts is what may hold secrets apart from the layers' files.
func (s *Session) texts() secrets.Image {
	return secrets.Image{
		Tree: s.tree, Config: s.img.Config, StepLayer: s.stepLayers(), RawManifest: s.img.RawManifest,
		Annotations: s.img.Annotations(), Attestations: s.attestations, Base: secrets.NoBase,
	}
}

// mask hides from now on what was found.
func (s *Session) mask(found secrets.Result) {
	s.redactor = redact.New(found.Values, found.Words...)
	s.own = ownPlaces(found.Own)
	s.hide()
}

// partial reports whether the tree lacks a layer, or a part of one.
func (s *Session) partial() bool {
	for n := range s.layers {
		if !s.tree.Layers[n].Merged || s.layers[n].State != Read {
			return true
		}
	}
	return false
}

// indexes are those of the layers in the tree.
func (s *Session) indexes() []*layer.Index {
	list := make([]*layer.Index, len(s.layers))
	for n := range s.layers {
		if s.tree.Layers[n].Merged {
			list[n] = s.layers[n].Index
		}
	}
	return list
}

// stepLayers are the layers of the history's steps.
func (s *Session) stepLayers() []int {
	steps := make([]int, len(s.img.Config.History))
	for i := range steps {
		steps[i] = s.steps[i].Layer
	}
	return steps
}

func (s *Session) evidence() *evidence.Image {
	media := make([]string, len(s.layers))
	for n := range s.layers {
		media[n] = s.layers[n].MediaType
	}
	return evidence.New(evidence.Parts{
		Tree: s.tree, Layers: s.indexes(), MediaTypes: media, Config: configOf(s.img), Flaws: flawsOf(s.img), StepLayer: s.stepLayers(),
		RawManifest: s.img.RawManifest, Reference: s.img.Reference, Named: isNamed(s.img.Kind), FromRegistry: s.img.Kind == source.Registry,
		Partial: s.partial(), Waste: s.sums, RequiredLabels: s.opts.RequiredLabels, Supply: s.supply(),
	})
}

// configOf is nil where there is no config: checks that need one then have no
// answer.
func configOf(img *source.Image) *v1.ConfigFile {
	if img.NoConfig {
		return nil
	}
	return img.Config
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

// Ignore is what a .dockerignore would have kept out of the image.
func (a *Analysis) Ignore() bloat.Ignore {
	p := evidence.Parts{Tree: a.Tree, Config: configOf(a.Image), Waste: a.Waste, Partial: a.Partial()}
	for i := range a.Layers {
		p.Layers = append(p.Layers, a.Layers[i].Index)
	}
	for i := range a.Image.Config.History {
		p.StepLayer = append(p.StepLayer, a.Steps[i].Layer)
	}
	return bloat.IgnoreOf(evidence.New(p), max(a.BaseLayers, 0))
}

// families are the names of those that have findings, in the order of their letters.
func (o *Options) families() []string {
	var names []string
	for _, f := range check.Families() {
		if f.Name == secrets.Family.Name && o.Secrets != nil ||
			slices.ContainsFunc(o.Checks, func(c check.Family) bool { return c.Name == f.Name }) {
			names = append(names, f.Name)
		}
	}
	return names
}

// hide masks the secrets in the words of the image. It starts from these words
// as they are, for later layers may have brought more values.
func (s *Session) hide() {
	img := *s.img
	img.Config = s.own.config(s.img.Config)
	clear := img
	clear.RawConfig = redactJSON(s.redactor, s.own.raw(s.img.RawConfig, s.img.Config, img.Config))
	clear.RawManifest = redactJSON(s.redactor, s.img.RawManifest)
	clear.RawIndex = redactJSON(s.redactor, s.img.RawIndex)
	clear.Config = redactConfig(s.redactor, img.Config)
	s.shown = &clear
	_, steps, _ := describe(&img)
	for i := range steps {
		steps[i].History = redactHistory(s.redactor, steps[i].History)
		if n := steps[i].Layer; n >= 0 {
			s.layers[n].CreatedBy = steps[i].CreatedBy
		}
	}
	s.steps = steps
}

func redactJSON(r *redact.Redactor, raw []byte) []byte {
	if r == nil || len(raw) == 0 {
		return raw
	}
	var b bytes.Buffer
	w := r.JSON(&b)
	if _, err := w.Write(raw); err != nil || w.Close() != nil {
		return nil // a buffer does not fail
	}
	return b.Bytes()
}

func redactHistory(r *redact.Redactor, h v1.History) v1.History {
	h.CreatedBy, h.Comment, h.Author = r.String(h.CreatedBy), r.String(h.Comment), r.String(h.Author)
	return h
}

func redactConfig(r *redact.Redactor, c *v1.ConfigFile) *v1.ConfigFile {
	if r == nil || c == nil {
		return c
	}
	c = c.DeepCopy()
	c.Author = r.String(c.Author)
	for i := range c.History {
		c.History[i] = redactHistory(r, c.History[i])
	}
	g := &c.Config
	for _, list := range [][]string{g.Env, g.Cmd, g.Entrypoint, g.OnBuild, g.Shell} {
		redactAll(r, list)
	}
	if g.Healthcheck != nil {
		redactAll(r, g.Healthcheck.Test)
	}
	for k, v := range g.Labels {
		g.Labels[k] = r.String(v)
	}
	return c
}

// redactAttached masks what is attached in a copy.
func redactAttached(r *redact.Redactor, list []attached.Artifact) []attached.Artifact {
	list = slices.Clone(list)
	for i := range list {
		a := &list[i]
		a.Claims = slices.Clone(a.Claims)
		redactAll(r, a.Claims)
		a.Problem = r.String(a.Problem)
	}
	return list
}

// redactFinding masks what a check quotes from the image.
func redactFinding(r *redact.Redactor, f *finding.Finding) {
	f.Match, f.Reason, f.Where = r.String(f.Match), r.String(f.Reason), r.String(f.Where)
}

func redactAll(r *redact.Redactor, list []string) {
	for i := range list {
		list[i] = r.String(list[i])
	}
}

// Examined reports whether any family that has findings was asked for.
func (a *Analysis) Examined() bool { return len(a.Families) > 0 }

// Severities are those of the findings, for a policy; nil if no family of
// checks that has findings was asked for.
func (a *Analysis) Severities() []finding.Severity {
	if !a.Examined() {
		return nil
	}
	list := make([]finding.Severity, len(a.Findings))
	for i := range a.Findings {
		list[i] = a.Findings[i].Severity
	}
	return list
}

// CheckCounts counts the findings by the ids of checks that they name, their own and
// those in Also.
func (a *Analysis) CheckCounts() map[string]int {
	counts := map[string]int{}
	for i := range a.Findings {
		f := &a.Findings[i]
		counts[f.ID]++
		for _, id := range f.Also {
			if id != f.ID {
				counts[id]++
			}
		}
	}
	return counts
}

// scan is how every layer is to be read: with the inspectors of the checks, and
// one count of entries for all of them.
func (o *Options) scan() layer.Options {
	scan := o.Scan
	scan.Entries = new(atomic.Int64)
	scan.Inspectors = append(slices.Clip(scan.Inspectors), o.Inspectors()...)
	return scan
}

// Inspectors are what looks at the contents of an image's files. Images that
// are scanned while they are opened must be opened with them.
func (o *Options) Inspectors() []layer.Inspector {
	var list []layer.Inspector
	if o.Secrets != nil {
		list = append(list, o.Secrets, new(owned.Collector))
	}
	if slices.ContainsFunc(o.Checks, func(f check.Family) bool { return f.Name == bloat.Family.Name }) {
		list = append(list, bloat.Collector{})
	}
	if slices.ContainsFunc(o.Checks, func(f check.Family) bool { return f.Name != bloat.Family.Name }) {
		list = append(list, evidence.Collector{})
	}
	return list
}
