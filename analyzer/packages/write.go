package packages

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"peel/analyzer/text"
)

// WriteJSON writes the inventory, its layers counted from 0.
func WriteJSON(w io.Writer, inv *Inventory) error {
	out := *inv
	out.Packages = slices.Clone(inv.Packages)
	for i := range out.Packages {
		printable(&out.Packages[i])
	}
	out.Removed = slices.Clone(inv.Removed)
	for i := range out.Removed {
		printable(&out.Removed[i].Package)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("writing the packages: %w", err)
	}
	return nil
}

// printable keeps bytes that JSON cannot carry apart from each other.
func printable(p *Package) {
	p.Name, p.Version = text.UTF8(p.Name), text.UTF8(p.Version)
	p.Locations = slices.Clone(p.Locations)
	for i := range p.Locations {
		p.Locations[i].Path = text.UTF8(p.Locations[i].Path)
	}
}

// The widest that a column of the table becomes: licences of distributions run
// to hundreds of characters.
const (
	maxNameWidth    = 48
	maxVersionWidth = 32
	maxLicenceWidth = 36
)

// WriteText writes the inventory as a table, its layers counted from 1.
func WriteText(w io.Writer, inv *Inventory) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(inv.Packages) > 0 {
		fmt.Fprintln(t, "NAME\tVERSION\tTYPE\tLICENCE\tSIZE\tLAYER")
	}
	for i := range inv.Packages {
		p := &inv.Packages[i]
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\n", column(p.Name, maxNameWidth), column(p.Version, maxVersionWidth), p.Type,
			column(strings.Join(p.Licenses, ", "), maxLicenceWidth), size(p), p.Layer+1)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the packages: %w", err)
	}
	_, err := io.WriteString(w, inv.summary())
	if err != nil {
		return fmt.Errorf("writing the packages: %w", err)
	}
	return nil
}

func column(s string, width int) string {
	r := []rune(text.Clean(s))
	if len(r) > width {
		return string(r[:width-1]) + "…"
	}
	return string(r)
}

func size(p *Package) string {
	if p.Files == 0 {
		return "-"
	}
	return text.Bytes(p.Size)
}

// maxListed is how many lines the text spends on each kind of remark.
const maxListed = 10

// summary is what there is to say below the table.
func (inv *Inventory) summary() string {
	var b strings.Builder
	if len(inv.Packages) > 0 {
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%s", count(len(inv.Packages), "package"))
	if inv.Distro != "" {
		fmt.Fprintf(&b, " · %s", text.Clean(inv.Distro))
	}
	fmt.Fprintf(&b, " · %s of %s belong to none\n", text.Bytes(inv.Unowned.Bytes), count(inv.Unowned.Files, "file"))
	inv.listRemoved(&b)
	inv.listDuplicates(&b)
	if len(inv.Partial) > 0 {
		fmt.Fprintf(&b, "\nThere may be more packages than these:\n")
		for _, p := range inv.Partial {
			fmt.Fprintf(&b, "  %s\n", text.Clean(p))
		}
	}
	return b.String()
}

func (inv *Inventory) listRemoved(b *strings.Builder) {
	if len(inv.Removed) == 0 {
		return
	}
	var dead int64
	for i := range inv.Removed {
		dead += inv.Removed[i].Dead
	}
	fmt.Fprintf(b, "\nNo longer there, but %s still ship:\n", text.Bytes(dead))
	for i := range inv.Removed {
		if i == maxListed {
			fmt.Fprintf(b, "  and %d more\n", len(inv.Removed)-i)
			break
		}
		r := &inv.Removed[i]
		fmt.Fprintf(b, "  %s %s (%s): %s in layer %d, ", column(r.Name, maxNameWidth), column(r.Version, maxVersionWidth), r.Type, text.Bytes(r.Dead), r.Layer+1)
		if r.Replaced != "" {
			fmt.Fprintf(b, "replaced by %s in layer %d\n", column(r.Replaced, maxVersionWidth), r.RemovedBy+1)
		} else {
			fmt.Fprintf(b, "removed by layer %d\n", r.RemovedBy+1)
		}
	}
}

func (inv *Inventory) listDuplicates(b *strings.Builder) {
	if len(inv.Duplicates) == 0 {
		return
	}
	b.WriteString("\nThere more than once:\n")
	for i, d := range inv.Duplicates {
		if i == maxListed {
			fmt.Fprintf(b, "  and %d more\n", len(inv.Duplicates)-i)
			break
		}
		fmt.Fprintf(b, "  %s (%s): %d times, %s\n", column(d.Name, maxNameWidth), d.Type, len(d.Packages), column(strings.Join(d.Versions, ", "), maxNameWidth))
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
