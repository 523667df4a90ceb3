// Package getter stands in for github.com/hashicorp/go-getter, by which syft can
// download what it shall look at. Peel hands syft all that it looks at, and has
// no use for the clients of clouds that would come with it: 400 packages, 15 MB
// of program and 10 MB of memory at every start. The replace directive in peel's
// go.mod puts this module in their place. What is left of the API is what syft
// mentions; every download fails.
package getter

import (
	"errors"
	"io"
	"net/http"
)

// ErrNoDownloads is what every download ends with.
var ErrNoDownloads = errors.New("downloading: left out of this program")

// Getter downloads from one kind of place.
type Getter interface {
	Get(dst string) error
}

type none struct{}

// Get implements Getter.
func (none) Get(string) error { return ErrNoDownloads }

// The kinds of places.
type (
	// HttpGetter is named as its users write it.
	HttpGetter struct {
		none
		Client *http.Client
		Header http.Header
	}
	FileGetter struct{ none }
	GitGetter  struct{ none }
	GCSGetter  struct{ none }
	HgGetter   struct{ none }
	S3Getter   struct{ none }
)

// Client would download Src to Dst.
type Client struct {
	Src, Dst string
	Dir      bool
	Getters  map[string]Getter
	Options  []ClientOption
}

// Get fails.
func (*Client) Get() error { return ErrNoDownloads }

// ClientOption changes a client.
type ClientOption func(*Client) error

// ProgressTracker is told of downloads.
type ProgressTracker interface {
	TrackProgress(src string, current, total int64, stream io.ReadCloser) io.ReadCloser
}

// WithProgress changes nothing.
func WithProgress(ProgressTracker) func(*Client) error {
	return func(*Client) error { return nil }
}

// Decompressor would unpack what was downloaded.
type Decompressor any

// Decompressors are none.
var Decompressors map[string]Decompressor

// LimitedDecompressors are none.
func LimitedDecompressors(int, int64) map[string]Decompressor { return nil }

// WithDecompressors changes nothing.
func WithDecompressors(map[string]Decompressor) ClientOption {
	return func(*Client) error { return nil }
}
