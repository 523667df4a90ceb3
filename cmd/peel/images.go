package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"peel/analyzer/report"
	"peel/analyzer/text"
	"peel/source"
	"peel/source/recent"
)

const imagesLong = `images lists what peel can open here: the images of docker, podman and containerd, archives and OCI layouts
in the working directory, and what was opened before. The first column is what peel takes.

Sources that could not be asked are named on stderr, with the reason. Exit code 3 tells that one
of them is there and did not answer; that there is no docker, or no podman, is no error.`

// imagesOptions are the flags of peel images.
type imagesOptions struct {
	source string
	root   string
	json   bool
	recent recentOptions
}

func newImagesCmd(s streams) *cobra.Command {
	o := new(imagesOptions)
	cmd := &cobra.Command{
		Use:   "images [flags]",
		Short: "List the images that can be opened here",
		Long:  imagesLong,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return runImages(cmd.Context(), o, s) },
	}
	cmd.Flags().StringVar(&o.source, "source", "", "list only this kind of source: "+kinds())
	cmd.Flags().StringVar(&o.root, "root", "", rootHelp)
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON (analyzer/report/listing.schema.json describes it)")
	o.recent.addFlags(cmd.Flags())
	completeKinds(cmd)
	return cmd
}

func runImages(ctx context.Context, o *imagesOptions, s streams) error {
	opts, err := listOptions(o.source, o.root, &o.recent, s)
	if err != nil {
		return err
	}
	var found source.Listing
	source.List(ctx, opts, found.Add)
	if err := context.Cause(ctx); err != nil {
		return err
	}
	l := report.NewListing(&found, version())
	if o.json {
		err = report.WriteListing(s.out, l)
	} else {
		err = report.WriteListingText(s.out, l, time.Now())
	}
	if err != nil {
		return fmt.Errorf("writing the list to stdout: %w", err)
	}
	explain(s.err, l)
	if l.Partial {
		return codeError(exitImage)
	}
	return nil
}

// listOptions are those of every list: of images, the picker, completion.
func listOptions(kind, root string, r *recentOptions, s streams) (source.ListOptions, error) {
	k := source.Kind(kind)
	if k != "" && !slices.Contains(source.Kinds(), k) {
		return source.ListOptions{}, usage(fmt.Errorf("--source: %q is no kind of source", kind))
	}
	if root == "" {
		return source.ListOptions{Source: k, Recent: r.path(s.env)}, nil
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return source.ListOptions{}, usage(fmt.Errorf("--root: %w", err))
	}
	switch k {
	case "", source.Podman:
		k = source.Storage
	case source.Storage, source.Containerd:
	default:
		return source.ListOptions{}, usage(fmt.Errorf("--root: only %s and %s have one", source.Storage, source.Containerd))
	}
	return source.ListOptions{Source: k, Root: root}, nil
}

// explain says which sources gave nothing, and why.
func explain(w io.Writer, l *report.Listing) {
	for _, s := range l.Sources {
		if s.Error != "" {
			fmt.Fprintf(w, "peel: %s: %s\n", s.Source, text.Clean(s.Error))
		}
	}
	for _, i := range l.Images {
		if i.Source != string(source.Sample) {
			return
		}
	}
	for _, s := range l.Sources {
		if s.Error == "" && s.Source != string(source.Sample) && s.Source != string(source.Recent) {
			fmt.Fprintf(w, "peel: %s: no image in %s\n", s.Source, text.Clean(s.Location))
		}
	}
	fmt.Fprintln(w, "  hint: an image of a registry needs no list: peel debian:12")
}

// recentOptions say whether images that were opened are remembered.
type recentOptions struct{ off bool }

// noRecent is the variable that does what --no-recent does, for every run.
const noRecent = "PEEL_NO_RECENT"

func (r *recentOptions) addFlags(f *pflag.FlagSet) {
	f.BoolVar(&r.off, "no-recent", false, "neither use nor keep the list of recent images; also when "+noRecent+" is set")
}

// path is the file of recent images; "" if there shall be none.
func (r *recentOptions) path(env func(string) string) string {
	if r.off || env(noRecent) != "" {
		return ""
	}
	return recent.Path(env)
}

// remember keeps what was opened. That it cannot is no reason to trouble anybody
// who looks at an image.
func (r *recentOptions) remember(img *source.Image, root string, env func(string) string) {
	path := r.path(env)
	if path == "" {
		return
	}
	if item, ok := source.Remembered(img, root, time.Now()); ok {
		_ = recent.Add(path, item)
	}
}
