package daemon

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/oci"
)

const (
	// maxListing bounds the answer that lists an engine's images: 100,000 of them.
	maxListing = 64 << 20
	// maxDescribed bounds the images whose platforms are asked for, one by one.
	maxDescribed = 500
	// describers ask side by side.
	describers = 8
	// describeTime bounds the asking: a list that comes is worth more than one
	// that has everything.
	describeTime = time.Second
)

// Listing is what an engine has.
type Listing struct {
	Images  []oci.Listed // without those that have no name
	Address string       // of the engine; "" if none was found
	Podman  bool         // it is podman, whatever it was taken for
}

// List names the images of an engine. The Listing has the engine's address even
// if there is an error.
func List(ctx context.Context, e Engine) (Listing, error) {
	var out Listing
	c, err := e.connect(ctx)
	if err != nil {
		return out, err
	}
	defer c.close()
	out.Address, out.Podman = c.address, c.podman
	images, err := c.images(ctx)
	if err != nil {
		return out, err
	}
	for _, i := range images {
		names := slices.DeleteFunc(i.RepoTags, isNone)
		if len(names) == 0 { // pulled by digest
			names = slices.DeleteFunc(i.RepoDigests, isNone)
		}
		if len(names) > 0 {
			out.Images = append(out.Images, oci.Listed{Names: names, ID: withAlgorithm(i.ID), Created: time.Unix(i.Created, 0).UTC(), Size: i.Size})
		}
	}
	c.platforms(ctx, out.Images[:min(len(out.Images), maxDescribed)])
	return out, nil
}

// image is one in an engine's list.
type image struct {
	ID          string `json:"Id"`
	RepoTags    []string
	RepoDigests []string
	Created     int64 // in seconds since 1970
	Size        int64 // in bytes
}

// images asks podman by its own API, for the one that it has in common with
// docker leaves lists of several platforms out.
func (c *client) images(ctx context.Context) (list []image, err error) {
	if c.libpod != "" {
		err = c.json(ctx, "/v"+escape(c.libpod)+"/libpod/images/json", maxListing, &list)
		if err == nil || ctx.Err() != nil {
			return list, err
		}
	}
	list = nil
	err = c.json(ctx, "/images/json", maxListing, &list)
	return list, err
}

// withAlgorithm completes an id, of which podman's own API has the digits alone.
func withAlgorithm(id string) string {
	if id == "" || strings.Contains(id, ":") {
		return id
	}
	return "sha256:" + id
}

// isNone tells the names that engines give to images without one.
func isNone(name string) bool {
	return name == "<none>:<none>" || name == "<none>@<none>"
}

// platforms fills in what the engine's list does not say. What does not come in
// time stays unknown.
func (c *client) platforms(ctx context.Context, list []oci.Listed) {
	ctx, cancel := context.WithTimeout(ctx, describeTime)
	defer cancel()
	next := make(chan *oci.Listed)
	var group sync.WaitGroup
	for range min(describers, len(list)) {
		group.Go(func() {
			for l := range next {
				var found struct{ ID, Os, Architecture, Variant string }
				name := l.ID
				if c.podman { // which knows a list of several platforms by its name alone
					name = l.Names[0]
				}
				err := c.json(ctx, "/images/"+escape(name)+"/json", maxInspect, &found)
				switch {
				case err != nil:
				case c.podman && found.ID != "" && withAlgorithm(found.ID) != l.ID: // what it would choose of them
					l.Index = true
				default:
					l.Platform = v1.Platform{OS: found.Os, Architecture: found.Architecture, Variant: found.Variant}
				}
			}
		})
	}
	for i := range list {
		next <- &list[i]
	}
	close(next)
	group.Wait()
}
