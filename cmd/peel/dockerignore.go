package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"peel/analyzer"
	"peel/analyzer/bloat"
	"peel/analyzer/text"
)

const ignoreLong = `dockerignore prints the .dockerignore that would have kept out of an image what COPY and ADD
brought and nobody who runs it needs: repositories, caches, files of editors and test runs, logs,
packages that a RUN installs anyway. Each line says what it would have saved.

The history tells which layers were copied and, if the builder wrote it down, from where. What a
RUN made is left out: see the findings of the family waste.`

func newIgnoreCmd(s streams) *cobra.Command {
	o := &rootOptions{streams: s}
	cmd := &cobra.Command{
		Use:     "dockerignore [flags] IMAGE",
		Short:   "Print the .dockerignore that an image lacked",
		Long:    ignoreLong,
		Example: "  peel dockerignore app:1 >> .dockerignore",
		Args:    o.oneImage,

		ValidArgsFunction: o.completeImage,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runIgnore(cmd.Context(), o)
		},
	}
	o.addSourceFlags(cmd.Flags())
	completeKinds(cmd)
	return cmd
}

func runIgnore(ctx context.Context, o *rootOptions) error {
	if err := o.checkLimits(); err != nil {
		return err
	}
	a, readErr, err := o.read(ctx)
	if err != nil {
		return err
	}
	o.noBase(a)
	if err := writeIgnore(o.streams.out, o.reference, a.Ignore()); err != nil {
		return fmt.Errorf("writing to stdout: %w", err)
	}
	return o.conclude(a, readErr, nil)
}

// writeIgnore writes a file that Docker and Podman read. Without a history it
// has no effect until somebody takes the marks of comments away.
func writeIgnore(w io.Writer, reference string, ignore bloat.Ignore) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# What a .dockerignore would have kept out of %s.\n", text.Clean(reference))
	off := ""
	switch {
	case len(ignore.Lines) == 0 && ignore.Guess:
		b.WriteString("# Nothing was found; the history does not tell which layers were copied.\n")
	case len(ignore.Lines) == 0:
		b.WriteString("# Nothing: what COPY and ADD brought has none of it.\n")
	case ignore.Guess:
		fmt.Fprintf(b, "# %s; but the history does not tell which layers were copied:\n# take the marks away from what is in your build context.\n", text.Bytes(ignore.Bytes))
		off = "# "
	default:
		fmt.Fprintf(b, "# %s of what COPY and ADD brought.\n", text.Bytes(ignore.Bytes))
	}
	for _, l := range ignore.Lines {
		files := "1 file"
		if l.Files != 1 {
			files = strconv.Itoa(l.Files) + " files"
		}
		fmt.Fprintf(b, "\n# %s, %s, %s: %s\n%s%s\n", text.Bytes(l.Bytes), files, layerNumbers(l.Layers), l.What, off, l.Pattern)
	}
	own := func(l bloat.IgnoreLine) bool { return strings.TrimPrefix(l.Pattern, "**/") == ".dockerignore" }
	if len(ignore.Lines) > 0 && !slices.ContainsFunc(ignore.Lines, own) {
		fmt.Fprintf(b, "\n# This file, which would be copied, too.\n%s.dockerignore\n", off)
	}
	if len(ignore.Stages) > 0 {
		fmt.Fprintf(b, "\n# More of the kind is in %s, which other build stages were copied to.\n", layerNumbers(ignore.Stages))
	}
	return b.Flush()
}

// layerNumbers counts from 1: "layer 2", "layers 2, 5".
func layerNumbers(layers []int) string {
	var words []string
	for _, n := range layers {
		words = append(words, strconv.Itoa(n+1))
	}
	if len(words) == 1 {
		return "layer " + words[0]
	}
	return "layers " + strings.Join(words, ", ")
}

// noBase tells why what was given as the base is none.
func (o *rootOptions) noBase(a *analyzer.Analysis) {
	if o.base != "" && a.BaseLayers() < 0 {
		for _, n := range a.Notes {
			fmt.Fprintf(o.streams.err, "peel: %s\n", text.Clean(n))
		}
	}
}
