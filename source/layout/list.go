package layout

import (
	"context"
	"encoding/json"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/oci"
)

// maxList bounds the images of one layout that are described; a layout that is
// used as a cache may have thousands.
const maxList = 200

// List names the images of a layout in the order of its index.json, at most 200
// of them. Sizes are those of the layers as they are stored, compressed or not.
// What cannot be read of an image stays zero: opening it tells why.
func List(ctx context.Context, files Files) ([]oci.Listed, error) {
	idx, err := Index(files)
	if err != nil {
		return nil, err
	}
	list := images(idx)
	list = list[:min(len(list), maxList)]
	out := make([]oci.Listed, 0, len(list))
	for _, d := range list {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		l := describe(ctx, Store{files}, d.Descriptor)
		l.Names = d.names
		out = append(out, l)
	}
	return out, nil
}

// describe says of an image all but its names.
func describe(ctx context.Context, s oci.Store, d v1.Descriptor) oci.Listed {
	l := oci.Listed{Digest: d.Digest.String()}
	if d.Platform != nil {
		l.Platform = short(*d.Platform)
	}
	var m struct {
		v1.Manifest
		Manifests []v1.Descriptor `json:"manifests"`
	}
	if !document(ctx, s, d, oci.MaxManifest, &m) {
		return l
	}
	if m.Manifests != nil {
		l.Index, l.Platform = true, v1.Platform{}
		return l
	}
	l.ID = m.Config.Digest.String()
	for _, b := range m.Layers {
		l.Size += max(b.Size, 0)
	}
	var c v1.ConfigFile
	if document(ctx, s, m.Config, oci.MaxConfig, &c) {
		l.Created = c.Created.Time
		l.Platform = short(v1.Platform{OS: c.OS, Architecture: c.Architecture, Variant: c.Variant})
	}
	return l
}

func document(ctx context.Context, s oci.Store, d v1.Descriptor, most int64, into any) bool {
	rc, err := s.Blob(ctx, d)
	if err != nil {
		return false
	}
	defer rc.Close()
	raw, err := oci.ReadDocument(rc, d, most)
	return err == nil && json.Unmarshal(raw, into) == nil
}

// short leaves out the version of an operating system, which lists have no room for.
func short(p v1.Platform) v1.Platform {
	return v1.Platform{OS: p.OS, Architecture: p.Architecture, Variant: p.Variant}
}
