package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"peel/analyzer/check"
)

// checkJSON is how `peel checks --json` gives a check.
type checkJSON struct {
	ID        string `json:"id"`
	Family    string `json:"family"`
	Severity  string `json:"severity"`
	Title     string `json:"title"`
	What      string `json:"what"`
	Why       string `json:"why"`
	Fix       string `json:"fix"`
	Before    string `json:"before"` // Containerfile lines
	After     string `json:"after"`
	Reference string `json:"reference"`
	Peers     string `json:"peers,omitempty"`
}

func asJSON(c *check.Check) checkJSON {
	return checkJSON{
		c.ID, c.Family(), c.Severity.String(), c.Title, c.What, c.Why, c.Fix, c.Before, c.After, c.Reference, c.Peers,
	}
}

func newChecksCmd(s streams) *cobra.Command {
	var inJSON bool
	cmd := &cobra.Command{
		Use:   "checks [ID]",
		Short: "List what peel looks for, or explain one check",
		Long:  "checks lists everything that peel looks for in an image; with an id, as P001, it tells what is wrong,\nwhom it harms and how to mend it.",
		RunE: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return listChecks(s.out, inJSON)
			case 1:
				return explainCheck(s.out, args[0], inJSON)
			}
			return usage(fmt.Errorf("one check at a time: what is %q?", args[1]))
		},
	}
	cmd.Flags().BoolVar(&inJSON, "json", false, "print JSON")
	return cmd
}

func listChecks(w io.Writer, inJSON bool) error {
	list := []checkJSON{}
	for _, f := range check.Families() {
		for i := range f.Checks {
			list = append(list, asJSON(&f.Checks[i]))
		}
	}
	if inJSON {
		return encodeJSON(w, list)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", c.ID, c.Severity, c.Family, c.Title)
	}
	return t.Flush()
}

func explainCheck(w io.Writer, id string, inJSON bool) error {
	c, ok := check.Lookup(id)
	if !ok {
		err := fmt.Errorf("there is no check %q", id)
		if near := check.Near(id); len(near) > 0 {
			err = fmt.Errorf("%w: did you mean %s?", err, strings.Join(near, ", "))
		}
		return usage(err)
	}
	if inJSON {
		return encodeJSON(w, asJSON(&c))
	}
	_, err := io.WriteString(w, c.Explain(explainWidth))
	return err
}

// explainWidth is the columns that explanations keep to.
const explainWidth = 80

func encodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
