package packages

import (
	"context"
	"fmt"
	"sync"
	_ "unsafe" // for go:linkname

	"github.com/anchore/syft/syft/cataloging"
	"github.com/google/licensecheck"
)

// syft has a scanner of licences made before it looks at anything, which takes
// longer than looking at most images. It would take one that is made when the
// first text is to be looked at, as licensecheck.Scan is, but has no door for it:
// the constructor is internal. A test reads in syft's source that what is declared
// here is what is there.

// scannerConfig is syft's licenses.ScannerConfig.
type scannerConfig struct {
	CoverageThreshold float64 // 0 to 100
	Scanner           func([]byte) licensecheck.Coverage
}

// licenseScanner stands for syft's licenses.Scanner, an interface too. Its method
// is never called from here.
type licenseScanner interface{ FindEvidence() }

//go:linkname newScanner github.com/anchore/syft/internal/licenses.NewScanner
func newScanner(c *scannerConfig) (licenseScanner, error)

//go:linkname setScanner github.com/anchore/syft/internal/licenses.SetContextLicenseScanner
func setScanner(ctx context.Context, s licenseScanner) context.Context

// lazyScanner makes the one scanner of licences there is when it is first used.
var lazyScanner = sync.OnceValues(func() (licenseScanner, error) {
	s, err := newScanner(&scannerConfig{CoverageThreshold: cataloging.DefaultLicenseConfig().Coverage, Scanner: licensecheck.Scan})
	if err != nil {
		return nil, fmt.Errorf("preparing to recognise licences: %w", err)
	}
	return s, nil
})

// licenseContext lends syft the scanner of licences.
func licenseContext(ctx context.Context) (context.Context, error) {
	s, err := lazyScanner()
	if err != nil {
		return nil, err
	}
	return setScanner(ctx, s), nil
}
