// Package inventory is the shape of what peel knows of the software in an image.
// analyzer/packages finds it, analyzer/report renders it.
package inventory

// Inventory is the software of an image: what its file system shows once all
// layers are applied, and what earlier layers still carry. Layers count from 0,
// bottom first; bytes are uncompressed.
type Inventory struct {
	// Distro is what the image calls its distribution; "" if it does not.
	Distro string
	// Packages are by name, version and type; those that are no longer there come
	// after those that are, with the most dead bytes first.
	Packages []Package
	// Duplicates are installed packages that are there more than once.
	Duplicates []Duplicate
	Unowned    Unowned
	// Partial tells why there may be more than is listed; nil if all was seen.
	Partial []string
	// Notes are of files that looked as if they told of packages, but could not be
	// understood.
	Notes []string
}

// State is what became of a package.
type State string

// The states of a package.
const (
	Installed   State = "installed"
	Removed     State = "removed"     // a later layer took it away
	Overwritten State = "overwritten" // a later layer brought another version instead
)

// Package is one piece of software.
type Package struct {
	Name     string
	Version  string
	Type     string // as syft calls it: deb, apk, rpm, npm, python, go-module, …
	Language string
	Licenses []string // SPDX expressions where they are known
	PURL     string
	State    State
	// Layer is the one that brought the package: the first in which its record
	// appears in this version.
	Layer int
	// RemovedBy is the layer that took it away, and ReplacedBy the version that is
	// there instead. Both say nothing of what is installed.
	RemovedBy  int
	ReplacedBy string
	// Files is how many it owns that are there; 0 where nothing tells, as for what
	// is linked into a program or lies in an archive. Bytes is the sum of their
	// sizes, hard links once.
	Files int
	Bytes int64
	// Nodes are those files in the tree that the inventory is of, in its order.
	Nodes []int32
	// Dead is those bytes that nobody can see any more: what a package that is
	// gone still costs. Files that a later version left alone are not among them.
	Dead      int64
	Locations []Location // of its records
}

// Location is a file that tells of a package.
type Location struct {
	Path  string
	Layer int
	// Supporting is of those that add to a record, and may be the same for
	// several versions: scripts, licences.
	Supporting bool
}

// Duplicate is a package that is there more than once.
type Duplicate struct {
	Name     string
	Type     string
	Versions []string // different ones, in order
	Count    int      // of the packages
	Bytes    int64    // of all of them but the largest
}

// Unowned is the visible files that no package claims, hard links once.
type Unowned struct {
	Files   int
	Bytes   int64
	Largest []File // the first maxLargest of them, as far as they have bytes
}

// File is one file of the merged tree.
type File struct {
	Path  string
	Bytes int64
	Layer int
}
