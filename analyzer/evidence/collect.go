package evidence

import (
	"bytes"
	"path"
	"strings"

	"peel/source/layer"
)

// Bounds of what a Collector keeps of one layer, so that memory stays small
// whatever the image holds.
const (
	// headLen is the bytes kept of an executable: the program headers and the
	// interpreter's name of all but odd ELF files, and the body of an entrypoint
	// script up to what matters.
	headLen = 4 << 10
	// maxNamed is the size of the largest configuration file that is kept; an
	// /etc/passwd of a thousand users has half of it.
	maxNamed = 128 << 10
	// keyLen is what tells a private key.
	keyLen = 128
	// maxFiles bounds the named files, maxText the bytes of all texts.
	maxFiles = 4096
	maxText  = 8 << 20
	// maxPrograms bounds the executables of which something is kept.
	maxPrograms = 200_000
)

// File is what was kept of one regular file.
type File struct {
	Text    []byte // the content of a named file, the head of a shell script
	Cut     bool   // Text is not all of it
	Shebang string // the first line of a script, without "#!"; a carriage return stays
	ELF     *ELF   // nil if the file is none, or too odd to tell
	Key     bool   // a PEM block of a private key begins it
}

// Facts is what a Collector kept of one layer. It becomes the layer's result.
type Facts struct {
	files map[int]*File // by index into Index.Entries
	Full  bool          // a bound was reached: something was not kept
}

// Collector keeps what the checks need to see of the contents.
type Collector struct{}

var _ layer.Inspector = Collector{}

// FactsName is that of what a Collector keeps for the checks.
const FactsName = "evidence"

// Name implements layer.Inspector.
func (Collector) Name() string { return FactsName }

// Begin implements layer.Inspector. The result of what it returns is a *Facts.
func (Collector) Begin() layer.LayerInspector {
	return &collecting{facts: &Facts{files: map[int]*File{}}}
}

// collecting is the collector's view of one layer.
type collecting struct {
	facts    *Facts
	as       role
	want     int // bytes
	head     []byte
	text     int // bytes kept
	named    int
	programs int
}

// Open implements layer.LayerInspector.
func (c *collecting) Open(i int, e *layer.Entry) bool {
	c.as = roleOf(e.Path)
	if c.as == none && e.Mode&0o111 != 0 {
		c.as = program
	}
	c.head = c.head[:0]
	switch c.as {
	case none:
		return false
	case program:
		c.want = headLen
		if c.programs++; c.programs > maxPrograms {
			c.facts.Full = true
			return false
		}
	case key:
		c.want = keyLen
	default:
		c.want = maxNamed
		if c.named++; c.named > maxFiles {
			c.facts.Full = true
			return false
		}
	}
	return true
}

// Write implements layer.LayerInspector.
func (c *collecting) Write(p []byte) {
	if left := c.want - len(c.head); left > 0 {
		c.head = append(c.head, p[:min(left, len(p))]...)
	}
}

// Close implements layer.LayerInspector.
func (c *collecting) Close(i int, e *layer.Entry) {
	f := new(File)
	switch c.as {
	case key:
		if f.Key = isKey(c.head); !f.Key {
			return
		}
	case program:
		if !c.program(f, e) {
			return
		}
	case shadow:
		f.Text = hideHashes(c.head)
		f.Cut = e.Size > int64(len(c.head))
		c.text += len(f.Text)
	default:
		c.keep(f, e)
	}
	c.facts.files[i] = f
}

// program keeps what tells how an executable is run; false if nothing does.
func (c *collecting) program(f *File, e *layer.Entry) bool {
	switch e.Kind {
	case layer.KindELF:
		f.ELF = parseELF(c.head)
		return f.ELF != nil
	case layer.KindScript:
		line, _, _ := bytes.Cut(c.head, []byte("\n"))
		f.Shebang = strings.Trim(strings.TrimPrefix(string(line[:min(len(line), maxShebang)]), "#!"), " \t")
		if isShell(f.Shebang) {
			c.keep(f, e)
		}
		return true
	}
	return false
}

// maxShebang is what Linux reads of the line (BINPRM_BUF_SIZE).
const maxShebang = 256

// isShell reports whether a shebang names a shell, whose script may be an
// entrypoint worth reading.
func isShell(shebang string) bool {
	for word := range strings.FieldsSeq(shebang) { // a carriage return is a space here
		switch path.Base(word) {
		case "sh", "bash", "dash", "ash", "ksh", "zsh", "busybox":
			return true
		}
	}
	return false
}

func (c *collecting) keep(f *File, e *layer.Entry) {
	if c.text+len(c.head) > maxText {
		c.facts.Full, f.Cut = true, true
		return
	}
	f.Text = bytes.Clone(c.head)
	f.Cut = e.Size > int64(len(c.head))
	c.text += len(f.Text)
}

// Facts implements layer.LayerInspector.
func (c *collecting) Facts() any { return c.facts }

func isKey(head []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimLeft(head, " \t\r\n"), []byte("\n"))
	return bytes.HasPrefix(line, []byte("-----BEGIN ")) && bytes.Contains(line, []byte("PRIVATE KEY")) ||
		bytes.HasPrefix(line, []byte("PuTTY-User-Key-File-"))
}
