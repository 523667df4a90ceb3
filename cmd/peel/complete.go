package main

import (
	"github.com/spf13/cobra"

	"peel/source"
)

// completeKinds offers the kinds of sources after --source.
func completeKinds(cmd *cobra.Command) {
	var names []cobra.Completion
	for _, k := range source.Kinds() {
		names = append(names, string(k))
	}
	_ = cmd.RegisterFlagCompletionFunc("source", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
}
