package main

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"peel/analyzer/text"
	"peel/source"
	"peel/ui/theme"
)

const (
	// completeTime is how long a shell may wait for an answer to TAB.
	completeTime = time.Second
	// completeWait is the part of it that sources have, so that there is time left
	// for a registry.
	completeWait = 500 * time.Millisecond
	// maxOffered bounds what is offered: more than fits on a screen helps nobody.
	maxOffered = 200
)

// completeImage offers what peel images lists, and the tags of a registry's image
// behind a colon. Paths are left to the shell.
func (o *rootOptions) completeImage(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	if strings.HasPrefix(typed, "/") || strings.HasPrefix(typed, ".") || strings.HasPrefix(typed, "~") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	opts, err := listOptions(o.source, o.root, &o.recent, o.streams)
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completeTime)
	defer cancel()
	var found source.Listing
	opts.Wait = completeWait
	source.List(ctx, opts, found.Add)
	entries := found.Entries
	if repo, ok := source.TagQuery(typed, entries); ok {
		tags, _ := source.Tags(ctx, repo, o.sourceOptions(nil)) // without any the rest is offered
		for _, t := range tags {
			entries = append(entries, source.Entry{Reference: repo + ":" + t, Name: repo + ":" + t, Kind: source.Registry})
		}
	}
	return offered(entries, typed, time.Now()), cobra.ShellCompDirectiveDefault | cobra.ShellCompDirectiveKeepOrder
}

// harmless are the names that a shell takes as they stand: one from an image
// must not become a command on the user's line.
var harmless = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/:@+-]*$`).MatchString

// offered are the images that a line may mean, under the names that begin so.
func offered(entries []source.Entry, typed string, now time.Time) []cobra.Completion {
	var out []cobra.Completion
	seen := map[string]bool{}
	for i := range entries {
		e := &entries[i]
		for _, n := range spellings(e) {
			if strings.HasPrefix(n, typed) && harmless(n) && len(out) < maxOffered {
				if !seen[n] {
					out = append(out, cobra.CompletionWithDesc(n, about(e, now)))
				}
				seen[n] = true
				break
			}
		}
	}
	return out
}

// spellings are the ways to write an image, the shortest that are sure to open it
// first. Podman finds its images without these hosts, too.
func spellings(e *source.Entry) []string {
	path := strings.TrimPrefix(e.Name, "./")
	list := []string{path}
	if !strings.HasSuffix(e.Reference, path) { // it goes by its id: the name means another
		list = nil
	}
	if e.Kind == source.Storage {
		for _, host := range []string{"localhost/", "docker.io/library/", "docker.io/"} {
			if short, ok := strings.CutPrefix(path, host); ok && list != nil {
				list = append(list, short)
			}
		}
	}
	return append(list, e.Reference)
}

// about tells images apart in a list.
func about(e *source.Entry, now time.Time) string {
	facts := []string{string(e.Kind)}
	if e.Size > 0 {
		facts = append(facts, text.Bytes(e.Size))
	}
	if e.Created.Unix() > 0 {
		facts = append(facts, text.Age(now.Sub(e.Created)))
	}
	return strings.Join(facts, ", ")
}

// completeFlags offers the values of flags that have a few.
func completeFlags(cmd *cobra.Command) {
	completeKinds(cmd)
	offer(cmd, "theme", theme.Names)
	offer(cmd, "scanners", allScanners())
}

// completeKinds offers the kinds of sources after --source.
func completeKinds(cmd *cobra.Command) {
	var names []string
	for _, k := range source.Kinds() {
		names = append(names, string(k))
	}
	offer(cmd, "source", names)
}

func offer(cmd *cobra.Command, flag string, values []string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // it has the flag
}

// checkShell makes a shell that there is no script for an error of usage; cobra
// would print its help.
func checkShell(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
}
