package storage

import (
	"context"
	"encoding/json"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/oci"
)

// List names the images of all stores, but for those without a name, which are
// steps of a build. It returns where it has looked.
func List(_ context.Context, opts Options) ([]oci.Listed, string, error) {
	stores, err := find(opts)
	if err != nil {
		return nil, "", err
	}
	set, err := load(stores)
	if err != nil {
		return nil, locations(stores), err
	}
	var out []oci.Listed
	for _, i := range set.images {
		if len(i.Names) > 0 {
			out = append(out, set.describe(i))
		}
	}
	return out, locations(stores), nil
}

func (set *set) describe(i *image) oci.Listed {
	l := oci.Listed{Names: i.Names, ID: "sha256:" + i.ID, Digest: i.manifestDigest(), Created: i.Created, Index: i.Layer == ""}
	layers, err := set.chain(i.Layer)
	if err == nil {
		for _, r := range layers {
			l.Size += max(r.DiffSize, 0)
		}
	}
	// A config that cannot be read says nothing here; opening the image tells why.
	if raw, err := i.bigData("sha256:"+i.ID, oci.MaxConfig); err == nil {
		var p v1.Platform
		if json.Unmarshal(raw, &p) == nil {
			l.Platform = v1.Platform{OS: p.OS, Architecture: p.Architecture, Variant: p.Variant}
		}
	}
	return l
}
