package containerd

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/oci"
)

// List names the images of all stores and namespaces. It returns where it has
// looked. A name that would mean another image has its namespace and its store
// before it, as in "[k8s.io@/var/lib/containerd]docker.io/library/app:1".
func List(ctx context.Context, opts Options) ([]oci.Listed, string, error) {
	set, err := load(opts)
	if err != nil {
		return nil, "", err
	}
	var order []v1.Hash
	first := map[string]*image{} // what a bare name means
	byTarget := map[v1.Hash][]*image{}
	for _, i := range set.images {
		if set.namespace != "" && set.namespace != i.namespace {
			continue
		}
		d := i.target.Digest
		if byTarget[d] == nil {
			order = append(order, d)
		}
		byTarget[d] = append(byTarget[d], i)
		if first[i.name] == nil {
			first[i.name] = i
		}
	}
	var out []oci.Listed
	for _, d := range order {
		if ctx.Err() != nil {
			return nil, set.String(), context.Cause(ctx)
		}
		l := byTarget[d][0].describe(ctx)
		for _, i := range byTarget[d] {
			name := i.name
			if first[name].target.Digest != d {
				name = i.reference()
			}
			if !slices.Contains(l.Names, name) {
				l.Names = append(l.Names, name)
			}
		}
		slices.SortStableFunc(l.Names, func(a, b string) int { return byDigest(a) - byDigest(b) })
		out = append(out, l)
	}
	return out, set.String(), nil
}

// byDigest is 1 for the names that Kubernetes gives beside the one with a tag.
func byDigest(name string) int {
	if strings.Contains(name, "sha256:") {
		return 1
	}
	return 0
}

// describe reads the manifest and the config of an image. What cannot be read
// says nothing here; opening the image tells why.
func (i *image) describe(ctx context.Context) oci.Listed {
	l := oci.Listed{Digest: i.target.Digest.String(), Index: i.target.MediaType.IsIndex()}
	c, err := i.store.content()
	if err != nil {
		return l
	}
	defer c.Close()
	c.image = i
	sel, err := oci.Resolve(ctx, c, i.target, nil)
	if err != nil {
		return l
	}
	var m v1.Manifest
	if json.Unmarshal(sel.Manifest, &m) != nil {
		return l
	}
	l.ID = m.Config.Digest.String()
	for _, d := range append(m.Layers, m.Config) {
		if c.Has(d) {
			l.Size += max(d.Size, 0)
		}
	}
	rc, err := c.Blob(ctx, m.Config)
	if err != nil {
		return l
	}
	defer rc.Close()
	var config v1.ConfigFile
	if raw, err := oci.ReadDocument(rc, m.Config, oci.MaxConfig); err == nil && json.Unmarshal(raw, &config) == nil {
		l.Created = config.Created.UTC()
		if !l.Index {
			l.Platform = v1.Platform{OS: config.OS, Architecture: config.Architecture, Variant: config.Variant}
		}
	}
	return l
}
