package analyzer

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/finding"
	"peel/analyzer/owned"
	"peel/analyzer/redact"
	"peel/analyzer/secrets"
	"peel/source/layer"
	"peel/source/oci"
)

// examine looks for secrets in what is known by now, and hides them in all that
// will be published.
func (s *Session) examine() {
	if s.opts.Secrets == nil {
		s.places = locate(nil, s.tree, len(s.layers))
		return
	}
	indexes := make([]*layer.Index, len(s.layers))
	for n := range s.layers {
		if s.tree.Layers[n].Merged {
			indexes[n] = s.layers[n].Index
		}
	}
	steps := make([]int, len(s.img.Config.History))
	for i := range steps {
		steps[i] = s.steps[i].Layer
	}
	found := s.opts.Secrets.Assemble(secrets.Image{
		Tree: s.tree, Layers: indexes, Config: s.img.Config, StepLayer: steps,
		RawManifest: s.img.RawManifest, Annotations: s.img.Annotations(), Attestations: s.attestations,
		Owned: &s.owned, Base: s.opts.Base.brings(s.base, s.img),
	})
	s.findings = found.Findings
	s.places = locate(s.findings, s.tree, len(s.layers))
	s.secretNotes = found.Notes
	s.redactor = redact.New(found.Values)
	s.hide()
}

// attested is what reading the attestations gave.
type attested struct {
	list []oci.Attestation
	err  error
}

// readAttestations reads them beside the layers, if secrets are looked for. The
// channel gives one value.
func (s *Session) readAttestations(ctx context.Context) <-chan attested {
	out := make(chan attested, 1)
	if s.opts.Secrets == nil {
		out <- attested{}
		return out
	}
	go func() {
		list, err := s.img.Attestations(ctx)
		out <- attested{list, err}
	}()
	return out
}

// attest takes in the attestations. That some cannot be read does not touch the
// image itself.
func (s *Session) attest(a attested) {
	s.attestations = a.list
	s.stale = s.stale || len(a.list) > 0
	switch {
	case a.err == nil:
	case errors.Is(a.err, oci.ErrMissing):
		s.notes = append(s.notes, "some attestations of the image are not in this source, and were not looked at for secrets")
	default:
		s.notes = append(s.notes, "not all attestations were looked at for secrets: "+strings.ReplaceAll(a.err.Error(), "\n", "; "))
	}
}

// hide masks the secrets in the words of the image. It starts from these words
// as they are, for later layers may have brought more values.
func (s *Session) hide() {
	clear := *s.img
	clear.RawConfig = redactJSON(s.redactor, s.img.RawConfig)
	clear.RawManifest = redactJSON(s.redactor, s.img.RawManifest)
	clear.Config = redactConfig(s.redactor, s.img.Config)
	s.shown = &clear
	_, steps, _ := describe(s.img)
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

func redactAll(r *redact.Redactor, list []string) {
	for i := range list {
		list[i] = r.String(list[i])
	}
}

// Severities are those of the findings, for a policy; nil if no family of
// checks that has findings was asked for.
func (a *Analysis) Severities() []finding.Severity {
	if !a.Examined {
		return nil
	}
	list := make([]finding.Severity, len(a.Findings))
	for i := range a.Findings {
		list[i] = a.Findings[i].Severity
	}
	return list
}

// Checks counts the findings by the ids of checks that they name, their own and
// those in Also.
func (a *Analysis) Checks() map[string]int {
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
func (o Options) scan() layer.Options {
	scan := o.Scan
	scan.Entries = new(atomic.Int64)
	scan.Inspectors = append(slices.Clip(scan.Inspectors), Inspectors(o.Secrets)...)
	return scan
}

// Inspectors are what looks at the contents of an image's files. Images that
// are scanned while they are opened must be opened with them.
func Inspectors(s *secrets.Scanner) []layer.Inspector {
	if s == nil {
		return nil
	}
	return []layer.Inspector{s, owned.Collector{}}
}
