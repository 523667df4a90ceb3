// Package registry reads images from registries (OCI distribution spec) as
// streams: nothing is kept of a layer but what its reader keeps.
//
// Open is the entrance. Which hosts it asks, and how, is for the files of docker
// and podman on this machine to say: registries.conf, certs.d, auth.json and the
// like.
package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/oci"
)

// Options of Open and Tags.
type Options struct {
	Platform  *v1.Platform // wanted; nil: the host's, if there is a choice
	Insecure  bool         // any certificate will do, and plain HTTP
	UserAgent string
	// Waiting is told of each pause that a registry imposes, from whichever
	// goroutine has to wait. It may be nil.
	Waiting func(Wait)

	idle time.Duration // for tests; 0: idleTimeout
}

// Image is an image of a registry.
type Image struct {
	oci.Image
	*oci.Selection
	Reference name.Reference // the full name, whichever mirror had the image
	Host      string         // that it was read from
	close     func()
}

// Close closes the connections that wait for further use.
func (i *Image) Close() error {
	i.close()
	return nil
}

// Open asks for an image where registries.conf says that it may be: of each name
// that a short one may stand for, the mirrors and then the registry itself.
// Registries on this machine are asked by plain HTTP if they do not speak TLS,
// all others by HTTPS alone, unless they are configured as insecure. The layers
// can be read until ctx ends.
func Open(ctx context.Context, ref name.Reference, opts Options) (*Image, error) {
	img, notes, err := first(ctx, ref, &opts, func(s *store) (*Image, error) { return s.open(ctx, &opts) })
	if err != nil {
		return nil, err
	}
	img.Notes = append(notes, img.Notes...)
	return img, nil
}

func (s *store) open(ctx context.Context, opts *Options) (*Image, error) {
	desc := v1.Descriptor{}
	if d, ok := s.ref.(name.Digest); ok {
		var err error
		if desc.Digest, err = v1.NewHash(d.DigestStr()); err != nil {
			return nil, err
		}
	}
	sel, err := oci.Resolve(ctx, s, desc, opts.Platform)
	if err != nil {
		return nil, err
	}
	img, err := oci.NewImage(ctx, s, sel)
	if err != nil {
		return nil, err
	}
	sel.Notes = append(s.notes(), sel.Notes...)
	return &Image{Image: img, Selection: sel, Reference: s.stands, Host: s.host, close: s.wire.close}, nil
}

// first asks one place after another, until one of them can answer. The notes
// say how it came to that place, if that was not plain from the reference.
func first[T any](ctx context.Context, ref name.Reference, opts *Options, ask func(*store) (T, error)) (answer T, notes []string, err error) {
	c, err := loadConf()
	if err != nil {
		return answer, nil, err
	}
	names, why, err := c.candidates(ref)
	if err != nil {
		return answer, nil, err
	}
	var failed []error
	for _, n := range names {
		places, err := c.endpoints(n)
		if err != nil {
			failed = append(failed, err)
		}
		for _, e := range places {
			answer, err := askAt(ctx, e, c.helpers, opts, ask)
			if err == nil {
				return answer, found(why, e, names, failed), nil
			}
			if cause := context.Cause(ctx); cause != nil {
				return answer, nil, cause
			}
			if e.mirror != "" {
				err = fmt.Errorf("mirror: %w", err)
			}
			failed = append(failed, err)
			if conclusive(err) {
				return answer, nil, errors.Join(failed...)
			}
		}
	}
	return answer, nil, errors.Join(failed...)
}

// conclusive is true for answers that another place would only repeat.
func conclusive(err error) bool {
	return errors.Is(err, oci.ErrPlatform) || errors.Is(err, oci.ErrNotImage)
}

func askAt[T any](ctx context.Context, e endpoint, helpers []string, opts *Options, ask func(*store) (T, error)) (T, error) {
	var answer T
	s, err := connect(ctx, e, helpers, opts)
	if err != nil {
		return answer, err
	}
	if answer, err = ask(s); err != nil {
		s.wire.close()
	}
	return answer, err
}

// found tells which place it was, and which others had been asked before.
func found(why string, e endpoint, names []name.Reference, failed []error) []string {
	var notes []string
	if why != "" {
		notes = append(notes, why)
	}
	if e.mirror != "" {
		notes = append(notes, fmt.Sprintf("read from %s, a mirror of %s", e.host(), e.mirror))
	} else if len(names) > 1 {
		notes = append(notes, "found as "+fullName(e.stands.Context()))
	}
	for _, err := range failed {
		notes = append(notes, "asked before: "+err.Error())
	}
	return notes
}

// Blob implements oci.Store.
func (s *store) Blob(ctx context.Context, d v1.Descriptor) (io.ReadCloser, error) {
	if len(d.URLs) > 0 && !d.MediaType.IsDistributable() {
		return nil, fmt.Errorf("%w: a foreign layer, which its registry does not hold", oci.ErrMissing)
	}
	return s.openBlob(ctx, d)
}
