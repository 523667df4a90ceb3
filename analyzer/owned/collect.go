package owned

import (
	"bytes"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/s2"

	"peel/source/layer"
)

// Bounds of what is kept, in bytes. dpkg's status file of a full desktop has
// some 6 MB, apk's database of a large image 10 MB, RPM's of a workstation 50 MB.
const (
	maxDatabase = 64 << 20
	maxKept     = 128 << 20 // of one layer
	// maxPacked is of all layers, as packed. An image in which ten layers install
	// packages has the whole of RPM's database in each, of which a third remains.
	maxPacked = 256 << 20
	// packFrom is the size from which a database is packed.
	packFrom = 64 << 10
)

// Collector keeps the package databases of the layers of one image. A database
// that is too large is not kept: its files count as nobody's. The zero value is
// ready.
type Collector struct{ packed atomic.Int64 }

var _ layer.Inspector = (*Collector)(nil)

// FactsName is that of the databases of packages that a Collector keeps.
const FactsName = "owned"

// Name implements layer.Inspector.
func (*Collector) Name() string { return FactsName }

// Begin implements layer.Inspector. The result is a *Databases.
func (c *Collector) Begin() layer.LayerInspector {
	return &collector{all: c, kept: new(Databases)}
}

// Databases are those of one layer.
type Databases struct{ list []database }

// database is one file of a package manager's.
type database struct {
	path   string
	format *format
	small  string // all of it
	packed []byte // or all of it, packed
}

func (d *database) text() string {
	if d.packed == nil {
		return d.small
	}
	b, _ := s2.Decode(nil, d.packed) // is ours
	return string(b)
}

func (d *database) parse(x *Index) { d.format.parse(x, d.path, d.text()) }

// format is how a package manager writes a file of its database.
type format struct {
	manager string
	fits    func(path string) bool
	parse   func(x *Index, path, text string)
}

// What the managers are called.
const (
	dpkgManager = "dpkg"
	apkManager  = "apk"
	rpmManager  = "rpm"
	pipManager  = "pip"
)

// formats are all there are.
var formats = []format{
	{dpkgManager, isMD5Sums, (*Index).md5sums},
	{dpkgManager, func(p string) bool { return p == "var/lib/dpkg/status" }, (*Index).status},
	{apkManager, func(p string) bool { return p == "lib/apk/db/installed" || p == "usr/lib/apk/db/installed" }, (*Index).installed},
	{rpmManager, isRPM, (*Index).rpm},
	{pipManager, func(p string) bool { return strings.HasSuffix(p, distInfo+"RECORD") }, (*Index).record},
	{pipManager, func(p string) bool { return strings.HasSuffix(p, distInfo+"direct_url.json") }, (*Index).directURL},
}

func formatOf(path string) *format {
	for i := range formats {
		if formats[i].fits(path) {
			return &formats[i]
		}
	}
	return nil
}

// collector looks at one layer.
type collector struct {
	all  *Collector
	kept *Databases
	size int64 // of what is kept, not packed

	path   string
	format *format
	buf    bytes.Buffer
}

var _ layer.LayerInspector = (*collector)(nil)

// Open implements layer.LayerInspector.
func (c *collector) Open(_ int, e *layer.Entry) bool {
	c.format = formatOf(e.Path)
	if c.format == nil || e.Size > maxDatabase || e.Size > maxKept-c.size || c.all.packed.Load() > maxPacked {
		return false
	}
	c.path = e.Path
	c.buf.Reset()
	return true
}

// Write implements layer.LayerInspector.
func (c *collector) Write(p []byte) { c.buf.Write(p) }

// Close implements layer.LayerInspector.
func (c *collector) Close(int, *layer.Entry) {
	c.size += int64(c.buf.Len())
	d := database{path: c.path, format: c.format}
	if c.buf.Len() < packFrom {
		d.small = c.buf.String()
	} else {
		d.packed = bytes.Clone(s2.Encode(nil, c.buf.Bytes())) // the clone has no room to spare
	}
	c.all.packed.Add(int64(len(d.small) + len(d.packed)))
	c.kept.list = append(c.kept.list, d)
}

// Facts implements layer.LayerInspector.
func (c *collector) Facts() any {
	c.buf = bytes.Buffer{}
	return c.kept
}
