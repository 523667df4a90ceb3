package daemon

import (
	"context"
	"slices"
	"time"

	"peel/source/oci"
)

// maxListing bounds the answer that lists an engine's images: 100,000 of them.
const maxListing = 64 << 20

// List names the images of an engine, but for those without a name. It returns
// the engine's address.
func List(ctx context.Context, e Engine) ([]oci.Listed, string, error) {
	c, err := e.connect(ctx)
	if err != nil {
		return nil, "", err
	}
	defer c.close()
	var images []struct {
		ID          string `json:"Id"`
		RepoTags    []string
		RepoDigests []string
		Created     int64
		Size        int64
	}
	if err := c.json(ctx, "/images/json", maxListing, &images); err != nil {
		return nil, c.address, err
	}
	var out []oci.Listed
	for _, i := range images {
		names := slices.DeleteFunc(i.RepoTags, func(n string) bool { return n == "<none>:<none>" })
		if len(names) > 0 {
			out = append(out, oci.Listed{Names: names, ID: i.ID, Created: time.Unix(i.Created, 0).UTC(), Size: i.Size})
		}
	}
	return out, c.address, nil
}
