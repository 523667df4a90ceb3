package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"charm.land/fang/v2"
	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"peel/analyzer/packages"
	"peel/analyzer/secrets"
	"peel/source"
	"peel/source/layer"
)

// rootOptions are the flags of peel itself.
type rootOptions struct {
	streams   streams
	reference string

	platform string
	source   string
	base     string

	plain   bool
	ci      bool
	json    string
	ciFile  string
	rules   map[string]*string // the flags of dive's rules, by name; nil if not set
	ui      uiOptions
	scan    scanOptions
	secrets *secrets.Scanner // nil: nobody looks for any
	keeper  *packages.Keeper // nil: nobody looks for packages
	maxSize byteSize
	maxEnts int
}

// uiOptions are the flags that only the screens heed.
type uiOptions struct {
	theme   string
	ascii   bool
	noMouse bool
	at      string
	secrets bool
}

const rootLong = `peel opens a container image from wherever it lies, and shows what is in it and what it wastes.
It runs nothing, needs no daemon and no root, and writes nothing.

IMAGE is a name ("debian:12"), a file or directory ("./image.tar", "./layout"), "-" for
standard input, or one of these with a prefix:
  registry:NAME  oci:DIR[:TAG]  oci-archive:FILE[:TAG]  docker-archive:FILE[:TAG|@N]
  docker:NAME    podman:NAME    sample:   (an image built into peel, to try it on)

Exit codes: 0 fine; 1 the policy failed; 2 usage or configuration; 3 the image could not be
read, or not wholly.`

const rootExample = `  # Look at an image, without pulling it
  peel debian:12
  # At one that was saved
  docker save app:1 | peel -
  # Fail a pipeline, and keep the report
  peel --ci --highestWastedBytes 20MB --json report.json app.tar
  # Try it
  peel sample:`

func newRootCmd(s streams, run func(context.Context, *rootOptions) error) *cobra.Command {
	o := &rootOptions{streams: s, rules: map[string]*string{}}
	cmd := &cobra.Command{
		Use:     "peel [flags] IMAGE",
		Short:   "What a container image holds and what it wastes",
		Long:    rootLong,
		Example: rootExample,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usage(errors.New(`no image named: give one, or "sample:" for the one built in`))
			case len(args) > 1:
				return usage(fmt.Errorf("one image at a time: what is %q?", args[1]))
			case args[0] == "-" && o.base == "-":
				return usage(errors.New("--base: standard input holds one image only"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.reference = args[0]
			if !cmd.Flags().Changed("ci") {
				o.ci = isTrue(s.env("CI"))
			}
			for _, name := range ruleFlags {
				if !cmd.Flags().Changed(name) {
					o.rules[name] = nil
				}
			}
			return run(cmd.Context(), o)
		},
		SilenceErrors: true, SilenceUsage: true,
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	cmd.SetIn(s.in)
	cmd.SetOut(s.out)
	cmd.SetErr(s.err)
	o.addFlags(cmd)
	cmd.AddCommand(newPackagesCmd(s), newVersionCmd(s), newChecksCmd(s))
	return cmd
}

func (o *rootOptions) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.platform, "platform", "", "choose from an image index: os/arch[/variant] (default: this machine's)")
	f.StringVar(&o.source, "source", "", "ask only this kind of source: "+kinds())
	f.StringVar(&o.base, "base", "", "the image that this one is built on, in any form of IMAGE: findings say which of the two they come from")
	f.BoolVar(&o.plain, "plain", false, "print a report instead of opening the screens")
	f.StringVar(&o.json, "json", "", "write the JSON report to file, or to stdout for -")
	f.BoolVar(&o.ci, "ci", false, "judge the image by the rules of --ci-config; also when CI=true")
	o.scan.addFlags(f)
	f.StringVar(&o.ciFile, "ci-config", "", "file of rules, in dive's format (default: .dive-ci, if there is one)")
	for name, text := range ruleHelp {
		v := new(string)
		o.rules[name] = v
		f.StringVar(v, name, "", text)
	}
	o.maxSize = layer.DefaultMaxBytes
	f.Var(&o.maxSize, "max-layer-size", "give up on a layer that unpacks to more than this size")
	f.IntVar(&o.maxEnts, "max-entries", layer.DefaultMaxEntries, "give up on an image of more than this number of entries in all layers")
	f.StringVar(&o.ui.theme, "theme", "", "colours: ansi, dark, light, mono or cvd")
	f.BoolVar(&o.ui.ascii, "ascii", false, "draw with ASCII characters alone")
	f.BoolVar(&o.ui.noMouse, "no-mouse", false, "leave the mouse to the terminal")
	f.BoolVar(&o.ui.secrets, "show-secrets", false, "let the screens show secrets in clear, when asked to and after a question")
	f.StringVar(&o.ui.at, "at", "", "open the screens at this path")
}

func kinds() string {
	var names []string
	for _, k := range source.Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// isTrue reads the CI variable as dive does.
func isTrue(s string) bool {
	switch strings.ToLower(s) {
	case "true", "1", "yes":
		return true
	}
	return false
}

// execute runs peel and returns its exit code.
func execute(ctx context.Context, args []string, s streams) int {
	root := newRootCmd(s, runRoot)
	root.SetArgs(args)
	understood := false
	root.PersistentPreRun = func(*cobra.Command, []string) { understood = true }
	err := fang.Execute(ctx, root,
		fang.WithVersion(version()),
		fang.WithErrorHandler(func(io.Writer, fang.Styles, error) {}),
		fang.WithColorSchemeFunc(func(c lipgloss.LightDarkFunc) fang.ColorScheme { return fang.AnsiColorScheme(c) }),
	)
	if err != nil && !understood && !errors.Is(err, errUsage) {
		err = usage(err) // cobra's own words about a command line
	}
	return exitCode(s.err, err)
}
