package analyzer

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"peel/analyzer/attached"
	"peel/analyzer/check"
	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/analyzer/secrets"
	"peel/source"
	"peel/source/layer"
)

// Options of an analysis.
type Options struct {
	// Scan holds the limits and inspectors for each layer.
	Scan layer.Options
	// Parallel bounds how many layers are read at once; 0 means one a core.
	Parallel int
	// Live says that somebody looks at the session while it runs: trees of the
	// layers merged so far, and states, are then published on the way, not only
	// at the end.
	Live bool
	// Secrets looks for secrets in every file of every layer, in the config and
	// in the history; nil reports none, and looks at config and history alone. What
	// is found is masked in all that an Analysis says. Images that are scanned while
	// they are opened must have been opened with Inspectors.
	Secrets *secrets.Scanner
	// Base is the image that this one is said to be built on; nil if nobody says.
	// What it brings is marked as its own, if all its layers are at the bottom.
	Base *Base
	// Checks are the families that the image is put to, but for secrets.
	Checks []check.Family
	// RequiredLabels are the keys, without "org.opencontainers.image.", that an
	// image must have.
	RequiredLabels []string
	// Key verifies the signatures that are attached to the image; nil verifies none.
	Key *attached.Key

	documents *secrets.Scanner // of config and history, if Secrets is nil
}

// Session is a running analysis: what runs, and the values of the stages. Each
// stage is a function of those before it:
//
//	subject      what the image says of itself
//	records      what became of the reading of each layer
//	merged       the tree of the layers from the bottom up, and its waste
//	attachments  what the source has beside the image
//	examined     the findings, and the redactor that masks the secrets among them
//	masked       what may be shown
//	Analysis     all of it as it is published
type Session struct {
	opts     Options
	subject  subject
	progress []layer.Progress
	latest   atomic.Pointer[published]
	done     chan struct{}
	err      error

	// What follows belongs to the goroutine of run.
	records     records
	merger      *merger
	merged      merged
	attachments attachments
	examined    examined
	masked      masked
	pace        pace
}

// published is what the session answers with.
type published struct {
	analysis *Analysis
	examined examined // that the findings of analysis are of
}

// Start begins to read an image. The session ends when all layers are read, or
// soon after ctx does; what was read until then stays.
func Start(ctx context.Context, img *source.Image, opts Options) *Session {
	s := newSession(img, opts)
	go s.run(ctx)
	return s
}

// newSession has published what is known before any layer is read.
func newSession(img *source.Image, opts Options) *Session {
	if opts.Parallel <= 0 {
		opts.Parallel = runtime.GOMAXPROCS(0)
	}
	if opts.Secrets == nil {
		opts.documents = secrets.OwnRules()
	}
	s := &Session{
		opts: opts, subject: subjectOf(img, opts.Base), done: make(chan struct{}),
		progress: make([]layer.Progress, len(img.Layers)), merger: newMerger(len(img.Layers)),
	}
	s.records = recordsOf(&s.subject)
	s.examine()
	s.publish(len(img.Layers) == 0)
	return s
}

// Latest is what is known now.
func (s *Session) Latest() *Analysis { return s.latest.Load().analysis }

// SecretsOf gives the secrets of a finding of Latest in clear, which nothing else
// does; nil if it has none.
func (s *Session) SecretsOf(f *finding.Finding) []string {
	return s.latest.Load().examined.secretsOf(f)
}

// Progress tells how far the reading of a layer is.
func (s *Session) Progress(n int) *layer.Progress { return &s.progress[n] }

// Done is closed when the session has ended.
func (s *Session) Done() <-chan struct{} { return s.done }

// Wait returns the final analysis. The error names the layers that could not
// be read, counted from 1, or is that of the context; the analysis is never nil.
func (s *Session) Wait() (*Analysis, error) {
	<-s.done
	return s.Latest(), s.err
}

func (s *Session) run(ctx context.Context) {
	defer close(s.done)
	var errs []error
	attached := s.opts.fetchAttached(ctx, s.subject.img)
	for o := range s.read(ctx) {
		if o.index == nil {
			s.records.layers[o.layer].State = Reading
		} else {
			errs = append(errs, s.take(ctx, o)...)
		}
		s.tell()
	}
	s.attachments = attachmentsOf(s.subject.img, s.await(attached), &s.opts)
	s.examine()
	if err := context.Cause(ctx); err != nil {
		errs = append(errs, err)
	}
	s.err = errors.Join(errs...)
	s.publish(true)
}

// take takes in a layer that is read. Its errors are of this layer, or of those
// above that could be merged now.
func (s *Session) take(ctx context.Context, o outcome) (errs []error) {
	s.records.take(o.layer, o.index, o.err)
	if o.err != nil && ctx.Err() == nil {
		errs = append(errs, fmt.Errorf("layer %d (%s): %w", o.layer+1, short(s.subject.layers[o.layer].DiffID), o.err))
	}
	if err := s.merger.add(&s.records); err != nil {
		errs = append(errs, err)
	}
	return errs
}

// await gives what is attached. Where the source has yet to answer, the layers are
// shown meanwhile.
func (s *Session) await(attached <-chan fetched) fetched {
	select {
	case f := <-attached:
		return f
	default:
	}
	if s.opts.Live {
		s.examine()
		s.publish(false)
	}
	return <-attached
}

// examine makes the stages from the tree on anew, the tree itself only if there
// are layers that it lacks.
func (s *Session) examine() {
	if s.merged.tree == nil || s.merged.layers < s.merger.layers {
		s.merged = s.merger.merged(&s.records)
	}
	s.examined = examine(&s.subject, &s.records, &s.merged, &s.attachments, &s.opts)
	s.masked = mask(&s.subject, &s.merged, &s.attachments, &s.examined)
}

// tell publishes on the way, if somebody looks: states as they change, and what
// is in the layers as often as the pace allows. What all layers together are is
// left to the end, which is near.
func (s *Session) tell() {
	if !s.opts.Live {
		return
	}
	start := time.Now()
	if s.merged.layers < s.merger.layers && !s.records.complete() && s.pace.stages(start) {
		s.examine()
		now := time.Now()
		s.pace.took(now, now.Sub(start))
	}
	if len(s.records.layers) <= manyLayers || s.pace.states(start) {
		s.publish(false)
	}
}

// publish lays the stages out as an Analysis.
func (s *Session) publish(finished bool) {
	a := &Analysis{
		Image: s.masked.image, Layers: s.layers(), Steps: s.masked.steps,
		Tree: s.merged.tree, Waste: s.merged.waste, Merged: s.merged.layers, Notes: s.masked.notes,
		Findings: s.masked.findings, Families: s.opts.familyNames(), Checks: s.examined.outcomes, Score: s.examined.score,
		Places: s.masked.places, Redactor: s.masked.redactor,
		Base: s.subject.base, Attached: s.masked.attached, Finished: finished,
	}
	if n := a.Withheld(); n > 0 && finished {
		a.Notes = append(slices.Clip(a.Notes), fmt.Sprintf("%s could not be read, for other users own them: nothing was looked for in them. To read them too, install newuidmap (package uidmap), or run peel within podman unshare", contents(n)))
	}
	s.latest.Store(&published{a, s.examined})
}

// layers are the records as they are published, with what later stages know.
func (s *Session) layers() []Layer {
	list := slices.Clone(s.records.layers)
	for n := range list {
		list[n].Stat = s.merged.tree.Layers[n]
		if idx := s.records.found[n]; idx != nil {
			list[n].Problems = slices.Concat(idx.Problems, s.merged.problems[n])
		}
	}
	for _, step := range s.masked.steps {
		if step.Layer != filetree.None {
			list[step.Layer].CreatedBy = step.CreatedBy
		}
	}
	return list
}

func contents(n int) string {
	if n == 1 {
		return "the content of 1 file"
	}
	return fmt.Sprintf("the contents of %d files", n)
}

// short is the first 12 hex digits of a digest, as docker shows them.
func short(digest string) string {
	const prefix = len("sha256:")
	if len(digest) < prefix+12 {
		return digest
	}
	return digest[prefix : prefix+12]
}
