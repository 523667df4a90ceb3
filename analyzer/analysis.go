// Package analyzer finds out what an image means.
//
// Start reads the layers of an opened image side by side, each once, and merges
// them from the bottom up. The Session it returns can be asked at any time what
// is known; each answer is an immutable Analysis.
package analyzer

import (
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/check"
	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/analyzer/redact"
	"peel/analyzer/waste"
	"peel/source"
	"peel/source/layer"
)

// Analysis is what is known of an image at one moment. It never changes; a
// later moment has another one.
type Analysis struct {
	Image  *source.Image
	Layers []Layer // bottom first
	Steps  []Step  // the history, oldest first; every layer occurs once
	// Tree holds the layers merged so far, always a run from the bottom but for
	// those that failed. Never nil.
	Tree  *filetree.Tree
	Waste *waste.Summary // of Tree
	// Merged is how many layers, from the bottom, are in Tree or have failed.
	Merged int
	Notes  []string // oddities that the figures stand in spite of
	// Findings are what is wrong with the image so far, gravest first; Families
	// are those that look for any, by name, and Checks what became of each of
	// their checks.
	Findings []finding.Finding
	Families []string
	Checks   []check.Outcome
	Score    *check.Score // nil if no family was asked
	Places   *Places      // where in Tree the findings are; never nil
	// Redactor masks the secrets that were found. All other fields are masked
	// already but for the names of files; whatever is printed goes through it. What
	// the findings hide, Session.SecretsOf alone gives.
	Redactor *redact.Redactor
	// Base is what is known of the image that this one is built on; nil for nothing.
	Base *BaseImage
	// Attached is what the source has beside the image.
	Attached Attachments
	// Finished says that no layer is still to be read.
	Finished bool
}

// State is how far the reading of a layer is.
type State uint8

// The states of a layer.
const (
	Queued State = iota
	Reading
	Read
	Failed // Index holds what could be read
)

func (s State) String() string {
	return [...]string{"queued", "reading", "read", "failed"}[s]
}

// Layer is one layer of the image and what became of its reading.
type Layer struct {
	Number    int // from 0, bottom first: its place in Analysis.Layers
	DiffID    string
	Digest    string // of the bytes as stored; "" if not known yet
	MediaType string
	CreatedBy string // the history's words; "" if it has none
	Created   time.Time
	// Compressed is the layer's size as stored, in bytes; 0 if not known yet.
	Compressed int64
	State      State
	Err        error              // why State is Failed
	Index      *layer.Index       // nil until Read or Failed
	Stat       filetree.LayerStat // of the merged tree; zero until merged
	Problems   []layer.Problem    // oddities that were worked around
}

// Step is one line of the image's history.
type Step struct {
	v1.History
	Layer int // into Analysis.Layers; filetree.None for a step without a layer
}

// BaseLayers is how many of the layers, from the bottom, are the base image's;
// negative if that is not known. Base says how it was found.
func (a *Analysis) BaseLayers() int {
	if a.Base == nil {
		return unknownBase
	}
	return a.Base.Layers
}

// Partial reports whether the figures stand for less than the whole image: a
// layer could not be read to its end, or the reading was stopped.
func (a *Analysis) Partial() bool {
	if !a.Finished {
		return true
	}
	for i := range a.Layers {
		if a.Layers[i].State != Read {
			return true
		}
	}
	return false
}

// Withheld is how many files there are whose contents the source could not read.
// The figures of waste do not depend on them; what is found in contents is then
// not all there may be.
func (a *Analysis) Withheld() int {
	n := 0
	for i := range a.Layers {
		if idx := a.Layers[i].Index; idx != nil {
			n += idx.Withheld
		}
	}
	return n
}

// Size is the bytes of regular files in all layers read, uncompressed.
func (a *Analysis) Size() int64 { return a.Waste.Size }

// Compressed is the bytes of all layers as stored; known is false if the source
// does not tell and not all are read yet.
func (a *Analysis) Compressed() (bytes int64, known bool) {
	known = true
	for i := range a.Layers {
		bytes += a.Layers[i].Compressed
		known = known && (a.Layers[i].Compressed > 0 || a.Layers[i].State == Read)
	}
	return bytes, known
}

// Files is the number of paths in the merged file system that are no directories.
func (a *Analysis) Files() int {
	n := 0
	top := len(a.Tree.Layers) - 1
	for i := range a.Tree.Nodes {
		if v := a.Tree.At(i, top); v != nil && v.Entry != nil && v.Entry.Type != layer.Directory {
			n++
		}
	}
	return n
}
