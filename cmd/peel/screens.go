package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"

	"peel/analyzer"
	"peel/analyzer/inventory"
	"peel/analyzer/packages"
	"peel/source"
	"peel/source/layer"
	"peel/ui"
)

// screens open one image after another.
type screens struct {
	*rootOptions
	opened sync.Map // opened, by image
}

// opened is what an image was opened with.
type opened struct {
	options *rootOptions // with a scanner of secrets that knows this image alone
	base    *analyzer.Base
}

func runUI(ctx context.Context, o *rootOptions) error {
	list, err := listOptions(o.source, o.root, &o.recent, o.streams)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var pauses pauses
	o.waiting = pauses.begin
	s := &screens{rootOptions: o}
	open, opening := s.opener(o.reference)
	res, err := ui.Run(ctx, ui.Options{
		Reference: o.reference,
		Open:      open,
		Picker: &ui.Picker{
			List: func(ctx context.Context, found func(source.Answer)) { source.List(ctx, list, found) },
			Tags: func(ctx context.Context, image string) ([]string, error) {
				return source.Tags(ctx, image, o.sourceOptions(nil))
			},
			Open: func(reference string) (func(context.Context) (*source.Image, error), *layer.Progress) {
				return s.opener(fromHome(reference))
			},
		},
		Analyze:       s.analyze,
		Packages:      s.packages(),
		PackagesAsked: o.scan.packages(),
		OpenProgress:  opening,
		Waiting:       pauses.words,
		Theme:         o.ui.theme, ASCII: o.ui.ascii, NoMouse: o.ui.noMouse, At: o.ui.at,
		ShowSecrets: o.ui.secrets,
		Version:     version(),
	})
	switch {
	case err != nil:
		return err
	case res.Err != nil:
		return res.Err
	}
	return nil
}

// opener makes what opens an image, and the count of what it reads. An image that
// was opened is remembered.
func (s *screens) opener(reference string) (func(context.Context) (*source.Image, error), *layer.Progress) {
	opening := new(layer.Progress)
	return func(ctx context.Context) (*source.Image, error) {
		o, err := s.forImage()
		if err != nil {
			return nil, err
		}
		img, base, err := o.openImage(ctx, reference, opening)
		if err == nil {
			s.opened.Store(img, opened{o, base})
			o.recent.remember(img, o.root, o.streams.env)
		}
		return img, err
	}, opening
}

// forImage are the options with a scanner and a keeper of their own: these
// remember what they have seen, and that must not be another image's.
func (s *screens) forImage() (*rootOptions, error) {
	o := *s.rootOptions
	var err error
	if o.secrets, err = o.scan.secrets(); err != nil {
		return nil, err
	}
	if o.keepsPackages() {
		o.keeper, err = packages.NewKeeper()
	}
	return &o, err
}

// keepsPackages reports whether the screens can list packages: unless scanners
// were chosen, and packages are not among them. What tells of them is kept as the
// image is read, for nothing is read twice.
func (o *rootOptions) keepsPackages() bool { return !o.scan.chosen || o.scan.packages() }

// packages lists the packages of an image that was read; nil if nothing of them
// is kept.
func (s *screens) packages() func(context.Context, *analyzer.Analysis, func(string)) (*inventory.Inventory, error) {
	if !s.keepsPackages() {
		return nil
	}
	return func(ctx context.Context, a *analyzer.Analysis, doing func(string)) (*inventory.Inventory, error) {
		// Somebody waits for it, so the collector is left as it is: with a limit an
		// image of 1.4 GB would need 60 MB less at most, and half as much time again.
		// What it leaves is given back at once, for the program stays.
		defer debug.FreeOSMemory()
		found, err := findPackages(ctx, a, false, doing)
		if err != nil {
			return nil, err
		}
		return &found.Inventory, nil
	}
}

func (s *screens) analyze(ctx context.Context, img *source.Image) *analyzer.Session {
	v, _ := s.opened.LoadAndDelete(img)
	with := v.(opened) // every image was opened here
	opts := with.options.analysis(with.base)
	opts.Live = true
	return analyzer.Start(ctx, img, opts)
}

// fromHome does what a shell would have done with "~/".
func fromHome(reference string) string {
	rest, ok := strings.CutPrefix(reference, "~/")
	home, err := os.UserHomeDir()
	if !ok || err != nil {
		return reference
	}
	return filepath.Join(home, rest)
}
