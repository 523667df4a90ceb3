package packages

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
)

// maxCataloging bounds the time that the catalogers take over one view of an
// image. The largest images need less than a minute; what exceeds this hangs, on
// bytes made for it.
const maxCataloging = 10 * time.Minute

// guard is a cataloger that cannot take the others with it: syft alone drops all
// it has found when one of its catalogers breaks down or gives an error.
type guard struct {
	pkg.Cataloger
	until    time.Time // when to give up
	mu       *sync.Mutex
	troubles *[]string // what did not end well, in words
	done     func()    // called at the end
}

// found is what a cataloger returns.
type found struct {
	packages      []pkg.Package
	relationships []artifact.Relationship
	err           error
}

var errTooLong = fmt.Errorf("it took longer than %v", maxCataloging)

// Catalog implements pkg.Cataloger. It returns when its time is over or the
// context ends, whatever the cataloger does; what that still finds goes nowhere.
func (g guard) Catalog(ctx context.Context, r file.Resolver) ([]pkg.Package, []artifact.Relationship, error) {
	defer g.done()
	ctx, cancel := context.WithDeadlineCause(ctx, g.until, errTooLong)
	defer cancel()
	if v, ok := r.(*view); ok {
		if by := finderOf(g.Name()); by != 0 {
			r = forOne{v, by}
		}
	}
	result := make(chan found, 1)
	go func() {
		var f found
		defer func() {
			if e := recover(); e != nil {
				f = found{err: fmt.Errorf("it broke down: %v", e)}
			}
			result <- f
		}()
		f.packages, f.relationships, f.err = g.Cataloger.Catalog(ctx, r)
	}()
	select {
	case f := <-result:
		return f.packages, f.relationships, g.settle(f.err)
	case <-ctx.Done():
		g.trouble(context.Cause(ctx))
		return nil, nil, nil
	}
}

// settle notes the errors that would end the whole cataloging, and lets pass
// those of single files, which syft keeps beside the packages.
func (g guard) settle(err error) error {
	var ofFiles []error
	for _, e := range leaves(err) {
		switch {
		case isOfFile(e):
			ofFiles = append(ofFiles, e)
		case !strings.Contains(e.Error(), errNotKept.Error()): // which the view tells by itself
			g.trouble(e)
		}
	}
	return errors.Join(ofFiles...)
}

func (g guard) trouble(err error) {
	first, _, _ := strings.Cut(err.Error(), "\n") // stacks follow
	g.mu.Lock()
	defer g.mu.Unlock()
	*g.troubles = append(*g.troubles, fmt.Sprintf("%s did not do all its work: %s", g.Name(), first))
}

// leaves are the errors that were joined.
func leaves(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var list []error
	for _, e := range joined.Unwrap() {
		list = append(list, leaves(e)...)
	}
	return list
}

// isOfFile reports whether an error is syft's for a file that could not be
// understood. The type is one that syft does not export.
func isOfFile(err error) bool { return fmt.Sprintf("%T", err) == "*unknown.CoordinateError" }
