package check

//go:generate go test -run TestPages -update .

import (
	"fmt"
	"strings"
)

// Page is what there is to say of a check, in Markdown.
func (c *Check) Page() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n", c.ID, c.Title)
	fmt.Fprintf(&b, "Family %s, severity %s.\n\n%s\n\n", c.Family(), c.Severity, c.What)
	fmt.Fprintf(&b, "## Why it matters\n\n%s\n\n", c.Why)
	fmt.Fprintf(&b, "## Fix\n\n%s\n\nInstead of:\n\n```dockerfile\n%s\n```\n\nWrite:\n\n```dockerfile\n%s\n```\n\n", c.Fix, c.Before, c.After)
	fmt.Fprintf(&b, "## Reference\n\n%s\n", c.Reference)
	if c.Peers != "" {
		fmt.Fprintf(&b, "\nElsewhere: %s.\n", c.Peers)
	}
	return b.String()
}

// Index is the list of all checks, in Markdown.
func Index() string {
	var b strings.Builder
	b.WriteString("# The checks\n\n`peel checks` lists them, `peel checks ID` explains one. These pages are made from the same data by `make generate`. [PEERS.md](PEERS.md) compares them with dockle's and trivy's.\n")
	for _, f := range families {
		fmt.Fprintf(&b, "\n## %s: %s\n\n| id | severity | |\n|---|---|---|\n", f.Name, f.Title)
		for _, c := range f.Checks {
			fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s |\n", c.ID, c.ID, c.Severity, c.Title)
		}
	}
	return b.String()
}
