package source

import (
	"context"

	"peel/source/storage"
)

// containersStorage is the store of podman, buildah and CRI-O.
var containersStorage = store{
	kind: Storage, gives: []Kind{Storage}, prefixes: []prefix{{"containers-storage:", Storage}},
	takes: asksFor(Storage, Podman), names: true, roots: true,
	open:   (*opener).storage,
	list:   listStorage,
	next:   []error{storage.ErrNoStore, storage.ErrNotFound, storage.ErrUnsupported},
	absent: []error{storage.ErrNoStore},
	hints: []hint{
		{storage.ErrAmbiguous, "give the image its full name"},
		{storage.ErrUnsupported, "write an archive with podman save or skopeo copy, and read that"},
	},
	alone: []hint{
		{storage.ErrNoStore, "nothing was built or pulled there yet; without the prefix other sources are asked too"},
		{storage.ErrNotFound, "podman images lists what is there; without the prefix the registry is asked too"},
	},
}

func (o *opener) storage() (*Image, string, error) {
	opts := storage.Options{Root: o.ref.Root, Driver: o.ref.Driver, Platform: o.platform}
	img, where, err := storage.Open(o.ctx, o.ref.Name, opts)
	if err == nil && img.Unreadable != nil && o.ref.Kind != Storage {
		err = img.Unreadable // podman's service can read it, or a registry has it
		img.Close()
	}
	if err != nil {
		return nil, where, err
	}
	out := &Image{Image: img.Image, Kind: Storage, Name: img.Name, close: img.Close}
	out.selected(img.Selection)
	return out, where, nil
}

func listStorage(ctx context.Context, opts ListOptions) Answer {
	list, where, err := storage.List(ctx, storage.Options{Root: opts.Root})
	return listed(Storage, opts.Root, list, where, err)
}
