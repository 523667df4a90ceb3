package main

import (
	"context"
	"fmt"

	"peel/analyzer"
	"peel/source"
	"peel/source/layer"
)

// openImage opens an image, and its base if one was named. progress counts the
// bytes of an image that can only be read front to back.
func (o *rootOptions) openImage(ctx context.Context, reference string, progress *layer.Progress) (*source.Image, *analyzer.Base, error) {
	img, err := source.Open(ctx, reference, o.sourceOptions(progress))
	if err != nil || o.base == "" {
		return img, nil, err
	}
	base, err := o.openBase(ctx, img)
	if err != nil {
		img.Close()
		return nil, nil, fmt.Errorf("opening the base image: %w", err)
	}
	return img, base, nil
}

// openBase asks for the base as far as its config: its layers are read only
// where the source is a stream. Of an index the image's own platform is taken.
func (o *rootOptions) openBase(ctx context.Context, img *source.Image) (*analyzer.Base, error) {
	opts := source.Options{
		Scan: o.scanOptions(), UserAgent: "peel/" + version(), Stdin: o.streams.in, Insecure: !o.tlsVerify, Waiting: o.waiting,
	}
	if p := img.Platform; p.OS != "" && p.Architecture != "" {
		opts.Platform = p.OS + "/" + p.Architecture
		if p.Architecture == "arm" && p.Variant != "" { // elsewhere images leave the variant out as they like
			opts.Platform += "/" + p.Variant
		}
	}
	o.sameStore(&opts)
	base, err := source.Open(ctx, o.base, opts)
	if err != nil {
		return nil, err
	}
	defer base.Close()
	return analyzer.BaseOf(base), nil
}

// sameStore has the base looked for in the store of --root too, unless its
// reference says that it is elsewhere: a file, a registry, a store of another
// kind or with a root of its own.
func (o *rootOptions) sameStore(opts *source.Options) {
	ref, err := source.ParseReference(o.base)
	if err != nil || o.root == "" || ref.Root != "" || ref.Path != "" {
		return // what is wrong with it, Open tells
	}
	store := source.Kind(o.source)
	if store != source.Containerd {
		store = source.Storage
	}
	switch ref.Kind {
	case "":
		opts.Source, opts.Root = store, o.storeRoot()
	case store:
		opts.Root = o.storeRoot()
	case source.Podman:
		if store == source.Storage {
			opts.Root = o.storeRoot()
		}
	}
}
