package checklist

import "peel/analyzer/finding"

// Tells is what the checks of an item prove.
type Tells uint8

// What checks prove.
const (
	Both    Tells = iota // a finding is a fault, none is none
	Faults               // a finding is a fault, that there is none proves nothing
	Neither              // they come near, and prove nothing
)

// Item is one line of the checklist, and the checks that answer it.
type Item struct {
	Name   string
	Checks []string // ids
	Tells  Tells
	From   finding.Severity // findings below do not count
	// Unseen says why an image may not tell; it stands beside the answer then.
	Unseen string
	Near   string // what a pass tells nevertheless, of Neither
}

// Items are the checklist of a production image, in the order in which people
// recite it.
var Items = []Item{
	{Name: "non-root", Checks: []string{"P001", "P003"}, From: finding.Medium},
	{
		Name: "pinned base", Checks: []string{"M013"}, Tells: Neither,
		Unseen: "whether FROM names a digest stands in the Containerfile, and the image does not record which base it was",
		Near:   "whether FROM names a digest stands in the Containerfile; the image records the digest of the base that it was",
	},
	{Name: "no secrets", Checks: secretChecks, From: finding.Medium},
	{
		Name: ".dockerignore", Checks: []string{"W008", "W014", "S024", "S025", "S031"}, Tells: Faults, From: finding.Low,
		Unseen: "what kept files out of the build context is no part of an image; what it should have kept out was not found",
	},
	{Name: "signed", Checks: []string{"X001"}},
	{Name: "SBOM", Checks: []string{"X002"}},
	{
		Name: "multi-stage", Checks: []string{"W010"}, Tells: Faults, From: finding.Low,
		Unseen: "stages that were thrown away are no part of an image; no compiler that one should have kept was found",
	},
	{Name: "minimal", Checks: []string{"P030", "W006", "W007", "W010"}},
	{Name: "cache-friendly order", Checks: []string{"H001", "H013"}},
	{
		Name: "complete labels", From: finding.Low,
		Checks: []string{"M001", "M002", "M003", "M004", "M005", "M006", "M007", "M008", "M009", "M010", "M011", "M012"},
	},
	{
		Name: "reproducible", Checks: []string{"M022"},
		Unseen: "only a second build shows it; the times of the image are not those of a reproducible one",
	},
	{Name: "health check", Checks: []string{"M030"}},
	{Name: "graceful shutdown", Checks: []string{"M034", "M035", "M036"}, From: finding.Low},
	{
		Name: "no latest", Checks: []string{"M023"},
		Unseen: "the image was not asked for by a name",
	},
}

// secretChecks are all that find one.
var secretChecks = []string{
	"S001", "S002", "S003", "S004", "S005", "S006", "S007", "S010", "S011", "S012",
	"S020", "S021", "S022", "S023", "S024", "S025", "S026", "S027", "S028", "S029", "S030", "S031", "S032", "S033", "S034",
	"S040", "S041", "S042", "S043", "S044", "S045", "S050", "S051", "S052",
}
