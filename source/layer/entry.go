package layer

import (
	"encoding/hex"
	"time"
)

// Type is what a tar entry of a layer is, after whiteouts have been told from
// files (OCI image spec, layer.md, "Whiteouts").
type Type uint8

// The types of a layer's entries.
const (
	Regular Type = iota + 1
	Directory
	Symlink
	Hardlink // Link names another path of the image; it has no bytes of its own
	CharDevice
	BlockDevice
	FIFO
	Whiteout // Path names what is deleted from the layers below
	Opaque   // Path names the directory whose content in the layers below is hidden
)

var typeNames = [...]string{"unknown", "file", "directory", "symlink", "hardlink", "chardev", "blockdev", "fifo", "whiteout", "opaque"}

func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return typeNames[0]
}

// Hidden reports whether an entry of this type is an instruction to the
// unpacker and not an object of the file system.
func (t Type) Hidden() bool { return t == Whiteout || t == Opaque }

// Digest is the sha256 of a regular file's content.
type Digest [32]byte

// String is "sha256:" and 64 hex digits.
func (d Digest) String() string { return "sha256:" + hex.EncodeToString(d[:]) }

// Permission bits of Entry.Mode, as chmod(2) numbers them.
const (
	Setuid = 0o4000
	Setgid = 0o2000
	Sticky = 0o1000
)

// Entry is one object that a layer adds, changes or removes. It is immutable
// once its layer has been scanned.
type Entry struct {
	// Path is relative to the image's root, slash-separated and clean: no
	// leading slash, no ".", "..", empty or trailing elements. The root is "".
	// It may hold any other byte: print it through a sanitizer only.
	Path string
	// Link is the target as stored: of a symlink verbatim, of a hard link as
	// clean as Path.
	Link  string
	Xattr []Xattr // sorted by name; nil for nearly all entries
	// Size is the file's length in bytes; zero unless Type is Regular.
	Size    int64
	ModTime int64 // nanoseconds since 1970
	// Offset is where the content begins in the uncompressed tar. Of a sparse file,
	// of which only parts are stored, it is negative: its headers begin at ^Offset.
	Offset int64
	Digest Digest
	UID    uint32
	GID    uint32
	Major  uint32 // device numbers
	Minor  uint32
	Mode   uint16 // permission bits, Setuid, Setgid and Sticky
	Type   Type
	Kind   Kind // what the content looks like; regular files only
}

// Xattr is one extended attribute.
type Xattr struct{ Name, Value string }

// Time is the modification time in UTC.
func (e *Entry) Time() time.Time { return time.Unix(0, e.ModTime).UTC() }

// SameMeta reports whether both entries describe the same object but for its
// content: type, mode, owner, device, link target, xattrs and modification time.
func (e *Entry) SameMeta(o *Entry) bool {
	return e.SameAttrs(o) && e.ModTime == o.ModTime
}

// SameAttrs is SameMeta without the modification time.
func (e *Entry) SameAttrs(o *Entry) bool {
	if e.Type != o.Type || e.Mode != o.Mode || e.UID != o.UID || e.GID != o.GID ||
		e.Major != o.Major || e.Minor != o.Minor || len(e.Xattr) != len(o.Xattr) {
		return false
	}
	if e.Type == Symlink && e.Link != o.Link {
		return false
	}
	for i := range e.Xattr {
		if e.Xattr[i] != o.Xattr[i] {
			return false
		}
	}
	return true
}

// Index is all that one reading of a layer says about it.
type Index struct {
	// Entries are in the order of the tar. A path that the tar holds twice is
	// here twice; the later one counts.
	Entries []Entry
	DiffID  string // "sha256:…" of the uncompressed tar
	Digest  string // "sha256:…" of the bytes as stored
	// Compression of the stored bytes: "none", "gzip" or "zstd".
	Compression string
	StoredBytes int64 // as stored, compressed
	TarBytes    int64 // the uncompressed tar, headers and padding included
	// Checkpoints are places in the stored bytes where reading can begin, if
	// Options asked for them and the compression allows for it.
	Checkpoints []Checkpoint
	Marks       []Mark
	// Problems are oddities of the tar that did not stop the reading.
	Problems []Problem
	// Facts are what the inspectors of Options found, by their names: see FactsOf.
	Facts map[string]any
	// Withheld is how many files there are whose contents the source could not
	// read: their Kind is KindWithheld, their Digest a Withholder's. DiffID is then
	// the one that was promised, not verified.
	Withheld int
	// Complete is false if the reading ended early; Entries are then what was
	// read until there.
	Complete bool
}

// Problem is an oddity in a layer that was worked around, and how often.
type Problem struct {
	What  string // a class of problem, one of the Problem… constants
	Count int
	First string // the first path, as the tar has it
}

// The classes of problems.
const (
	ProblemEscape    = "name leaves the root"           // "..": read as if the root were its own parent
	ProblemAbsolute  = "absolute name"                  // read as relative to the root
	ProblemWhiteout  = "whiteout names nothing"         // ".wh.", ".wh..": ignored
	ProblemDuplicate = "path occurs twice in one layer" // the later one counts
	ProblemType      = "unknown entry type"             // ignored
	ProblemRoot      = "root is no directory"           // a file without a name: ignored
	ProblemLongName  = "name longer than PATH_MAX"      // kept
	ProblemWithheld  = "content not readable"           // listed without it
	ProblemRemade    = "diffID not verified: put together from a table of contents"
	ProblemAUFS      = "metadata of AUFS, which unpackers skip"
	ProblemUnseen    = "content of AUFS's hard links not inspected: too large"
	ProblemSkipped   = "diffID not verified: the store does not keep what unpackers skip"
	ProblemTrailing  = "data after the end of the tar" // ignored, but part of the diffID
)
