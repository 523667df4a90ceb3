package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"peel/analyzer/inventory"
	"peel/analyzer/text"
)

// The widest that a column of the table becomes: licences of distributions run
// to hundreds of characters.
const (
	maxNameWidth    = 48
	maxVersionWidth = 32
	maxLicenceWidth = 40
)

// maxListed is how many lines the text spends on each kind of remark.
const maxListed = 10

// WritePackages writes the packages as a table and what there is to say of them
// below it. Layers are counted from 1, at the bottom; whatever the image names
// is cleaned (see text.Clean).
func WritePackages(w io.Writer, p *Packages) error {
	out := bufio.NewWriter(w)
	if len(p.Packages) > 0 {
		t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "NAME\tVERSION\tTYPE\tSIZE\tLAYER\tSTATE\tLICENCE")
		for i := range p.Packages {
			writePackage(t, &p.Packages[i])
		}
		t.Flush() // to out, which keeps its errors
		out.WriteByte('\n')
	}
	writeInventory(out, p)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the packages: %w", err)
	}
	return nil
}

func writePackage(w io.Writer, p *Package) {
	bytes, layer, state, licence := "-", "-", p.State, "-"
	if len(p.Licenses) > 0 {
		licence = column(strings.Join(p.Licenses, ", "), maxLicenceWidth)
	}
	if p.SizeBytes != nil {
		bytes = text.Bytes(*p.SizeBytes)
	}
	if p.Layer != nil {
		layer = fmt.Sprint(*p.Layer + 1)
	}
	if p.FromBase != nil && *p.FromBase {
		layer += " base"
	}
	if p.RemovedBy != nil {
		state = fmt.Sprintf("%s by %d", p.State, *p.RemovedBy+1)
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", column(p.Name, maxNameWidth), column(p.Version, maxVersionWidth), p.Type,
		bytes, layer, state, licence)
}

// column is a cell: no tab, no end of line, no more than width characters.
func column(s string, width int) string {
	r := []rune(text.OneLine(s))
	if len(r) > width {
		return string(r[:width-1]) + "…"
	}
	return string(r)
}

func writeInventory(w io.Writer, p *Packages) {
	installed, gone, dead := 0, 0, int64(0)
	var base, own weight
	for i := range p.Packages {
		if p.Packages[i].State == string(inventory.Installed) {
			installed++
			if from := p.Packages[i].FromBase; from != nil && *from {
				base.add(&p.Packages[i])
			} else if from != nil {
				own.add(&p.Packages[i])
			}
			continue
		}
		gone++
		if d := p.Packages[i].DeadBytes; d != nil {
			dead += *d
		}
	}
	fmt.Fprint(w, count(installed, "package"))
	if p.Inventory.Distro != "" {
		fmt.Fprintf(w, " on %s", text.OneLine(p.Inventory.Distro))
	}
	fmt.Fprintf(w, "; %s in %s belong to none\n", text.Bytes(p.Inventory.Unowned.SizeBytes), count(p.Inventory.Unowned.FileCount, "file"))
	if base.count+own.count > 0 {
		fmt.Fprintf(w, "%s of %s come with the base image, %s of %s are the image's own\n",
			count(base.count, "package"), text.Bytes(base.bytes), count(own.count, "package"), text.Bytes(own.bytes))
	}
	if gone > 0 {
		fmt.Fprintf(w, "%s no longer there, of which %s still ship\n", count(gone, "package"), text.Bytes(dead))
	}
	writeDuplicates(w, p.Inventory.Duplicates)
	remarks(w, "The largest files of no package:", p.Inventory.Unowned.Largest, func(f UnownedFile) string {
		return fmt.Sprintf("%9s  %s (layer %d)", text.Bytes(f.Bytes), text.Clean(f.Path), f.Layer+1)
	})
	remarks(w, "Not understood:", p.Inventory.Notes, text.OneLine)
	remarks(w, "There may be more packages than these:", p.Inventory.Errors, text.OneLine)
}

// weight is how many packages there are, and their bytes, as far as they are known.
type weight struct {
	count int
	bytes int64
}

func (n *weight) add(p *Package) {
	n.count++
	if p.SizeBytes != nil {
		n.bytes += *p.SizeBytes
	}
}

func writeDuplicates(w io.Writer, list []PackageDuplicate) {
	remarks(w, "There more than once:", list, func(d PackageDuplicate) string {
		s := fmt.Sprintf("%s (%s) %d times: %s", column(d.Name, maxNameWidth), d.Type, d.Count, column(strings.Join(d.Versions, ", "), maxNameWidth))
		if d.ExtraBytes > 0 {
			s += fmt.Sprintf("; %s more than one needs", text.Bytes(d.ExtraBytes))
		}
		return s
	})
}

// remarks writes the first of a list, and how many there are besides.
func remarks[T any](w io.Writer, title string, list []T, line func(T) string) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for i, x := range list {
		if i == maxListed {
			fmt.Fprintf(w, "  and %d more\n", len(list)-i)
			return
		}
		fmt.Fprintf(w, "  %s\n", line(x))
	}
}

// packages says of a whole report what WritePackages says below its table.
func (t *textWriter) packages() {
	if t.r.Inventory != nil {
		t.section()
		t.written = true
		writeInventory(t.out, &Packages{Inventory: *t.r.Inventory, Packages: t.r.Packages})
	}
}

// count is plural for text that is not wrapped.
func count(n int, one string) string { return strings.ReplaceAll(plural(n, one), glue, " ") }
