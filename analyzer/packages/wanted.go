package packages

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/anchore/syft/syft/file"
)

// wants is what the catalogers ask an image for before they know anything of
// it: it is asked of themselves, so that no list of ours can lag behind theirs.
type wants struct {
	globs []string
	paths []string
	mimes []string
}

// catalogerWants runs the catalogers over nothing and writes down what they
// look for.
var catalogerWants = sync.OnceValues(func() (*wants, error) {
	rec := &recorder{}
	if _, _, err := runSyft(context.Background(), &imageSource{resolver: rec}, config{}); err != nil {
		return nil, fmt.Errorf("asking the catalogers what they look for: %w", err)
	}
	for _, list := range []*[]string{&rec.globs, &rec.paths, &rec.mimes} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return &rec.wants, nil
})

// recorder is an empty image that remembers what it was asked for.
type recorder struct {
	mu sync.Mutex
	wants
}

var _ file.Resolver = (*recorder)(nil)

var errEmpty = errors.New("there is nothing here")

func (r *recorder) add(list *[]string, words ...string) {
	r.mu.Lock()
	*list = append(*list, words...)
	r.mu.Unlock()
}

func (r *recorder) FilesByGlob(patterns ...string) ([]file.Location, error) {
	r.add(&r.globs, patterns...)
	return nil, nil
}

func (r *recorder) FilesByPath(paths ...string) ([]file.Location, error) {
	r.add(&r.paths, paths...)
	return nil, nil
}

func (r *recorder) FilesByMIMEType(types ...string) ([]file.Location, error) {
	r.add(&r.mimes, types...)
	return nil, nil
}

func (r *recorder) HasPath(path string) bool {
	r.add(&r.paths, path)
	return false
}

func (r *recorder) RelativeFileByPath(_ file.Location, path string) *file.Location {
	r.add(&r.paths, path)
	return nil
}

func (r *recorder) AllLocations(context.Context) <-chan file.Location {
	none := make(chan file.Location)
	close(none)
	return none
}

func (r *recorder) FileContentsByLocation(file.Location) (io.ReadCloser, error) {
	return nil, errEmpty
}

func (r *recorder) FileMetadataByLocation(file.Location) (file.Metadata, error) {
	return file.Metadata{}, errEmpty
}
