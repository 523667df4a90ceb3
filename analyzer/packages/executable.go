package packages

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	gosync "github.com/anchore/go-sync"
	"github.com/anchore/syft/syft/cataloging/pkgcataloging"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/binary"
	"github.com/anchore/syft/syft/pkg/cataloger/dotnet"
	"github.com/anchore/syft/syft/pkg/cataloger/golang"
	"github.com/anchore/syft/syft/pkg/cataloger/java"
	"github.com/anchore/syft/syft/pkg/cataloger/rust"
	"github.com/bmatcuk/doublestar/v4"
)

// prospect is what catalogers make of one executable. They look at it as soon
// as it has gone by, and what they read is all that needs to be kept: a few
// sections of many megabytes. When they look again, at the merged tree, they
// read the same.
type prospect struct {
	by      finders // 0: nobody
	windows bool    // a PE file: what it means depends on others
	content *content
}

// program is an executable in which catalogers find something.
type program struct {
	mime string
	by   finders
}

// finders are some of windowsCatalogers, the first as the lowest bit.
type finders uint8

const everyFinder = ^finders(0)

// finderOf is the bit of a cataloger; 0 if it does not look into programs.
func finderOf(cataloger string) finders {
	for i, c := range windowsCatalogers() {
		if c.Name() == cataloger {
			return 1 << i
		}
	}
	return 0
}

// replaces reports whether the reduced content serves a file that is also
// wanted by its name. PE files are wanted by no more than their extension.
func (p *prospect) replaces(name string) bool {
	return p.windows && slices.Contains([]string{".dll", ".exe", ".bpl"}, strings.ToLower(path.Ext(name)))
}

// binaryCatalogers are those that look at executables by their type.
var binaryCatalogers = sync.OnceValue(func() []pkg.Cataloger {
	cfg := pkgcataloging.DefaultConfig()
	return []pkg.Cataloger{
		golang.NewGoModuleBinaryCataloger(cfg.Golang),
		rust.NewAuditBinaryCataloger(),
		binary.NewELFPackageCataloger(),
		java.NewNativeImageCataloger(),
		dotnet.NewDotnetDepsBinaryCataloger(cfg.Dotnet),
	}
})

var windowsCatalogers = sync.OnceValue(func() []pkg.Cataloger {
	return append(slices.Clip(binaryCatalogers()), binary.NewPEPackageCataloger())
})

// signatures are without which a cataloger finds nothing in a program that is
// no PE file, by its name. To look for them here spares it from reading
// all of the program, or all its symbols. A test finds them in syft's source.
var signatures = map[string][]byte{
	"dotnet-deps-binary-cataloger": {
		0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
		0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
	},
	"graalvm-native-image-cataloger": []byte("__svm_version_info"),
}

const (
	mimeWindows = "application/vnd.microsoft.portable-executable"
	// upxMagic and where it is searched are syft's: what is packed with UPX has
	// to be unpacked before anything is seen of it.
	upxMagic  = "UPX!"
	upxWithin = 8 << 10
)

// maxProspecting bounds the time that the catalogers take over one program while
// the layer waits. The largest need a tenth of a second.
const maxProspecting = 20 * time.Second

// prospectOf lets the catalogers look at a program. Of one that they do not come
// to an end with in time nothing is kept.
func prospectOf(name, mime string, c *content) (p *prospect, inTime bool) {
	result := make(chan *prospect, 1)
	go func() { result <- prospecting(name, mime, c) }()
	timer := time.NewTimer(maxProspecting)
	defer timer.Stop()
	select {
	case p = <-result:
		return p, true
	case <-timer.C:
		return &prospect{}, false
	}
}

func prospecting(name, mime string, c *content) *prospect {
	p := &prospect{windows: mime == mimeWindows}
	head := make([]byte, min(upxWithin, c.size))
	if _, err := c.open().ReadAt(head, 0); c.cut > 0 || err == nil && bytes.Contains(head, []byte(upxMagic)) {
		p.by, p.content = everyFinder, c.packed()
		return p
	}
	catalogers := binaryCatalogers()
	if p.windows {
		p.by = everyFinder
		catalogers = windowsCatalogers()
	}
	signed := c.find(signatures)
	var spans []span
	for i, cat := range catalogers {
		if signatures[cat.Name()] != nil && !p.windows && !signed[cat.Name()] {
			continue
		}
		one := &oneFile{name: name, mime: mime, content: c}
		if one.yields(cat) {
			p.by |= 1 << i
		} else if !p.windows {
			continue
		}
		spans = append(spans, one.spans...)
	}
	if p.by != 0 {
		p.content = c.only(spans)
	}
	return p
}

// oneFile is an image with a single file, which remembers what is read of it.
type oneFile struct {
	name, mime string
	content    *content
	spans      []span
}

var _ file.Resolver = (*oneFile)(nil)

// yields reports whether a cataloger makes a package of the file. One that
// breaks down over it does: what it makes of it is not known.
func (o *oneFile) yields(c pkg.Cataloger) (found bool) {
	defer func() {
		if recover() != nil {
			found = true
			o.spans = append(o.spans, span{0, o.content.size})
		}
	}()
	ctx, err := licenseContext(context.Background())
	if err != nil {
		return true
	}
	pkgs, _, err := c.Catalog(ctx, o)
	var panicked gosync.PanicError
	return len(pkgs) > 0 || errors.As(err, &panicked)
}

func (o *oneFile) location() file.Location { return file.NewLocation(o.name) }

// FilesByGlob implements file.Resolver.
func (o *oneFile) FilesByGlob(patterns ...string) ([]file.Location, error) {
	for _, p := range patterns {
		if doublestar.MatchUnvalidated(p, o.name) {
			return []file.Location{o.location()}, nil
		}
	}
	return nil, nil
}

// FilesByMIMEType implements file.Resolver.
func (o *oneFile) FilesByMIMEType(types ...string) ([]file.Location, error) {
	if slices.Contains(types, o.mime) {
		return []file.Location{o.location()}, nil
	}
	return nil, nil
}

// FileContentsByLocation implements file.Resolver.
func (o *oneFile) FileContentsByLocation(file.Location) (io.ReadCloser, error) {
	r := o.content.open()
	r.at.saw = func(off, end int64) {
		if n := len(o.spans); n > 0 && off >= o.spans[n-1].off && off <= o.spans[n-1].end {
			o.spans[n-1].end = max(o.spans[n-1].end, end)
			return
		}
		o.spans = append(o.spans, span{off, end})
	}
	return r, nil
}

// HasPath implements file.Resolver.
func (o *oneFile) HasPath(p string) bool { return p == o.name }

// FilesByPath implements file.Resolver.
func (o *oneFile) FilesByPath(...string) ([]file.Location, error) { return nil, nil }

// RelativeFileByPath implements file.Resolver.
func (o *oneFile) RelativeFileByPath(file.Location, string) *file.Location { return nil }

// AllLocations implements file.Resolver.
func (o *oneFile) AllLocations(context.Context) <-chan file.Location {
	one := make(chan file.Location, 1)
	one <- o.location()
	close(one)
	return one
}

// FileMetadataByLocation implements file.Resolver.
func (o *oneFile) FileMetadataByLocation(file.Location) (file.Metadata, error) {
	return file.Metadata{Path: o.name, MIMEType: o.mime}, nil
}
