package packages

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/anchore/syft/syft/format/common/spdxhelpers"
	"github.com/anchore/syft/syft/sbom"
	"github.com/spdx/tools-golang/convert"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
)

// encodeSPDX writes the document that syft makes of what was found, as its own
// encoder would. That has all of the text in memory before it writes any, which is
// as much as all else that is there at the time.
func encodeSPDX(w io.Writer, s sbom.SBOM) error {
	model := spdxhelpers.ToFormatModel(s)
	if model == nil {
		return errors.New("there is no document to be made of it")
	}
	var doc v2_3.Document
	if err := convert.Document(model, &doc); err != nil {
		return fmt.Errorf("converting it: %w", err)
	}
	b := bufio.NewWriterSize(w, 64<<10)
	return errors.Join(encodeMembers(b, reflect.ValueOf(doc)), b.Flush())
}

// encodeMembers writes a struct as encoding/json does, but lists of it one element
// after the other.
func encodeMembers(w io.Writer, v reflect.Value) error {
	var piece bytes.Buffer
	enc := json.NewEncoder(&piece)
	enc.SetEscapeHTML(false)
	put := func(before string, v any) error {
		piece.Reset()
		if err := enc.Encode(v); err != nil {
			return err
		}
		_, err := io.WriteString(w, before)
		if err == nil {
			_, err = w.Write(bytes.TrimSuffix(piece.Bytes(), []byte("\n")))
		}
		return err
	}
	between := "{"
	for i := range v.NumField() {
		name, opts, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		f := v.Field(i)
		if name == "-" || opts == "omitempty" && (f.IsZero() || f.Kind() == reflect.Slice && f.Len() == 0) {
			continue
		}
		key := fmt.Sprintf("%s%q:", between, name)
		between = ","
		if f.Kind() != reflect.Slice || f.Len() == 0 {
			if err := put(key, f.Interface()); err != nil {
				return err
			}
			continue
		}
		before := key + "["
		for n := range f.Len() {
			if err := put(before, f.Index(n).Interface()); err != nil {
				return err
			}
			before = ","
		}
		if _, err := io.WriteString(w, "]"); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "}\n")
	return err
}
