package layer

import "bytes"

// Kind is what a regular file's first bytes look like.
type Kind uint8

// The kinds told apart by Sniff.
const (
	KindUnknown Kind = iota
	KindEmpty
	KindText
	KindBinary
	KindScript
	KindELF
	KindPE
	KindMachO
	KindArchiveAr
	KindTar
	KindGzip
	KindZstd
	KindXz
	KindBzip2
	KindZip
	KindImage
	KindFont
	KindPDF
	KindSQLite
	KindPEM
	KindPython
	KindClass
	KindWasm
	// KindWithheld is not told by Sniff: the source could not read the content.
	KindWithheld
)

var kindNames = [...]string{
	"", "empty", "text", "binary data", "script", "ELF", "PE executable", "Mach-O", "ar archive", "tar archive",
	"gzip data", "zstd data", "xz data", "bzip2 data", "zip archive", "image", "font", "PDF", "SQLite database",
	"PEM", "Python bytecode", "Java class", "WebAssembly", "not readable",
}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return ""
}

// SniffLen is how many leading bytes Sniff looks at.
const SniffLen = 512

// signatures are tried in order; the first that fits decides.
var signatures = []struct {
	offset int
	magic  string
	kind   Kind
}{
	{0, "\x7fELF", KindELF},
	{0, "#!", KindScript},
	{0, "-----BEGIN ", KindPEM},
	{0, "\x1f\x8b", KindGzip},
	{0, "\x28\xb5\x2f\xfd", KindZstd},
	{0, "\xfd7zXZ\x00", KindXz},
	{0, "BZh", KindBzip2},
	{0, "PK\x03\x04", KindZip},
	{0, "PK\x05\x06", KindZip},
	{0, "!<arch>\n", KindArchiveAr},
	{257, "ustar", KindTar},
	{0, "SQLite format 3\x00", KindSQLite},
	{0, "\x89PNG\r\n", KindImage},
	{0, "\xff\xd8\xff", KindImage},
	{0, "GIF8", KindImage},
	{8, "WEBP", KindImage},
	{0, "wOFF", KindFont},
	{0, "wOF2", KindFont},
	{0, "OTTO\x00", KindFont},
	{0, "\x00\x01\x00\x00\x00", KindFont},
	{0, "%PDF-", KindPDF},
	{0, "\x00asm", KindWasm},
	{0, "MZ", KindPE},
	{0, "\xcf\xfa\xed\xfe", KindMachO},
	{2, "\r\r\n", KindPython},
}

// Sniff tells the kind of a file from its first bytes, at most SniffLen of them.
func Sniff(head []byte) Kind {
	if len(head) == 0 {
		return KindEmpty
	}
	for _, s := range signatures {
		if len(head) >= s.offset+len(s.magic) && string(head[s.offset:s.offset+len(s.magic)]) == s.magic {
			return s.kind
		}
	}
	if bytes.HasPrefix(head, []byte("\xca\xfe\xba\xbe")) {
		// Java classes and universal Mach-O binaries share a magic number; the
		// latter count their architectures where the former have a version.
		if len(head) >= 8 && head[6] == 0 && head[7] < 30 {
			return KindMachO
		}
		return KindClass
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return KindBinary
	}
	return KindText
}
