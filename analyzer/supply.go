package analyzer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"peel/analyzer/attached"
	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/supply"
	"peel/source/layer"
	"peel/source/oci"
)

// companionTime bounds how long a source may take to tell what is attached: the
// image itself is not kept waiting for it.
const companionTime = 5 * time.Second

// accompanied is what reading all that is attached to the image gave.
type accompanied struct {
	statements []oci.Attestation // of its index
	err        error

	asked      bool
	companions []oci.Companion
	companyErr error
	late       bool
}

// wantsSupply reports whether anybody asks what is attached.
func (o *Options) wantsSupply() bool {
	return slices.ContainsFunc(o.Checks, func(f check.Family) bool { return f.Name == supply.Name })
}

// readCompany reads it beside the layers: attestations if secrets are looked for
// or the supply chain, and what has to be asked for only for the latter. The
// channel gives one value.
func (s *Session) readCompany(ctx context.Context) <-chan accompanied {
	out := make(chan accompanied, 1)
	wants := s.opts.wantsSupply()
	if s.opts.Secrets == nil && !wants {
		out <- accompanied{}
		return out
	}
	go func() {
		var a accompanied
		if wants {
			short, cancel := context.WithTimeout(ctx, companionTime)
			defer cancel()
			a.asked = true
			a.companions, a.companyErr = s.img.Companions(short)
			a.late = short.Err() != nil && ctx.Err() == nil
		}
		a.statements, a.err = s.img.Attestations(ctx)
		out <- a
	}()
	return out
}

// company takes it in. That some cannot be read does not touch the image itself.
func (s *Session) company(a accompanied) {
	s.attestations = slices.Concat(a.statements, attached.Statements(a.companions))
	s.documents = attached.Documents(a.companions, a.statements)
	s.stale = s.stale || len(s.attestations) > 0 || a.asked
	switch {
	case a.err == nil || s.opts.Secrets == nil:
	case errors.Is(a.err, oci.ErrMissing):
		s.notes = append(s.notes, "some attestations of the image are not in this source, and were not looked at for secrets")
	default:
		s.notes = append(s.notes, "not all attestations were looked at for secrets: "+oneLine(a.err))
	}
	if !a.asked {
		return
	}
	subject := attached.Subject{Manifest: s.img.ManifestDigest, Index: s.img.IndexDigest}
	s.attached = attached.Parse(subject, a.companions, a.statements)
	if s.opts.Key != nil {
		s.opts.Key.Verify(subject, s.attached)
	}
	s.asked, s.unattached = true, unknownCompany(a)
	if s.unattached != "" && !errors.Is(a.companyErr, oci.ErrCannotTell) {
		s.notes = append(s.notes, "not all that is attached to the image is known: "+s.unattached)
	}
}

// unknownCompany says why there may be more; "" if there is not.
func unknownCompany(a accompanied) string {
	switch {
	case errors.Is(a.companyErr, oci.ErrCannotTell):
		return a.companyErr.Error()
	case a.late:
		return "the source did not answer in " + companionTime.String()
	case a.companyErr != nil:
		return oneLine(a.companyErr)
	case a.err != nil:
		return oneLine(a.err)
	}
	return ""
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// supply is what the checks of the supply chain go by.
func (s *Session) supply() evidence.Supply {
	out := evidence.Supply{
		Asked: s.asked, Unknown: s.unattached, Attached: s.attached, Key: s.opts.Key != nil,
		Chosen: s.img.Chosen, Listed: s.img.Listed, Mismatch: map[int]string{}, Promised: true, Stored: true,
	}
	for n := range s.layers {
		if err := s.layers[n].Err; errors.Is(err, layer.ErrDigest) {
			out.Mismatch[n] = oneLine(err)
		}
		out.Promised = out.Promised && s.img.Layers[n].Digest != ""
		out.Stored = out.Stored && !s.img.Layers[n].Unpacked
	}
	return out
}

// AttachedOf lists what is attached of one kind.
func (a *Analysis) AttachedOf(kind attached.Kind) (list []*attached.Artifact) {
	for i := range a.Attached {
		if a.Attached[i].Kind == kind {
			list = append(list, &a.Attached[i])
		}
	}
	return list
}
