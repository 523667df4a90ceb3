package analyzer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"peel/analyzer/attached"
	"peel/analyzer/redact"
	"peel/source"
	"peel/source/oci"
)

// Attachments are what the image's source has beside it: signatures, SBOMs,
// provenance.
type Attachments struct {
	// Listed says that the source was asked what there is. Without that, Artifacts
	// are empty, and Documents those that were read to look for secrets.
	Listed    bool
	Artifacts []attached.Artifact
	Documents []attached.Document // what Artifacts were read from
	// Incomplete is why there may be more; "" if there is not.
	Incomplete string
	Key        string // that signatures were verified with; "" for none
}

// Of lists the artifacts of one kind.
func (a *Attachments) Of(kind attached.Kind) (list []*attached.Artifact) {
	for i := range a.Artifacts {
		if a.Artifacts[i].Kind == kind {
			list = append(list, &a.Artifacts[i])
		}
	}
	return list
}

// masked is a copy in which the secrets are masked.
func (a Attachments) masked(r *redact.Redactor) Attachments {
	a.Artifacts = slices.Clone(a.Artifacts)
	for i := range a.Artifacts {
		x := &a.Artifacts[i]
		x.Claims = slices.Clone(x.Claims)
		redactAll(r, x.Claims)
		x.Problem = r.String(x.Problem)
	}
	a.Documents, a.Incomplete = attached.Mask(a.Documents, r), r.String(a.Incomplete)
	return a
}

// attachments are a stage of their own beside the layers: what is attached, with
// its secrets in clear.
type attachments struct {
	Attachments
	statements []oci.Attestation // to be looked through for secrets
	notes      []string
}

// attachedTime bounds how long a source may take to tell what is attached: the
// image itself is not kept waiting for it.
const attachedTime = 5 * time.Second

// fetched is what the source gave of what is attached to an image.
type fetched struct {
	statements   []oci.Attestation // of the image's index
	statementErr error

	listed       bool // the source was asked for companions
	companions   []oci.Companion
	companionErr error
	late         bool // it did not answer in time
}

// fetchAttached reads what is attached: attestations if anybody looks for secrets
// or asks for attachments, and what has to be asked for only for the latter. The
// channel gives one value.
func (o *Options) fetchAttached(ctx context.Context, img *source.Image) <-chan fetched {
	out := make(chan fetched, 1)
	list := o.listsAttached()
	if o.Secrets == nil && !list {
		out <- fetched{}
		return out
	}
	go func() {
		f := fetched{listed: list}
		if list {
			short, cancel := context.WithTimeout(ctx, attachedTime)
			defer cancel()
			f.companions, f.companionErr = img.Companions(short)
			f.late = short.Err() != nil && ctx.Err() == nil
		}
		f.statements, f.statementErr = img.Attestations(ctx)
		out <- f
	}()
	return out
}

// attachmentsOf makes the stage of what was fetched. That something could not be
// read does not touch the image itself.
func attachmentsOf(img *source.Image, f fetched, o *Options) attachments {
	a := attachments{statements: slices.Concat(f.statements, attached.Statements(f.companions))}
	a.Key = o.Key.Name()
	a.Documents = attached.Documents(f.companions, f.statements)
	switch {
	case f.statementErr == nil || o.Secrets == nil:
	case errors.Is(f.statementErr, oci.ErrMissing):
		a.notes = append(a.notes, "some attestations of the image are not in this source, and were not looked at for secrets")
	default:
		a.notes = append(a.notes, "not all attestations were looked at for secrets: "+oneLine(f.statementErr))
	}
	if !f.listed {
		return a
	}
	subject := attached.Subject{Manifest: img.ManifestDigest, Index: img.IndexDigest}
	a.Artifacts = attached.Parse(subject, f.companions, f.statements)
	if o.Key != nil {
		o.Key.Verify(subject, a.Artifacts)
	}
	a.Listed, a.Incomplete = true, f.incomplete()
	if a.Incomplete != "" && !errors.Is(f.companionErr, oci.ErrCannotTell) {
		a.notes = append(a.notes, "not all that is attached to the image is known: "+a.Incomplete)
	}
	return a
}

// incomplete says why there may be more than was fetched; "" if there is not.
func (f *fetched) incomplete() string {
	switch {
	case errors.Is(f.companionErr, oci.ErrCannotTell):
		return f.companionErr.Error()
	case f.late:
		return "the source did not answer in " + attachedTime.String()
	case f.companionErr != nil:
		return oneLine(f.companionErr)
	case f.statementErr != nil:
		return oneLine(f.statementErr)
	}
	return ""
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
