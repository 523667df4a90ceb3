package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"peel/analyzer"
	"peel/analyzer/packages"
	"peel/source"
	"peel/source/layer"
)

// packagesOptions are the flags of peel packages.
type packagesOptions struct {
	rootOptions
	outputs []string
	asJSON  bool
	docs    bool // a bill of materials is among them
}

const packagesLong = `packages lists the software in an image: of the distribution's package manager, of the languages'
managers, linked into programs and packed into archives; which layer brought each, the files it
owns and what they weigh, and what was removed or replaced by a later layer but still ships.

FORMAT is table, json (all of the table, and more), or a bill of materials as syft writes it:
cyclonedx-json, spdx-json or syft-json. With =FILE it goes there, and several may be given.`

const packagesExample = `  peel packages debian:12
  peel packages app.tar -o table -o cyclonedx-json=sbom.json`

func newPackagesCmd(s streams) *cobra.Command {
	o := &packagesOptions{rootOptions: rootOptions{streams: s}}
	cmd := &cobra.Command{
		Use:     "packages [flags] IMAGE",
		Short:   "List the software in an image, with its layers and bytes",
		Long:    packagesLong,
		Example: packagesExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(errors.New(`name one image, or "sample:" for the one built in`))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.reference = args[0]
			return runPackages(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.platform, "platform", "", "choose from an image index: os/arch[/variant] (default: this machine's)")
	f.StringVar(&o.source, "source", "", "ask only this kind of source: "+kinds())
	f.StringSliceVarP(&o.outputs, "output", "o", nil, "FORMAT[=FILE]: table, json, "+formats()+" (default table)")
	f.BoolVar(&o.asJSON, "json", false, "the same as --output json")
	o.maxSize, o.maxEnts = layer.DefaultMaxBytes, layer.DefaultMaxEntries
	return cmd
}

func formats() string {
	var names []string
	for _, f := range packages.Formats() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// packagesOutput is one form in which the packages are wanted, and where.
type packagesOutput struct {
	format string
	file   string // "" for stdout
}

func (o *packagesOptions) parse() ([]packagesOutput, error) {
	if o.asJSON {
		o.outputs = append(o.outputs, "json")
	}
	if len(o.outputs) == 0 {
		o.outputs = []string{"table"}
	}
	var list []packagesOutput
	stdout := false
	for _, s := range o.outputs {
		format, file, named := strings.Cut(s, "=")
		switch {
		case format != "table" && format != "json" && !packages.Format(format).Known():
			return nil, fmt.Errorf("--output: %q is not among table, json, %s", format, formats())
		case named && file == "":
			return nil, fmt.Errorf("--output: %q names no file", s)
		case !named && stdout:
			return nil, fmt.Errorf("--output: %q is the second for stdout: give it a file", s)
		}
		stdout = stdout || !named
		o.docs = o.docs || packages.Format(format).Known()
		list = append(list, packagesOutput{format, file})
	}
	return list, nil
}

// catalogGC is how much the heap may grow between collections, in percent: the
// catalogers leave so much behind that memory is worth more here than the tenth
// of the processor time that the default would save.
const catalogGC = 40

func runPackages(ctx context.Context, o *packagesOptions) error {
	outputs, err := o.parse()
	if err != nil {
		return usage(err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(catalogGC))
	show := newMeter(o.streams)
	defer show.stop()
	show.opening(o.reference)
	keeper, err := packages.NewKeeper()
	if err != nil {
		return err
	}
	opts := o.sourceOptions(show.progress)
	opts.Scan.Inspectors = append(opts.Scan.Inspectors, keeper)
	img, err := source.Open(ctx, o.reference, opts)
	if err != nil {
		show.stop()
		return err
	}
	defer img.Close()
	scan := o.scanOptions()
	scan.Inspectors = []layer.Inspector{keeper}
	session := analyzer.Start(ctx, img, analyzer.Options{Scan: scan})
	show.reading(session, img)
	a, readErr := session.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	inv, err := packages.Catalog(ctx, packagesImage(a), packages.Options{
		Documents: o.docs, Version: version(), Progress: show.doing,
	})
	show.stop()
	if err != nil {
		return err
	}
	if o.docs {
		debug.FreeOSMemory() // the documents are built in memory, in pieces as large as themselves
	}
	for _, out := range outputs {
		if err := o.writeTo(out, inv); err != nil {
			return err
		}
	}
	return o.finish(inv, readErr)
}

// packagesImage is what an analysis knows, as the catalogers want it.
func packagesImage(a *analyzer.Analysis) packages.Image {
	img := packages.Image{
		Tree: a.Tree, Reference: a.Image.Reference, ManifestDigest: a.Image.ManifestDigest, ConfigDigest: a.Image.ConfigDigest,
		Config: a.Image.Config,
	}
	for i := range a.Layers {
		l := &a.Layers[i]
		img.Layers = append(img.Layers, packages.Layer{DiffID: l.DiffID, MediaType: l.MediaType, Index: l.Index})
	}
	return img
}

func (o *packagesOptions) writeTo(out packagesOutput, inv *packages.Inventory) error {
	write := func(w io.Writer) error {
		switch out.format {
		case "table":
			return packages.WriteText(w, inv)
		case "json":
			return packages.WriteJSON(w, inv)
		}
		return inv.Encode(w, packages.Format(out.format))
	}
	if out.file != "" {
		return writeFile(out.file, write)
	}
	return writing("stdout", write(o.streams.out))
}

func (o *packagesOptions) finish(inv *packages.Inventory, readErr error) error {
	if readErr == nil && len(inv.Partial) == 0 {
		return nil
	}
	fmt.Fprintln(o.streams.err, "peel: not all of the image was looked at, there may be more packages than these")
	for _, p := range inv.Partial {
		fmt.Fprintf(o.streams.err, "  %s\n", lines(errors.New(p)))
	}
	if readErr != nil {
		fmt.Fprintf(o.streams.err, "  %s\n", lines(readErr))
	}
	return codeError(exitImage)
}
