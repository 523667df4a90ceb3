package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"peel/analyzer"
	"peel/analyzer/finding"
	"peel/analyzer/harden"
	"peel/analyzer/secrets"
	"peel/source"
)

// hardenOptions are the flags of peel harden.
type hardenOptions struct {
	rootOptions
	format string
}

// hardenFormats are what harden writes; both unless one is asked for.
var hardenFormats = []string{"compose", "kubernetes"}

const hardenLong = `harden suggests what only the runtime decides, fitted to the image: a user other than root by its
number, a read-only root with mounts for the directories that must be written to, no capabilities,
limits, network, and probes from the HEALTHCHECK. It prints a compose service and a Kubernetes pod
with a network policy, as YAML documents with comments that say why.

It reads the image and runs nothing: try the suggestion before you rely on it.`

func newHardenCmd(s streams) *cobra.Command {
	o := &hardenOptions{rootOptions: rootOptions{streams: s}}
	cmd := &cobra.Command{
		Use:     "harden [flags] IMAGE",
		Short:   "Suggest how to run an image: a compose service and a Kubernetes pod",
		Long:    hardenLong,
		Example: "  peel harden --format compose debian:12 > compose.yaml",
		Args:    o.oneImage,

		ValidArgsFunction: o.completeImage,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runHarden(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	o.addSourceFlags(f)
	_ = f.MarkHidden("base") // it changes nothing here
	f.StringVar(&o.format, "format", "", "only "+strings.Join(hardenFormats, " or "))
	// What the plan goes by; secrets so that none is printed.
	o.scan.scanners = []string{"metadata", secrets.Family.Name}
	completeFlags(cmd)
	return cmd
}

func runHarden(ctx context.Context, o *hardenOptions) error {
	if o.format != "" && !slices.Contains(hardenFormats, o.format) {
		return usage(fmt.Errorf("--format: %q is not among %s", o.format, strings.Join(hardenFormats, ", ")))
	}
	if err := o.prepare(); err != nil {
		return err
	}
	a, readErr, err := o.read(ctx)
	if err != nil {
		return err
	}
	img := a.Evidence()
	if img.IsWindows() {
		return errors.New("the image is for Windows, whose containers have none of these settings")
	}
	p := harden.Of(img, harden.Options{Name: runName(a.Image), Shell: staysShell(a)})
	masked := a.Redactor.Writer(o.streams.out)
	if err := writing("stdout", errors.Join(o.print(masked, p), masked.Close())); err != nil {
		return err
	}
	return o.conclude(a, readErr, nil)
}

func (o *hardenOptions) print(w io.Writer, p *harden.Plan) error {
	if o.format != "kubernetes" {
		if err := p.Compose(w); err != nil {
			return err
		}
	}
	if o.format == "" {
		if _, err := io.WriteString(w, "---\n"); err != nil {
			return err
		}
	}
	if o.format != "compose" {
		return p.Kubernetes(w)
	}
	return nil
}

// staysShell reports whether process 1 is a shell that does not make room.
func staysShell(a *analyzer.Analysis) bool {
	return slices.ContainsFunc(a.Findings, func(f finding.Finding) bool {
		return (f.ID == "M034" || f.ID == "M035") && f.Severity > finding.Info
	})
}

// runName is what runtimes know an image by, of a registry's with the digest; ""
// if its source has no such name.
func runName(img *source.Image) string {
	name := img.Name
	switch {
	case img.Kind == source.Registry && img.ManifestDigest != "" && !strings.Contains(name, "@"):
		return name + "@" + img.ManifestDigest
	case !strings.ContainsAny(name, ":/@"):
		return "" // a layout may have a tag alone
	}
	return name
}
