package packages

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/anchore/syft/syft"
	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/cataloging"
	"github.com/anchore/syft/syft/cataloging/pkgcataloging"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/sbom"
	syftsource "github.com/anchore/syft/syft/source"
	_ "modernc.org/sqlite" // syft refuses to run at all without a driver of that name, which RPM databases need
)

// config is how syft shall be run.
type config struct {
	// documents asks for what only documents have: guessed CPEs, and a
	// relationship for each file of each package.
	documents bool
	version   string                // of peel, for the documents
	ended     func(done, total int) // told of each cataloger that has ended; may be nil
}

// runSyft runs the catalogers that suit an image. What went wrong with any of
// them is told besides what the others found.
func runSyft(ctx context.Context, src syftsource.Source, c config) (*sbom.SBOM, []string, error) {
	with, err := licenseContext(ctx)
	if err != nil {
		return nil, nil, err
	}
	until := time.Now().Add(maxCataloging)
	var mu sync.Mutex
	var troubles []string
	ended := 0
	list := newCatalogers()
	cfg := syft.DefaultCreateSBOMConfig().
		WithoutFiles().
		WithoutCatalogers().
		WithRelationshipsConfig(cataloging.DefaultRelationshipsConfig().WithPackageFileOwnership(c.documents)).
		WithDataGenerationConfig(cataloging.DefaultDataGenerationConfig().WithGenerateCPEs(c.documents)).
		WithParallelism(runtime.GOMAXPROCS(0)) // four times that, left alone: each has buffers of megabytes
	for _, cat := range list {
		cfg.WithCatalogers(pkgcataloging.NewCatalogerReference(guard{cat, until, &mu, &troubles, func() {
			mu.Lock()
			defer mu.Unlock()
			ended++
			if c.ended != nil {
				c.ended(ended, len(list))
			}
		}}, []string{pkgcataloging.ImageTag}))
	}
	cfg.ToolName, cfg.ToolVersion = "peel", c.version
	s, err := syft.CreateSBOM(with, src, cfg)
	if cause := context.Cause(ctx); cause != nil {
		return nil, nil, cause
	}
	if err != nil {
		return nil, nil, fmt.Errorf("looking for packages: %w", err)
	}
	slices.Sort(troubles)
	return s, troubles, nil
}

// imageSource gives syft an image to look at.
type imageSource struct {
	resolver    file.Resolver
	description syftsource.Description
}

var _ syftsource.Source = (*imageSource)(nil)

func (s *imageSource) ID() artifact.ID { return artifact.ID(s.description.ID) }

// FileResolver serves every scope alike: what is visible is the resolver's affair.
func (s *imageSource) FileResolver(syftsource.Scope) (file.Resolver, error) { return s.resolver, nil }

// Describe has the metadata of an image in any case, for syft chooses its
// catalogers by them.
func (s *imageSource) Describe() syftsource.Description {
	d := s.description
	if d.Metadata == nil {
		d.Metadata = syftsource.ImageMetadata{}
	}
	return d
}

func (s *imageSource) Close() error { return nil }
