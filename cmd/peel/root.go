package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"charm.land/fang/v2"
	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"peel/analyzer/packages"
	"peel/analyzer/secrets"
	"peel/source"
	"peel/source/layer"
)

// rootOptions are the flags of peel itself.
type rootOptions struct {
	streams   streams
	reference string

	platform  string
	source    string
	root      string
	tlsVerify bool
	waiting   func(source.Wait) // shows pauses that a registry imposes; nil: nobody does
	base      string

	plain   bool
	verbose bool
	ci      bool
	json    string
	ciFile  string
	rules   map[string]*string // the flags of dive's rules, by name; nil if not set
	ui      uiOptions
	recent  recentOptions
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
It runs nothing, needs no daemon and no root, and writes to no image, store or registry.

Without IMAGE it opens a list of the images that are here. IMAGE is a name ("debian:12"), a file
or directory ("./image.tar", "./layout"), "-" for standard input, or one of these with a prefix:
  registry:NAME  oci:DIR[:TAG]  oci-archive:FILE[:TAG]  docker-archive:FILE[:TAG|@N]
  docker:NAME    podman:NAME    containers-storage:NAME    containerd:NAME
  sample:   (an image built into peel, to try it on)

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
		Use:     "peel [flags] [IMAGE]",
		Short:   "What a container image holds and what it wastes",
		Long:    rootLong,
		Example: rootExample,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return usage(fmt.Errorf("one image at a time: what is %q?", args[1]))
			case len(args) == 1 && args[0] == "-" && o.base == "-":
				return usage(errors.New("--base: standard input holds one image only"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.scan.chosen = cmd.Flags().Changed("scanners")
			if !cmd.Flags().Changed("ascii") {
				o.ui.ascii = asciiOnly(s.env, runtime.GOOS)
			}
			if !cmd.Flags().Changed("ci") {
				o.ci = isTrue(s.env("CI"))
			}
			switch {
			case len(args) == 1 && args[0] == "":
				return usage(fmt.Errorf("%w: it is empty", source.ErrReference))
			case len(args) == 1:
				o.reference = args[0]
			case !o.interactive() || !s.inTTY: // nobody can pick one
				return usage(errors.New(`no image named: give one, such as "sample:", the one built in; peel images lists what there is`))
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
	cmd.ValidArgsFunction = o.completeImage
	completeFlags(cmd)
	cmd.AddCommand(newVersionCmd(s), newImagesCmd(s), newChecksCmd(s), newIgnoreCmd(s), newFindingsCmd(s), newHardenCmd(s), newPackagesCmd(s))
	checkShell(cmd)
	for _, c := range append(cmd.Commands(), cmd) {
		c.Long = unwrap(c.Long)
	}
	return cmd
}

// oneImage takes the reference of a command that needs one from its arguments.
func (o *rootOptions) oneImage(_ *cobra.Command, args []string) error {
	switch {
	case len(args) == 0 || args[0] == "":
		return usage(errors.New(`no image named: give one, such as "sample:", the one built in; peel images lists what there is`))
	case len(args) > 1:
		return usage(fmt.Errorf("one image at a time: what is %q?", args[1]))
	case args[0] == "-" && o.base == "-":
		return usage(errors.New("--base: standard input holds one image only"))
	}
	o.reference = args[0]
	return nil
}

// addSourceFlags are those of every command that reads an image.
func (o *rootOptions) addSourceFlags(f *pflag.FlagSet) {
	f.StringVar(&o.platform, "platform", "", "choose from an image index: os/arch[/variant] (default: this machine's)")
	f.StringVar(&o.source, "source", "", "ask only this kind of source: "+kinds())
	f.StringVar(&o.root, "root", "", rootHelp)
	f.BoolVar(&o.tlsVerify, "tls-verify", true, "check the certificates of registries, and ask only over TLS; =false trusts whoever answers")
	f.StringVar(&o.base, "base", "", "the image that this one is built on, in any form of IMAGE: what comes from it is told apart")
	o.maxSize = layer.DefaultMaxBytes
	f.Var(&o.maxSize, "max-layer-size", "give up on a layer that unpacks to more than this size")
	f.IntVar(&o.maxEnts, "max-entries", layer.DefaultMaxEntries, "give up on an image of more than this number of entries in all layers")
}

func (o *rootOptions) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	o.addSourceFlags(f)
	f.BoolVar(&o.plain, "plain", false, "print a report instead of opening the screens")
	f.BoolVar(&o.verbose, "verbose", false, "print all there is to say: with --plain or --ci")
	f.StringVar(&o.json, "json", "", "write the JSON report to file, or to stdout for -")
	f.BoolVar(&o.ci, "ci", false, "judge the image by the rules of --ci-config; also when CI=true")
	o.scan.addFlags(f)
	f.StringVar(&o.ciFile, "ci-config", "", "file of rules, in dive's format (default: .dive-ci, if there is one)")
	for name, text := range ruleHelp {
		v := new(string)
		o.rules[name] = v
		f.StringVar(v, name, "", text)
	}
	f.StringVar(&o.ui.theme, "theme", "", "colours: ansi, dark, light, mono or cvd")
	f.BoolVar(&o.ui.ascii, "ascii", false, "draw with ASCII characters alone (default: where the locale is not UTF-8, and on TERM=linux and vt100)")
	f.BoolVar(&o.ui.noMouse, "no-mouse", false, "leave the mouse to the terminal")
	f.BoolVar(&o.ui.secrets, "show-secrets", false, "let the screens show secrets in clear, when asked to and after a question")
	f.StringVar(&o.ui.at, "at", "", "open the screens at this path")
	o.recent.addFlags(f)
}

const rootHelp = "directory of the containers/storage to read, as podman's --root; of containerd's with --source containerd"

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
	return guard(s.err, func() int { return called(ctx, newRootCmd(s, runRoot), args, s) })
}

// called runs a command, and says what it ended with.
func called(ctx context.Context, root *cobra.Command, args []string, s streams) int {
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
	named, _, findErr := root.Find(args)
	if findErr != nil {
		named = root
	}
	return exitCode(s.err, err, named.CommandPath())
}

// unwrap joins the lines of each paragraph, which the help wraps to the terminal.
// Lists, whose lines are indented, stay.
func unwrap(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if s := b.String(); s != "" && !strings.HasSuffix(s, "\n\n") && strings.TrimSpace(line) != "" {
			last := s[strings.LastIndexByte(strings.TrimSuffix(s, "\n"), '\n')+1:]
			if line[0] != ' ' && last[0] != ' ' {
				b.Reset()
				b.WriteString(strings.TrimSuffix(s, "\n") + " ")
			}
		}
		b.WriteString(line)
	}
	return b.String()
}
