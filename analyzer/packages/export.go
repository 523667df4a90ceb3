package packages

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/format/cyclonedxjson"
	"github.com/anchore/syft/syft/format/syftjson"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/sbom"
)

// Format is a form in which an inventory is exchanged.
type Format string

// The formats, by the names that syft gives them.
const (
	CycloneDXJSON Format = "cyclonedx-json"
	SPDXJSON      Format = "spdx-json"
	SyftJSON      Format = "syft-json"
)

// encoders are syft's; encodeSPDX is ours.
var encoders = map[Format]func() (sbom.FormatEncoder, error){
	CycloneDXJSON: func() (sbom.FormatEncoder, error) {
		cfg := cyclonedxjson.DefaultEncoderConfig()
		return cyclonedxjson.NewFormatEncoderWithConfig(cfg)
	},
	SyftJSON: func() (sbom.FormatEncoder, error) {
		cfg := syftjson.DefaultEncoderConfig()
		return syftjson.NewFormatEncoderWithConfig(cfg)
	},
}

// Formats lists the formats there are.
func Formats() []Format { return []Format{CycloneDXJSON, SPDXJSON, SyftJSON} }

// Known reports whether there is such a format.
func (f Format) Known() bool { return slices.Contains(Formats(), f) }

// Encode writes what the image shows, as syft writes it. Removed packages are
// no part of it, and secrets in it are masked. Two documents of one image differ in the time and the random
// number that CycloneDX and SPDX ask for, and in nothing else.
func (r *Result) Encode(w io.Writer, f Format) error {
	if !f.Known() {
		return fmt.Errorf("encoding the packages: unknown format %q", f)
	}
	masked := r.hiding(w)
	if err := errors.Join(r.encode(masked, f), masked.Close()); err != nil {
		return fmt.Errorf("encoding the packages as %s: %w", f, err)
	}
	return nil
}

func (r *Result) encode(w io.Writer, f Format) error {
	if f == SPDXJSON {
		return encodeSPDX(w, *r.sbom)
	}
	enc, err := encoders[f]()
	if err != nil {
		return err
	}
	return enc.Encode(w, *r.sbom)
}

// correctSums puts the sums of whole archives where syft has those of the
// reduced ones.
func (c *catalog) correctSums(s *sbom.SBOM) {
	fixed := map[artifact.ID]pkg.Package{}
	for p := range s.Artifacts.Packages.Enumerate(pkg.JavaPkg, pkg.JenkinsPluginPkg) {
		m, ok := p.Metadata.(pkg.JavaArchive)
		if !ok || len(m.ArchiveDigests) == 0 || strings.Contains(m.VirtualPath, ":") {
			continue
		}
		sum := c.sumOf(&p)
		if sum == "" {
			continue
		}
		m.ArchiveDigests = []file.Digest{{Algorithm: "sha1", Value: sum}}
		p.Metadata = m
		fixed[p.ID()] = p
	}
	if len(fixed) == 0 {
		return
	}
	all := pkg.NewCollection()
	for p := range s.Artifacts.Packages.Enumerate() {
		if f, ok := fixed[p.ID()]; ok {
			p = f
		}
		all.Add(p)
	}
	s.Artifacts.Packages = all
	for i := range s.Relationships {
		r := &s.Relationships[i]
		if f, ok := fixed[r.From.ID()]; ok {
			r.From = f
		}
		if f, ok := fixed[r.To.ID()]; ok {
			r.To = f
		}
	}
}

func (c *catalog) sumOf(p *pkg.Package) string {
	for _, l := range p.Locations.ToSlice() {
		if n, ok := c.img.tree.Lookup(l.RealPath); ok {
			if v := c.img.tree.At(n, c.in.Tree.Top()); v != nil && v.Entry != nil {
				return c.img.sums[v.Entry]
			}
		}
	}
	return ""
}
