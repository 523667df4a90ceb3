package oci

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Flaw is a part of a JSON document that does not have the form that the OCI
// image spec gives it. It was read as far as it goes; a runtime refuses it.
type Flaw struct {
	Field string // "config.Cmd", "history[3].created"
	Want  string // the form in the spec: "a list of strings"
	Have  string // what is there, as JSON, cut after some bytes
}

func (f Flaw) String() string {
	return fmt.Sprintf("%s is %s, not %s", f.Field, f.Have, f.Want)
}

const (
	// maxFlaws bounds the flaws of one document.
	maxFlaws = 1000
	// maxFlawText is how much of a value is quoted.
	maxFlawText = 80
)

// decodeLenient reads a JSON object field by field. What has another form than
// its field is turned into it where its meaning is plain, and left out where it
// is not; either is a flaw. The error is that of what is no JSON object.
func decodeLenient(raw []byte, into any) ([]Flaw, error) {
	if json.Unmarshal(raw, into) == nil {
		return nil, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	d := &lenient{}
	v := reflect.ValueOf(into).Elem()
	v.SetZero()
	d.object("", fields, v)
	return d.flaws, nil
}

type lenient struct{ flaws []Flaw }

func (d *lenient) flaw(field, want string, raw json.RawMessage) {
	if len(d.flaws) == maxFlaws {
		return
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		b.Reset()
		b.Write(raw)
	}
	have := b.String()
	if len(have) > maxFlawText {
		have = strings.ToValidUTF8(have[:maxFlawText], "") + "…"
	}
	d.flaws = append(d.flaws, Flaw{field, want, have})
}

// value reads one value, of which nothing is known yet.
func (d *lenient) value(field string, raw json.RawMessage, v reflect.Value) {
	if json.Unmarshal(raw, v.Addr().Interface()) == nil {
		return
	}
	v.SetZero()
	if v.Kind() == reflect.Pointer {
		p := reflect.New(v.Type().Elem())
		d.value(field, raw, p.Elem())
		v.Set(p)
		return
	}
	if _, own := v.Addr().Interface().(json.Unmarshaler); own {
		d.flaw(field, form(v.Type()), raw)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		var fields map[string]json.RawMessage
		if json.Unmarshal(raw, &fields) != nil {
			d.flaw(field, form(v.Type()), raw)
			return
		}
		d.object(field, fields, v)
	case reflect.Slice:
		d.list(field, raw, v)
	case reflect.Map:
		d.mapping(field, raw, v)
	case reflect.String:
		d.flaw(field, form(v.Type()), raw)
		v.SetString(scalar(raw))
	default:
		d.flaw(field, form(v.Type()), raw)
	}
}

// object reads the fields of a struct, by the names of their tags, in any case,
// as encoding/json does.
func (d *lenient) object(field string, fields map[string]json.RawMessage, v reflect.Value) {
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name == "" {
			name = v.Type().Field(i).Name
		}
		raw, ok := fields[name]
		for k, other := range fields {
			if !ok && strings.EqualFold(k, name) {
				raw, ok = other, true
			}
		}
		if ok {
			d.value(join(field, name), raw, v.Field(i))
		}
	}
}

// list reads what should be a list. A single value is taken for a list of one.
func (d *lenient) list(field string, raw json.RawMessage, v reflect.Value) {
	var items []json.RawMessage
	single := json.Unmarshal(raw, &items) != nil
	if single {
		d.flaw(field, form(v.Type()), raw)
		if v.Type().Elem().Kind() != reflect.String || scalar(raw) == "" {
			return
		}
		items = []json.RawMessage{raw}
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		d.value(fmt.Sprintf("%s[%d]", field, i), item, v.Index(i))
	}
}

// mapping reads what should be an object of names that are not known beforehand.
// A list of strings is taken for its names.
func (d *lenient) mapping(field string, raw json.RawMessage, v reflect.Value) {
	elem := v.Type().Elem()
	v.Set(reflect.MakeMap(v.Type()))
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) == nil {
		names := make([]string, 0, len(fields))
		for k := range fields {
			names = append(names, k)
		}
		slices.Sort(names)
		for _, k := range names {
			at := reflect.New(elem).Elem()
			d.value(fmt.Sprintf("%s[%q]", field, k), fields[k], at)
			v.SetMapIndex(reflect.ValueOf(k), at)
		}
		return
	}
	d.flaw(field, form(v.Type()), raw)
	var keys []string
	if json.Unmarshal(raw, &keys) != nil || elem.Kind() != reflect.Struct {
		return
	}
	for _, k := range keys {
		v.SetMapIndex(reflect.ValueOf(k), reflect.Zero(elem))
	}
}

func join(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}

// scalar is the text of a string, a number or a truth value; "" of what is none.
func scalar(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] != '{' && raw[0] != '[' {
		return string(raw)
	}
	return ""
}

var (
	timeType = reflect.TypeFor[v1.Time]()
	hashType = reflect.TypeFor[v1.Hash]()
)

// form says what JSON stands for a type.
func form(t reflect.Type) string {
	switch t {
	case timeType:
		return "a time (RFC 3339)"
	case hashType:
		return "a digest (sha256:…)"
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.String {
			return "a list of strings"
		}
		return "a list"
	case reflect.Map:
		if t.Elem().Kind() == reflect.String {
			return "an object of strings"
		}
		return "an object"
	case reflect.Struct:
		return "an object"
	}
	return "a number"
}
