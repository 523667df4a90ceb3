// Package finding is the shape that everything peel reports about an image has,
// whatever family of checks it comes from.
//
// A family fills Findings and Sorts them; reports, screens and policies only
// read them.
package finding

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// Finding is one thing that is wrong with an image. A field that is empty or nil
// does not apply, or is not known: a zero behind a pointer is a fact.
type Finding struct {
	ID         string     `json:"id"` // of the check, "S010"
	Severity   Severity   `json:"severity"`
	Confidence Confidence `json:"confidence"`
	Title      string     `json:"title"`
	// Path is of the file, without a leading slash. A file inside archives has
	// theirs before its own, each followed by "!/". It may hold any byte.
	Path string `json:"path,omitempty"`
	Line int    `json:"line,omitempty"` // from 1
	// Paths are several files with one cause, the first MaxPaths of PathCount;
	// Path is then the first of them. Nil for one file.
	Paths     []string `json:"paths,omitempty"`
	PathCount int      `json:"pathCount,omitempty"`
	// Where is the place in the config, the history or an attestation:
	// "config.Env[2]", "history[4].created_by", "manifest.annotations[\"key\"]".
	Where string `json:"where,omitempty"`

	// Layers are indexes, 0 at the bottom. Layer is the one to mend, the first
	// that holds the thing; DeletedIn the one that removes or overwrites the
	// last copy, which still ships.
	Layer      *int   `json:"layer,omitempty"`
	FirstLayer *int   `json:"firstLayer,omitempty"`
	LastLayer  *int   `json:"lastLayer,omitempty"`
	DeletedIn  *int   `json:"deletedIn,omitempty"`
	Bytes      *int64 `json:"bytes,omitempty"`    // size of the file
	FromBase   *bool  `json:"fromBase,omitempty"` // whether the base image brings it

	// Fingerprint stays the same from build to build, as long as the same thing
	// is at the same place.
	Fingerprint string `json:"fingerprint"`
	Match       string `json:"match,omitempty"`  // the evidence, secrets masked
	Masked      bool   `json:"-"`                // a secret is masked in Match
	Reason      string `json:"reason,omitempty"` // why severity or confidence differ from the check's, and what was verified
	// Also names the checks that say more of the same thing: S050, deleted
	// later; S051, inside an archive or a binary.
	Also []string `json:"also,omitempty"`

	// Group is what several findings of one cause are together, of different
	// checks perhaps: "missing labels". Without it those of one check and one title
	// belong together.
	Group string `json:"-"`

	// Secret is the value in clear, for redactors alone. It is never printed, and
	// published findings do not have it.
	Secret  string   `json:"-"`
	Secrets []string `json:"-"` // further ones of the same finding

	others []byte // the sum of all paths, also of those that Paths leaves out
}

// MaxPaths bounds the paths that a finding names.
const MaxPaths = 20

// SetPaths makes it a finding of these files, and keeps the first of them. The
// fingerprint is of all: a file more is another finding.
func (f *Finding) SetPaths(paths []string) {
	if len(paths) == 0 {
		return
	}
	f.Path = paths[0]
	if len(paths) > 1 {
		h := sha256.New()
		for _, p := range paths {
			h.Write([]byte(p))
			h.Write([]byte{0})
		}
		f.others = h.Sum(nil)
		f.PathCount = len(paths)
		f.Paths = slices.Clone(paths[:min(len(paths), MaxPaths)])
	}
}

// SetTop makes it a finding of count files, of which these are the ones that
// matter most, most first. The fingerprint is of the first alone: which files a
// build leaves behind changes with each of its runs.
func (f *Finding) SetTop(paths []string, count int) {
	if len(paths) == 0 {
		return
	}
	f.Path = paths[0]
	if count > 1 {
		f.PathCount = count
		f.Paths = slices.Clone(paths[:min(len(paths), MaxPaths)])
	}
}

// fingerprintLen is the bytes of a fingerprint, enough for the findings of all
// images of a registry to differ.
const fingerprintLen = 12

// Mark sets the fingerprint, once all else is set. What makes two findings the
// same is the check, the place and the evidence, not the line or the layer.
//
// Of a secret only two bytes of its hash go in: enough to tell the secrets of
// one file apart, too little to confirm a guessed password.
func (f *Finding) Mark() {
	h := sha256.New()
	for _, s := range []string{f.ID, f.Path, f.Where} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	h.Write(f.others)
	if f.Secret != "" {
		sum := sha256.Sum256([]byte(f.Secret))
		h.Write(sum[:2])
	} else {
		h.Write([]byte(f.Match))
	}
	f.Fingerprint = hex.EncodeToString(h.Sum(nil)[:fingerprintLen])
}

// Sort puts the gravest first; findings of one severity by check, place and line.
func Sort(list []Finding) {
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(b.Severity, a.Severity),
			cmp.Compare(b.Confidence, a.Confidence),
			cmp.Compare(a.ID, b.ID),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Where, b.Where),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Fingerprint, b.Fingerprint),
		)
	})
}

// Count is how many of the findings are at least as severe as s.
func Count(list []Finding, s Severity) int {
	n := 0
	for i := range list {
		if list[i].Severity >= s {
			n++
		}
	}
	return n
}
