package report

import (
	"io"
	"slices"
)

// Format is a way to write a report. A new one is a file of its own and a line
// in Formats.
type Format struct {
	Name  string
	JSON  bool // its strings are JSON's: secrets in it are masked as these are
	Write func(io.Writer, *Report) error
}

// Formats are all there are.
var Formats = []Format{
	{Name: "json", JSON: true, Write: WriteJSON},
	{Name: "plain", Write: func(w io.Writer, r *Report) error { return WriteText(w, r, TextOptions{}) }},
	{Name: "plain-verbose", Write: func(w io.Writer, r *Report) error { return WriteText(w, r, TextOptions{Verbose: true}) }},
	{Name: "ci", Write: WriteCI},
}

// FormatOf finds a format by its name; it must be one of Formats.
func FormatOf(name string) Format {
	return Formats[slices.IndexFunc(Formats, func(f Format) bool { return f.Name == name })]
}
