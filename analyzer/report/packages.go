package report

import (
	_ "embed"
	"io"

	"peel/analyzer"
	"peel/analyzer/inventory"
	"peel/analyzer/text"
)

//go:embed packages.schema.json
var packagesSchema []byte

// PackagesSchema is the JSON Schema of a Packages report. It refers to Schema.
func PackagesSchema() []byte { return packagesSchema }

// Packages is a report on the software in an image, and on nothing else.
type Packages struct {
	SchemaVersion string        `json:"schemaVersion"`
	PeelVersion   string        `json:"peelVersion,omitempty"`
	Image         PackagesImage `json:"image"`
	Inventory     Inventory     `json:"inventory"`
	Packages      []Package     `json:"packages"` // installed ones first
}

// PackagesImage tells which image it was.
type PackagesImage struct {
	Reference      string `json:"reference"` // as the user wrote it
	Platform       string `json:"platform,omitempty"`
	ManifestDigest string `json:"manifestDigest,omitempty"`
	ConfigDigest   string `json:"configDigest,omitempty"`
	LayerCount     int    `json:"layerCount"`
}

// Inventory is what is known of the software of an image, beside the list.
type Inventory struct {
	Distro     string             `json:"distro,omitempty"`
	Partial    bool               `json:"partial"` // there may be more packages than are listed
	Errors     []string           `json:"errors"`  // why
	Notes      []string           `json:"notes"`
	Duplicates []PackageDuplicate `json:"duplicates"`
	Unowned    Unowned            `json:"unowned"`
}

// Package is one piece of software. What earlier layers alone have is here too.
type Package struct {
	Name      string     `json:"name"`
	Version   string     `json:"version"`
	Type      string     `json:"type"`
	Language  string     `json:"language,omitempty"`
	Licenses  []string   `json:"licenses"`
	PURL      string     `json:"purl,omitempty"`
	State     string     `json:"state"`
	Layer     *int       `json:"layer,omitempty"`
	FromBase  *bool      `json:"fromBase,omitempty"` // whether the base image brings it; nil if that is not known
	RemovedBy *int       `json:"removedBy,omitempty"`
	Replaced  string     `json:"replacedBy,omitempty"`
	SizeBytes *int64     `json:"sizeBytes,omitempty"` // nil if nothing tells its files
	FileCount *int       `json:"fileCount,omitempty"`
	DeadBytes *int64     `json:"deadBytes,omitempty"` // nil if installed
	Locations []Location `json:"locations"`
}

// Location is a file that tells of a package.
type Location struct {
	Path  string `json:"path"`
	Layer int    `json:"layer"`
}

// PackageDuplicate is a package that is there more than once.
type PackageDuplicate struct {
	Name       string   `json:"name"`
	Type       string   `json:"type"`
	Versions   []string `json:"versions"`
	Count      int      `json:"count"`
	ExtraBytes int64    `json:"extraBytes"` // of all but the largest
}

// Unowned is the visible files that no package claims.
type Unowned struct {
	FileCount int           `json:"fileCount"`
	SizeBytes int64         `json:"sizeBytes"`
	Largest   []UnownedFile `json:"largest"`
}

// UnownedFile is one of them.
type UnownedFile struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
	Layer int    `json:"layer"`
}

// NewPackages reports on the software of an image.
func NewPackages(a *analyzer.Analysis, inv *inventory.Inventory, m Meta) *Packages {
	img := imageOf(a)
	return &Packages{
		SchemaVersion: SchemaVersion, PeelVersion: m.PeelVersion,
		Image: PackagesImage{
			Reference: img.Reference, Platform: img.Platform, ManifestDigest: img.ManifestDigest,
			ConfigDigest: img.ConfigDigest, LayerCount: img.LayerCount,
		},
		Inventory: inventoryOf(inv), Packages: packagesOf(a, inv),
	}
}

// WritePackagesJSON writes the report as WriteJSON does.
func WritePackagesJSON(w io.Writer, p *Packages) error { return writeJSON(w, p) }

func inventoryOf(inv *inventory.Inventory) Inventory {
	return Inventory{
		Distro: text.UTF8(inv.Distro), Partial: len(inv.Partial) > 0, Errors: each(inv.Partial, text.UTF8), Notes: each(inv.Notes, text.UTF8),
		Duplicates: each(inv.Duplicates, func(d inventory.Duplicate) PackageDuplicate {
			return PackageDuplicate{text.UTF8(d.Name), d.Type, each(d.Versions, text.UTF8), d.Count, d.Bytes}
		}),
		Unowned: Unowned{inv.Unowned.Files, inv.Unowned.Bytes, each(inv.Unowned.Largest, func(f inventory.File) UnownedFile {
			return UnownedFile{text.UTF8(f.Path), f.Bytes, f.Layer}
		})},
	}
}

// packagesOf tells of each package whether the base image brings it, if that is
// known.
func packagesOf(a *analyzer.Analysis, inv *inventory.Inventory) []Package {
	list := each(inv.Packages, packageOf)
	for i := range list {
		if l := list[i].Layer; l != nil {
			list[i].FromBase = known(*l < a.BaseLayers(), a.BaseLayers() >= 0)
		}
	}
	return list
}

func packageOf(p inventory.Package) Package {
	out := Package{
		Name: text.UTF8(p.Name), Version: text.UTF8(p.Version), Type: p.Type, Language: p.Language,
		Licenses: each(p.Licenses, text.UTF8), PURL: text.UTF8(p.PURL), State: string(p.State), Replaced: text.UTF8(p.ReplacedBy),
		Locations: each(p.Locations, func(l inventory.Location) Location { return Location{text.UTF8(l.Path), l.Layer} }),
	}
	if p.Layer >= 0 {
		out.Layer = &p.Layer
	}
	if p.Files > 0 {
		out.SizeBytes, out.FileCount = &p.Bytes, &p.Files
	}
	if p.State != inventory.Installed {
		out.RemovedBy = &p.RemovedBy
		if p.Files > 0 {
			out.DeadBytes = &p.Dead
		}
	}
	return out
}
