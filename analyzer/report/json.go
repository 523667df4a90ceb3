package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
)

const indent = "  "

var rawType = reflect.TypeFor[json.RawMessage]()

// WriteJSON writes a report as indented JSON with a final newline; the same
// report always gives the same bytes. <, > and & are not escaped.
//
// Lists are written row by row: of a list with 100,000 rows encoding/json alone
// would hold the whole text twice.
func WriteJSON(w io.Writer, r *Report) error { return writeJSON(w, r) }

// writeJSON takes a pointer to a struct.
func writeJSON(w io.Writer, r any) error {
	j := &jsonWriter{out: bufio.NewWriter(w)}
	j.row = json.NewEncoder(&j.buf)
	j.row.SetEscapeHTML(false)
	if err := j.report(reflect.ValueOf(r).Elem()); err != nil {
		return fmt.Errorf("encoding the report: %w", err)
	}
	if err := j.out.Flush(); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// jsonWriter writes two levels, the fields of a struct and the rows of its
// lists, and leaves what is in them to encoding/json. Errors of out stay in it
// until Flush.
type jsonWriter struct {
	out *bufio.Writer
	buf bytes.Buffer
	row *json.Encoder // to buf
}

func (j *jsonWriter) report(v reflect.Value) error {
	sep := "{\n"
	for i := range v.NumField() {
		name, opts, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		f := v.Field(i)
		if opts == "omitempty" && f.IsZero() { // the Report has pointers, strings and raw JSON to omit
			continue
		}
		fmt.Fprintf(j.out, "%s%s%q: ", sep, indent, name)
		sep = ",\n"
		if f.Kind() == reflect.Slice && f.Type() != rawType && f.Len() > 0 {
			if err := j.list(f); err != nil {
				return err
			}
			continue
		}
		if err := j.value(f, indent); err != nil {
			return err
		}
	}
	j.out.WriteString("\n}\n")
	return nil
}

func (j *jsonWriter) list(f reflect.Value) error {
	sep := "[\n"
	for i := range f.Len() {
		j.out.WriteString(sep + indent + indent)
		sep = ",\n"
		if err := j.value(f.Index(i).Addr(), indent+indent); err != nil {
			return err
		}
	}
	j.out.WriteString("\n" + indent + "]")
	return nil
}

func (j *jsonWriter) value(v reflect.Value, prefix string) error {
	j.buf.Reset()
	j.row.SetIndent(prefix, indent)
	if err := j.row.Encode(v.Interface()); err != nil {
		return err
	}
	j.out.Write(bytes.TrimSuffix(j.buf.Bytes(), []byte("\n")))
	return nil
}
