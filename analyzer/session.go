package analyzer

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"peel/analyzer/attached"
	"peel/analyzer/check"
	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/analyzer/owned"
	"peel/analyzer/redact"
	"peel/analyzer/secrets"
	"peel/analyzer/waste"
	"peel/source"
	"peel/source/layer"
	"peel/source/oci"
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
	// is found is hidden in all that an Analysis says. Images that are scanned while they are opened must have
	// been opened with Inspectors.
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
}

// snapshotEvery bounds how often a running session makes a tree, which costs
// about 20 ms for 100,000 paths.
const snapshotEvery = 300 * time.Millisecond

// manyLayers is from where on the states of layers are published no more often
// than trees: each time copies them all, and manifests may list thousands.
const manyLayers = 1000

// Session is a running analysis.
type Session struct {
	img      *source.Image
	opts     Options
	progress []layer.Progress
	latest   atomic.Pointer[Analysis]
	done     chan struct{}
	err      error

	// What follows belongs to the goroutine of run.
	builder *filetree.Builder
	layers  []Layer
	steps   []Step
	merged  int
	base    int // layers of the base, or unknownBase
	tree    *filetree.Tree
	sums    *waste.Summary
	made    time.Time // of tree
	told    time.Time // when states were published last
	stale   bool      // tree lacks layers
	notes   []string

	findings    []finding.Finding
	places      *Places
	outcomes    []check.Outcome
	secretNotes []string
	redactor    *redact.Redactor
	own         places           // that hold ordinary words as secrets
	shown       *source.Image    // img, with its secrets masked
	words       *secrets.Scanner // of config and history; nil if Options has a scanner

	attestations []oci.Attestation // nil until they are read
	attached     []attached.Artifact
	documents    []attached.Document
	baseImage    *BaseImage
	baseSteps    int    // of the history, if the base was found there
	asked        bool   // what is attached
	unattached   string // why there may be more
	owned        owned.Index
}

type outcome struct {
	layer int
	index *layer.Index // nil: the reading begins
	err   error
}

// Start begins to read an image. The session ends when all layers are read, or
// soon after ctx does; what was read until then stays.
func Start(ctx context.Context, img *source.Image, opts Options) *Session {
	if opts.Parallel <= 0 {
		opts.Parallel = runtime.GOMAXPROCS(0)
	}
	s := &Session{
		img: img, shown: img, opts: opts, done: make(chan struct{}),
		progress: make([]layer.Progress, len(img.Layers)),
		builder:  filetree.NewBuilder(len(img.Layers)),
	}
	s.layers, s.steps, s.notes = describe(img)
	s.findBase()
	s.tree = s.builder.Tree()
	s.sums = waste.Summarize(s.tree)
	if opts.Secrets == nil {
		s.words = secrets.OwnRules()
	}
	s.examine()
	s.publish(len(img.Layers) == 0)
	go s.run(ctx)
	return s
}

// Latest is what is known now.
func (s *Session) Latest() *Analysis { return s.latest.Load() }

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
	company := s.readCompany(ctx)
	for o := range s.read(ctx) {
		l := &s.layers[o.layer]
		if o.index == nil {
			l.State = Reading
			s.tell()
			continue
		}
		s.settle(l, o)
		if o.err != nil && ctx.Err() == nil {
			errs = append(errs, fmt.Errorf("layer %d (%s): %w", o.layer+1, short(l.DiffID), o.err))
		}
		if err := s.merge(); err != nil {
			errs = append(errs, err)
		}
		if s.opts.Live && time.Since(s.made) > snapshotEvery {
			s.snapshot()
		}
		s.tell()
	}
	s.company(<-company)
	if err := context.Cause(ctx); err != nil {
		errs = append(errs, err)
	}
	s.snapshot()
	s.builder = nil
	s.err = errors.Join(errs...)
	s.publish(true)
}

// read scans the layers, bottom first, and gives two outcomes of each. The same
// layer twice in an image is read once.
func (s *Session) read(ctx context.Context) <-chan outcome {
	out := make(chan outcome)
	go func() {
		defer close(out)
		var wg sync.WaitGroup
		slots := make(chan struct{}, s.opts.Parallel)
		scan := s.opts.scan()
		// What a layer is called by must agree in full: its config may lie.
		type name struct{ diffID, digest string }
		again := map[name][]int{}
		for n, l := range s.img.Layers {
			again[name{l.DiffID, l.Digest}] = append(again[name{l.DiffID, l.Digest}], n)
		}
		for n, l := range s.img.Layers {
			twins := []int{n}
			if l.DiffID != "" {
				twins = again[name{l.DiffID, l.Digest}]
			}
			if twins[0] != n {
				continue
			}
			slots <- struct{}{}
			if ctx.Err() != nil {
				break
			}
			out <- outcome{layer: n}
			wg.Go(func() {
				defer func() { <-slots }()
				opts := scan
				opts.Progress = &s.progress[n]
				idx, err := scanLayer(ctx, l, opts)
				for _, twin := range twins {
					out <- outcome{twin, idx, err}
				}
			})
		}
		wg.Wait()
	}()
	return out
}

// scanLayer reads a layer. A defect of what looks into its files costs the layer,
// not the program.
func scanLayer(ctx context.Context, l *source.Layer, opts layer.Options) (idx *layer.Index, err error) {
	defer func() {
		if v := recover(); v != nil {
			idx, err = &layer.Index{}, fmt.Errorf("internal error, please report it: %v, in %s", v, panicked(string(debug.Stack())))
		}
	}()
	return l.Scan(ctx, opts)
}

// panicked is the function that a stack shows to have panicked, and its line.
func panicked(stack string) string {
	_, stack, _ = strings.Cut(stack, "\npanic(")
	frame := strings.SplitN(stack, "\n", 5) // the rest of panic, its line, the function, its line
	if len(frame) < 4 {
		return "an unknown place"
	}
	return frame[2] + strings.Replace(frame[3], "\t", " ", 1)
}

func (s *Session) settle(l *Layer, o outcome) {
	l.State, l.Index, l.Err = Read, o.index, o.err
	if o.err != nil {
		l.State = Failed
		return
	}
	l.Digest, l.Compressed = o.index.Digest, o.index.StoredBytes
	l.DiffID = o.index.DiffID
}

// merge adds what has become a run from the bottom.
func (s *Session) merge() error {
	for s.merged < len(s.layers) && s.layers[s.merged].Index != nil {
		n := s.merged
		s.merged++
		s.stale = true
		s.owned.Add(s.layers[n].Index)
		if err := s.builder.Add(n, s.layers[n].Index); err != nil {
			s.layers[n].State, s.layers[n].Err = Failed, err
			return err
		}
		if s.layers[n].State == Failed {
			s.builder.Holes()
		}
	}
	return nil
}

// snapshot makes a tree of what is merged.
func (s *Session) snapshot() {
	if !s.stale {
		return
	}
	s.tree = s.builder.Tree()
	s.sums = waste.Summarize(s.tree)
	for n := range s.layers {
		l := &s.layers[n]
		l.Stat = s.tree.Layers[n]
		if l.Index != nil {
			l.Problems = slices.Concat(l.Index.Problems, s.builder.Problems[n])
		}
	}
	s.examine()
	s.made, s.stale = time.Now(), false
}

// tell publishes on the way, if somebody looks.
func (s *Session) tell() {
	if !s.opts.Live || len(s.layers) > manyLayers && time.Since(s.told) < snapshotEvery {
		return
	}
	s.told = time.Now()
	s.publish(false)
}

func (s *Session) publish(finished bool) {
	a := &Analysis{
		Image: s.shown, Layers: slices.Clone(s.layers), Steps: s.steps,
		Tree: s.tree, Waste: s.sums, Merged: s.merged, Finished: finished,
		Notes:    slices.Concat(s.notes, s.secretNotes),
		Findings: s.findings, Families: s.opts.families(), Checks: s.outcomes, Places: s.places,
		Score: check.ScoreOf(s.outcomes, s.findings), Redactor: s.redactor,
		BaseLayers: s.base, Base: s.baseImage, Attached: redactAttached(s.redactor, s.attached),
		Asked: s.asked, Unattached: s.redactor.String(s.unattached), Key: s.opts.Key.Name(), Documents: s.documents,
	}
	if n := a.Withheld(); n > 0 && finished {
		a.Notes = append(a.Notes, fmt.Sprintf("%s could not be read, for other users own them: nothing was looked for in them. To read them too, install newuidmap (package uidmap), or run peel within podman unshare", contents(n)))
	}
	s.latest.Store(a)
}

func contents(n int) string {
	if n == 1 {
		return "the content of 1 file"
	}
	return fmt.Sprintf("the contents of %d files", n)
}
