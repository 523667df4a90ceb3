package packages

// Inventory is the software of an image: what its file system shows once all
// layers are applied, and what earlier layers still carry. Layers count from 0,
// bottom first; bytes are uncompressed.
type Inventory struct {
	// Distro is what the image calls its distribution; "" if it does not.
	Distro   string    `json:"distro,omitempty"`
	Packages []Package `json:"packages"` // by name, version, type
	// Removed are packages that an earlier layer had and the image shows no
	// longer: deleted, or replaced by another version.
	Removed []Removed `json:"removed,omitempty"`
	// Duplicates are packages that are there in several versions, or several
	// times.
	Duplicates []Duplicate `json:"duplicates,omitempty"`
	Unowned    Unowned     `json:"unowned"`
	// Partial tells why there may be more than is listed; nil if all was seen.
	Partial []string `json:"partial,omitempty"`
	// Notes are of files that looked as if they told of packages, but could not be
	// understood.
	Notes []string `json:"notes,omitempty"`

	owners map[int32]Owner
	img    *image
	doc    *document
}

// Package is one piece of software.
type Package struct {
	Name     string   `json:"name"`
	Version  string   `json:"version"`
	Type     string   `json:"type"` // as syft calls it: deb, apk, rpm, npm, python, go-module, …
	Language string   `json:"language,omitempty"`
	Licenses []string `json:"licenses,omitempty"` // SPDX expressions where they are known
	PURL     string   `json:"purl,omitempty"`
	// Layer is the one that brought the package: the first in which its record
	// appears in this version.
	Layer int `json:"layer"`
	// Size is the bytes of the Files that it owns and that are there, hard links
	// once. Files is 0 where nothing tells them: for what is linked into a
	// program, or lies in an archive.
	Size      int64      `json:"size"`
	Files     int        `json:"files"`
	Locations []Location `json:"locations"` // of its records

	// Nodes are the files owned, in the tree of the image, in no order.
	Nodes []int32 `json:"-"`
}

// Location is a file that tells of a package.
type Location struct {
	Path  string `json:"path"`
	Layer int    `json:"layer"`
}

// Removed is a package of an earlier layer. What it costs still ships.
type Removed struct {
	Package
	RemovedBy int    `json:"removedBy"`            // the layer
	Replaced  string `json:"replacedBy,omitempty"` // the version that is there instead
	// Dead is the bytes of its files that nobody can see any more; Size counts
	// those that a later version left alone too.
	Dead int64 `json:"dead"`
}

// Duplicate is a package that is there more than once.
type Duplicate struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Versions []string `json:"versions"` // different ones, in order
	Packages []int    `json:"packages"` // into Inventory.Packages
	// Size is the bytes of all of them but the largest.
	Size int64 `json:"size"`
}

// Unowned is the visible files that no package claims.
type Unowned struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// Owner is what a package's record says of one of its files.
type Owner struct {
	Package int // into Inventory.Packages
	// Algorithm and Digest are of the file as it was installed: md5 for dpkg,
	// sha1 for apk, sha256 for rpm and Python, in hex. "" if the record has none,
	// as for what is meant to be edited.
	Algorithm string
	Digest    string
}

// Owner finds the package that claims a file, which is named without symbolic
// links in it.
func (inv *Inventory) Owner(path string) (Owner, bool) {
	n, ok := inv.img.tree.Lookup(path)
	if !ok {
		return Owner{}, false
	}
	o, ok := inv.owners[int32(n)]
	return o, ok
}
