package source

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"peel/source/containerd"
)

// containerdStore is containerd's database and content store.
var containerdStore = store{
	kind: Containerd, gives: []Kind{Containerd}, prefixes: []prefix{{"containerd:", Containerd}},
	takes: asksFor(Containerd), names: true, roots: true,
	open:   (*opener).containerd,
	list:   listContainerd,
	next:   []error{containerd.ErrNoStore, containerd.ErrNotFound, containerd.ErrClosed, containerd.ErrIncomplete},
	absent: []error{containerd.ErrNoStore, containerd.ErrClosed},
	hints:  []hint{{containerd.ErrAmbiguous, "give the image its full name"}},
	alone: []hint{
		{containerd.ErrNoStore, "nothing was pulled there yet; name another root as in containerd:[/srv/containerd]NAME"},
		{containerd.ErrNotFound, "ctr -n NAMESPACE images ls lists what is there; without the prefix other sources are asked too"},
		{containerd.ErrClosed, "the store belongs to root: have it exported, ctr -n NAMESPACE images export app.tar NAME, and read app.tar; without the prefix other sources are asked too"},
	},
}

func (o *opener) containerd() (*Image, string, error) {
	opts := containerd.Options{Root: o.ref.Root, Namespace: o.ref.Namespace, Platform: o.platform}
	img, where, err := containerd.Open(o.ctx, o.ref.Name, opts)
	if err == nil && img.Unkept > 0 && o.ref.Kind == "" {
		img.Close()
		err = fmt.Errorf("%w: %d layers of %s were unpacked and not kept", containerd.ErrIncomplete, img.Unkept, img.Name) // a registry has it whole
	}
	if err != nil {
		return nil, where, err
	}
	out := &Image{Image: img.Image, Kind: Containerd, Name: img.Name, close: img.Close}
	out.selected(img.Selection)
	return out, where, nil
}

// listContainerd leaves out the names that Kubernetes gives beside those with a
// tag: the image's digests.
func listContainerd(ctx context.Context, opts ListOptions) Answer {
	list, where, err := containerd.List(ctx, containerd.Options{Root: opts.Root})
	for i := range list {
		if tagged := slices.DeleteFunc(slices.Clone(list[i].Names), isDigested); len(tagged) > 0 {
			list[i].Names = tagged
		}
	}
	return listed(Containerd, opts.Root, list, where, err)
}

func isDigested(name string) bool { return strings.Contains(name, "sha256:") }
