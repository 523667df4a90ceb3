// Package report renders what is known of an image: as JSON for machines and as
// plain text for people.
//
// New gives the Report, WriteJSON and WriteText render it. schema.json describes
// the JSON.
package report

import (
	_ "embed"
	"encoding/json"

	"peel/analyzer/policy"
)

// SchemaVersion is of the JSON. The first number changes when a field goes or
// changes its meaning, the second when one is added.
const SchemaVersion = "1.0"

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of what WriteJSON writes.
func Schema() []byte { return schema }

// Report is what is known of an image.
//
// A field that is a pointer or "omitempty" is left out if the fact is not
// known, so that a zero is always a fact. Sizes are bytes, uncompressed unless
// the name says otherwise. Layers are named by their index, 0 at the bottom.
//
// Paths of the image are valid UTF-8 here: bytes that are not are written \xNN,
// as text.UTF8 does it. All text may hold control characters.
type Report struct {
	SchemaVersion string   `json:"schemaVersion"`
	PeelVersion   string   `json:"peelVersion,omitempty"`
	Partial       bool     `json:"partial"` // not all of the image was read: sums are lower bounds
	Errors        []Error  `json:"errors"`
	Notes         []string `json:"notes"`

	Image         Image           `json:"image"`
	Layers        []Layer         `json:"layers"`
	Waste         []Waste         `json:"waste"`       // biggest first
	WasteCauses   []Cause         `json:"wasteCauses"` // biggest first
	WasteByReason Reasons         `json:"wasteByReason"`
	Duplicates    []Duplicate     `json:"duplicates"` // biggest saving first
	Scanners      []string        `json:"scanners"`   // the families of checks that looked at the image
	Findings      []Finding       `json:"findings"`   // gravest first
	Checks        []Check         `json:"checks"`     // what became of each check
	Score         *Score          `json:"score,omitempty"`
	Attached      []Attached      `json:"attached,omitempty"`  // beside the image in its source
	Inventory     *Inventory      `json:"inventory,omitempty"` // nil if nobody looked for packages
	Packages      []Package       `json:"packages,omitempty"`  // nil likewise
	Config        json.RawMessage `json:"config,omitempty"`
	History       []Step          `json:"history"` // oldest first
	Policy        *policy.Verdict `json:"policy,omitempty"`
}

// Error is something that kept a part of the image from being read.
type Error struct {
	Layer   *int   `json:"layer,omitempty"` // nil if it is not one layer's
	Message string `json:"message"`
}

// Image is what is known of the image as a whole.
type Image struct {
	Reference         string    `json:"reference,omitempty"` // as the user wrote it
	Source            string    `json:"source,omitempty"`    // kind of source
	Location          string    `json:"location,omitempty"`  // file, socket or registry
	Name              string    `json:"name,omitempty"`      // what the source calls it
	Names             []string  `json:"names,omitempty"`     // all that it calls it, if it has several names for it
	Attempts          []Attempt `json:"attempts"`            // sources asked, in order
	Platform          string    `json:"platform,omitempty"`
	Created           string    `json:"created,omitempty"` // RFC 3339, UTC
	ManifestDigest    string    `json:"manifestDigest,omitempty"`
	ConfigDigest      string    `json:"configDigest,omitempty"`
	SizeBytes         int64     `json:"sizeBytes"`
	CompressedBytes   *int64    `json:"compressedBytes,omitempty"`
	WastedBytes       int64     `json:"wastedBytes"`
	UserWastedPercent *float64  `json:"userWastedPercent,omitempty"` // a fraction; nil if partial
	Efficiency        *float64  `json:"efficiency,omitempty"`        // nil if the report is partial
	DuplicateBytes    int64     `json:"duplicateBytes"`              // sum of Duplicate.ExtraBytes
	LayerCount        int       `json:"layerCount"`
	BaseLayers        *int      `json:"baseLayers,omitempty"` // of these, from the bottom, the base image's
	Base              *Base     `json:"base,omitempty"`
	FileCount         int       `json:"fileCount"`
	WithheldFiles     int       `json:"withheldFiles,omitempty"` // their contents could not be read
}

// Base is what is known of the image that this one is built on.
type Base struct {
	Name        string `json:"name,omitempty"`
	Digest      string `json:"digest,omitempty"`
	NamedBy     string `json:"namedBy,omitempty"` // given, annotations or labels
	Layers      *int   `json:"layers,omitempty"`  // from the bottom
	LayersBy    string `json:"layersBy,omitempty"`
	Confidence  string `json:"confidence,omitempty"`  // of layers
	Findings    *int   `json:"findings,omitempty"`    // that it brings
	OwnFindings *int   `json:"ownFindings,omitempty"` // that the image itself brings; of the others it is not known
}

// Attempt is one source that was asked for the image.
type Attempt struct {
	Source string `json:"source"`
	Asked  string `json:"asked,omitempty"` // file, socket or registry
	Error  string `json:"error,omitempty"` // "" for the one that had the image
}

// Layer is what is known of one layer. Of a failed one the numbers are what
// could be read until then.
type Layer struct {
	Index           int       `json:"index"`
	DiffID          string    `json:"diffId,omitempty"`
	Digest          string    `json:"digest,omitempty"`
	MediaType       string    `json:"mediaType,omitempty"`
	Compression     string    `json:"compression,omitempty"`
	SizeBytes       *int64    `json:"sizeBytes,omitempty"`
	CompressedBytes *int64    `json:"compressedBytes,omitempty"`
	TarBytes        *int64    `json:"tarBytes,omitempty"`
	FileCount       *int      `json:"fileCount,omitempty"`
	CreatedBy       string    `json:"createdBy,omitempty"`
	Created         string    `json:"created,omitempty"` // RFC 3339, UTC
	Added           *int      `json:"added,omitempty"`
	Modified        *int      `json:"modified,omitempty"`
	Removed         *int      `json:"removed,omitempty"`
	Rewritten       *int      `json:"rewritten,omitempty"`
	WastedBytes     *int64    `json:"wastedBytes,omitempty"`
	KillsBytes      *int64    `json:"killsBytes,omitempty"`
	FromBase        *bool     `json:"fromBase,omitempty"` // whether the base image brings it
	State           string    `json:"state"`
	Error           string    `json:"error,omitempty"`
	Problems        []Problem `json:"problems"`
}

// Problem is an oddity in a layer that was worked around.
type Problem struct {
	What  string `json:"what"`
	Count int    `json:"count"`
	First string `json:"first,omitempty"` // the first path it was met at
}

// Waste is one dead copy of a file.
type Waste struct {
	Path     string `json:"path"`
	Bytes    int64  `json:"bytes"`
	Reason   string `json:"reason"`
	Layer    int    `json:"layer"`
	KilledBy int    `json:"killedBy"`
	MovedTo  string `json:"movedTo,omitempty"`
}

// Cause is the waste that one change of the build would save.
type Cause struct {
	Layer    int       `json:"layer"`
	KilledBy int       `json:"killedBy"`
	Reason   string    `json:"reason"`
	Bytes    int64     `json:"bytes"`
	Count    int       `json:"count"`
	Top      []TopPath `json:"top"`
	Hint     Hint      `json:"hint"`
}

// TopPath is one of the biggest dead copies of a Cause.
type TopPath struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

// Hint tells how to avoid a Cause.
type Hint struct {
	ID     string `json:"id"`
	What   string `json:"what"`
	Why    string `json:"why"`
	Fix    string `json:"fix"`
	Before string `json:"before"` // Containerfile lines
	After  string `json:"after"`
}

// Reasons are the wasted bytes by reason.
type Reasons struct {
	Overwritten int64 `json:"overwritten"`
	Deleted     int64 `json:"deleted"`
	Metadata    int64 `json:"metadata-only"`
	Identical   int64 `json:"identical"`
}

// Duplicate is one content that is visible at several paths.
type Duplicate struct {
	Digest     string   `json:"digest"`
	Bytes      int64    `json:"bytes"`      // of one copy
	ExtraBytes int64    `json:"extraBytes"` // of all copies but one
	Paths      []string `json:"paths"`
	Layers     []int    `json:"layers"` // of each path
}

// Attached is one thing that the image's source has beside it.
type Attached struct {
	Kind     string   `json:"kind"`
	Format   string   `json:"format,omitempty"`
	Via      string   `json:"via"`
	Digest   string   `json:"digest"`
	Subject  string   `json:"subject,omitempty"`
	Verified string   `json:"verified"`
	Claims   []string `json:"claims,omitempty"`
	Problem  string   `json:"problem,omitempty"`
}

// Finding is one thing that is wrong with the image, whatever family of checks
// it comes from. Secrets are masked in it.
type Finding struct {
	ID          string   `json:"id"`
	Severity    string   `json:"severity"`
	Confidence  string   `json:"confidence"`
	Title       string   `json:"title"`
	Path        string   `json:"path,omitempty"`
	Paths       []string `json:"paths,omitempty"`     // several files with one cause, the first of them
	PathCount   int      `json:"pathCount,omitempty"` // of all these
	Line        int      `json:"line,omitempty"`
	Where       string   `json:"where,omitempty"`
	Layer       *int     `json:"layer,omitempty"`
	FirstLayer  *int     `json:"firstLayer,omitempty"`
	LastLayer   *int     `json:"lastLayer,omitempty"`
	DeletedIn   *int     `json:"deletedIn,omitempty"`
	Bytes       *int64   `json:"bytes,omitempty"`
	FromBase    *bool    `json:"fromBase,omitempty"`
	Fingerprint string   `json:"fingerprint"`
	Match       string   `json:"match,omitempty"`
	Reason      string   `json:"reason,omitempty"`
	Also        []string `json:"also,omitempty"` // checks that say more of the same thing
}

// Check is what became of one check.
type Check struct {
	ID       string `json:"id"`
	Family   string `json:"family"`
	Status   string `json:"status"`
	Reason   string `json:"reason,omitempty"`
	Findings int    `json:"findings"`
}

// Score is one figure for the image, from 0 to 100: see check.Score.
type Score struct {
	Value    int      `json:"value"`
	Lost     []Loss   `json:"lost"`
	Families []string `json:"families"`
	Unknown  int      `json:"unknown"` // checks without an answer
}

// Loss is the points that one finding costs.
type Loss struct {
	ID          string `json:"id"`
	Severity    string `json:"severity"`
	Fingerprint string `json:"fingerprint"`
	Points      int    `json:"points"`
}

// Step is one line of the image's history.
type Step struct {
	Layer      *int   `json:"layer"` // null for a step without a layer
	Created    string `json:"created,omitempty"`
	CreatedBy  string `json:"createdBy,omitempty"`
	Author     string `json:"author,omitempty"`
	Comment    string `json:"comment,omitempty"`
	EmptyLayer bool   `json:"emptyLayer"`
}
