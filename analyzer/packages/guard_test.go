package packages

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
)

// fake is a cataloger that does as told.
type fake func(context.Context) ([]pkg.Package, error)

func (fake) Name() string { return "fake-cataloger" }

func (f fake) Catalog(ctx context.Context, _ file.Resolver) ([]pkg.Package, []artifact.Relationship, error) {
	p, err := f(ctx)
	return p, nil, err
}

// TestGuard guards against one cataloger that takes the others with it.
func TestGuard(t *testing.T) {
	one := []pkg.Package{{Name: "one"}}
	release := make(chan struct{})
	defer close(release)
	for name, c := range map[string]struct {
		do       fake
		until    time.Duration
		packages int
		trouble  string
	}{
		"good":                           {func(context.Context) ([]pkg.Package, error) { return one, nil }, time.Minute, 1, ""},
		"breaks down":                    {func(context.Context) ([]pkg.Package, error) { panic("bad bytes") }, time.Minute, 0, "it broke down: bad bytes"},
		"half an error":                  {func(context.Context) ([]pkg.Package, error) { return one, errors.New("the rest is bad\nstack") }, time.Minute, 1, "the rest is bad"},
		"not kept, which the view tells": {func(context.Context) ([]pkg.Package, error) { return one, errors.Join(errNotKept) }, time.Minute, 1, ""},
		"hangs":                          {func(context.Context) ([]pkg.Package, error) { <-release; return one, nil }, 0, 0, "it took longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			var troubles []string
			done := 0
			g := guard{c.do, time.Now().Add(c.until), new(sync.Mutex), &troubles, func() { done++ }}
			got, _, err := g.Catalog(t.Context(), nil)
			if len(got) != c.packages || err != nil || done != 1 {
				t.Errorf("%d packages, %v, done %d", len(got), err, done)
			}
			switch {
			case c.trouble == "" && len(troubles) > 0:
				t.Errorf("troubles %q", troubles)
			case c.trouble != "" && !slices.ContainsFunc(troubles, func(s string) bool { return strings.Contains(s, c.trouble) && !strings.Contains(s, "\n") }):
				t.Errorf("troubles %q", troubles)
			}
		})
	}
}

// TestErrorsOfFiles guards that syft's errors of single files are told from
// others: its type for them is not exported.
func TestErrorsOfFiles(t *testing.T) {
	r := find(t, files{reg("app.jar", "PK\x03\x04 no zip at all, but long enough to be read as one"), npm("node_modules/a", "a", "1.0.0"),
		reg("node_modules/b/package.json", "{")})
	if len(r.Packages) != 1 || len(r.Partial) > 0 || len(r.Notes) == 0 || !strings.HasPrefix(r.Notes[0], "/app.jar could not be understood: ") {
		t.Errorf("%d packages, partial %q, notes %q", len(r.Packages), r.Partial, r.Notes)
	}
}
