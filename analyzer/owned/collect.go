package owned

import (
	"strings"

	"peel/source/layer"
)

// Bounds of what is kept, in bytes. dpkg's status file of a full desktop has
// some 6 MB, apk's database of a large image 10 MB, RPM's of a workstation 50 MB.
const (
	maxDatabase = 64 << 20
	maxKept     = 128 << 20 // of one layer
)

// Collector keeps the package databases of the layers it is shown. A database
// that is too large is not kept: its files count as nobody's.
type Collector struct{}

var _ layer.Inspector = Collector{}

// Begin implements layer.Inspector. The result is a *Databases.
func (Collector) Begin() layer.LayerInspector { return &collector{kept: new(Databases)} }

// Databases are those of one layer.
type Databases struct{ list []database }

// database is one file of a package manager's.
type database struct {
	path   string
	format *format
	text   string
}

func (d *database) parse(x *Index) { d.format.parse(x, d.path, d.text) }

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
	kept *Databases
	size int64 // of what is kept

	path   string
	format *format
	buf    strings.Builder
}

var _ layer.LayerInspector = (*collector)(nil)

// Open implements layer.LayerInspector.
func (c *collector) Open(_ int, e *layer.Entry) bool {
	c.format = formatOf(e.Path)
	if c.format == nil || e.Size > maxDatabase || e.Size > maxKept-c.size {
		return false
	}
	c.path = e.Path
	c.buf = strings.Builder{}
	c.buf.Grow(int(e.Size))
	return true
}

// Write implements layer.LayerInspector.
func (c *collector) Write(p []byte) { c.buf.Write(p) }

// Close implements layer.LayerInspector.
func (c *collector) Close(int, *layer.Entry) {
	c.size += int64(c.buf.Len())
	c.kept.list = append(c.kept.list, database{c.path, c.format, c.buf.String()})
}

// Result implements layer.LayerInspector.
func (c *collector) Result() any { return c.kept }
