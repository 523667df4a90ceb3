package main

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"peel/analyzer"
	"peel/analyzer/inventory"
	"peel/analyzer/packages"
	"peel/analyzer/report"
	"peel/analyzer/secrets"
	"peel/analyzer/text"
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
owns and what they weigh, and what was removed or replaced by a later layer but still ships. With
--base it tells which come with the base image.

FORMAT is table, json (all of the table, and more), or a bill of materials as syft writes it, of
what is installed: cyclonedx-json, spdx-json or syft-json. With =FILE it goes there, and several
may be given.

The image is read once, and nothing is unpacked. syft's readers of Java archives and of RPM
databases want a file: they get a temporary one, in TMPDIR, that goes when they are done.`

const packagesExample = `  peel packages debian:12
  peel packages app.tar -o table -o cyclonedx-json=sbom.json`

func newPackagesCmd(s streams) *cobra.Command {
	o := &packagesOptions{rootOptions: rootOptions{streams: s}}
	cmd := &cobra.Command{
		Use:     "packages [flags] IMAGE",
		Short:   "List the software in an image, with its layers and bytes",
		Long:    packagesLong,
		Example: packagesExample,
		Args:    o.oneImage,

		ValidArgsFunction: o.completeImage,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runPackages(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	o.addSourceFlags(f)
	f.StringSliceVarP(&o.outputs, "output", "o", nil, "the form, and =file to put it there: table, json, "+formats()+" (default table)")
	f.BoolVar(&o.asJSON, "json", false, "the same as --output json")
	completeKinds(cmd)
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

func runPackages(ctx context.Context, o *packagesOptions) error {
	outputs, err := o.parse()
	if err != nil {
		return usage(err)
	}
	if err := o.checkLimits(); err != nil {
		return err
	}
	for _, out := range outputs {
		if out.file == "" {
			continue
		}
		if err := checkWritable(out.file); err != nil {
			return err
		}
	}
	if err := o.keepPackages(); err != nil {
		return err
	}
	// Labels, names and versions may repeat what only a file tells to be a secret.
	if o.secrets, err = secrets.New(secrets.Options{}); err != nil {
		return err
	}
	var found *packages.Result
	a, readErr, err := o.readThen(ctx, func(a *analyzer.Analysis, show *meter) (err error) {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		found, err = findPackages(ctx, a, o.docs, show.doing)
		return err
	})
	if err != nil {
		return err
	}
	o.noBase(a)
	r := report.NewPackages(a, &found.Inventory, report.Meta{PeelVersion: version()})
	for _, out := range outputs {
		if err := o.writeTo(out, found, r); err != nil {
			return err
		}
	}
	return o.lacking(&found.Inventory, readErr)
}

// keepPackages prepares for findPackages, before an image is opened.
func (o *rootOptions) keepPackages() (err error) {
	limitMemory()
	o.keeper, err = packages.NewKeeper()
	return err
}

// findPackages lets the catalogers look at what was kept of an image. For
// documents they take more time and memory.
func findPackages(ctx context.Context, a *analyzer.Analysis, documents bool, doing func(string)) (*packages.Result, error) {
	img := packages.Image{
		Tree: a.Tree, Reference: a.Image.Reference, ManifestDigest: a.Image.ManifestDigest, ConfigDigest: a.Image.ConfigDigest,
		Config: a.Image.Config,
	}
	if m, err := a.Image.MediaType(); err == nil {
		img.MediaType = string(m)
	}
	for i := range a.Layers {
		l := &a.Layers[i]
		img.Layers = append(img.Layers, packages.Layer{DiffID: l.DiffID, MediaType: l.MediaType, Index: l.Index})
	}
	if documents {
		debug.SetGCPercent(documentGC)
	}
	found, err := packages.Catalog(ctx, img, packages.Options{Documents: documents, Version: version(), Progress: doing, Redactor: a.Redactor})
	if documents {
		debug.FreeOSMemory()
	}
	return found, err
}

// documentGC is how much the heap may grow between collections, in percent, while
// documents are built: in memory, in pieces as large as themselves, which leaves
// little to collect but all of it large.
const documentGC = 15

func (o *packagesOptions) writeTo(out packagesOutput, found *packages.Result, r *report.Packages) error {
	write := func(w io.Writer) error {
		switch out.format {
		case "table":
			return report.WritePackages(w, r)
		case "json":
			return report.WritePackagesJSON(w, r)
		}
		return found.Encode(w, packages.Format(out.format))
	}
	if out.file != "" {
		return writeFile(out.file, write)
	}
	return writing("stdout", write(o.streams.out))
}

// lacking ends with an exit code of its own if there may be more packages than
// were found.
func (o *rootOptions) lacking(inv *inventory.Inventory, readErr error) error {
	if readErr == nil && len(inv.Partial) == 0 {
		return nil
	}
	fmt.Fprintln(o.streams.err, "peel: not all of the image was looked at, there may be more packages than these")
	for _, p := range inv.Partial {
		fmt.Fprintf(o.streams.err, "  %s\n", text.OneLine(p))
	}
	if readErr != nil {
		fmt.Fprintf(o.streams.err, "  %s\n", lines(readErr))
	}
	return codeError(exitImage)
}
