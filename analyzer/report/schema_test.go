package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"peel/analyzer/report"
)

func compiled(t *testing.T) *jsonschema.Schema { return compile(t, "urn:peel:report:1.0") }

func compile(t *testing.T, id string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	for id, schema := range map[string][]byte{"urn:peel:report:1.0": report.Schema(), "urn:peel:packages:1.0": report.PackagesSchema(), "urn:peel:listing:1.0": report.ListingSchema()} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(id, doc); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReportsFollowTheSchema(t *testing.T) {
	schema := compiled(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(toJSON(t, c.build(t))))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Errorf("%#v", err)
			}
		})
	}
}

func TestSchemaRefuses(t *testing.T) {
	schema := compiled(t)
	for name, spoil := range map[string]func(doc map[string]any){
		"another version":  func(doc map[string]any) { doc["schemaVersion"] = "2.0" },
		"unknown property": func(doc map[string]any) { doc["score"] = 1 },
		"missing property": func(doc map[string]any) { delete(doc, "waste") },
		"null list":        func(doc map[string]any) { doc["notes"] = nil },
		"empty fact":       func(doc map[string]any) { doc["image"].(map[string]any)["manifestDigest"] = "" },
	} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(toJSON(t, cases[0].build(t))))
		if err != nil {
			t.Fatal(err)
		}
		spoil(doc.(map[string]any))
		if schema.Validate(doc) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// Guards against a field that the schema does not tell of, or the reverse.
func TestSchemaMatchesTheStructs(t *testing.T) {
	root := parsed(t, report.Schema(), "report", report.SchemaVersion)
	listing := parsed(t, report.ListingSchema(), "listing", report.ListingVersion)
	packages := parsed(t, report.PackagesSchema(), "packages", report.SchemaVersion)
	matches(t, root, packages, "report", reflect.TypeFor[report.Report]())
	matches(t, listing, node{}, "listing", reflect.TypeFor[report.Listing]())
	matches(t, packages, root, "packages", reflect.TypeFor[report.Packages]())
}

// matches holds a schema against a struct. It may use the definitions of another.
func matches(t *testing.T, root, other node, name string, typ reflect.Type) {
	t.Helper()
	w := &walker{t: t, defs: maps.Clone(root.Defs), used: map[string]bool{}}
	if w.defs == nil {
		w.defs = map[string]node{}
	}
	maps.Copy(w.defs, other.Defs)
	w.object(name, typ, root)
	for name := range root.Defs {
		if !w.used[name] {
			t.Errorf("nothing uses the definition %s", name)
		}
	}
}

func parsed(t *testing.T, schema []byte, name, version string) (root node) {
	t.Helper()
	if err := json.Unmarshal(schema, &root); err != nil {
		t.Fatal(err)
	}
	if root.ID != "urn:peel:"+name+":"+version || root.Properties["schemaVersion"].Const != version {
		t.Errorf("the schema is of another version: %s", root.ID)
	}
	return root
}

type node struct {
	ID          string          `json:"$id"`
	Ref         string          `json:"$ref"`
	Description string          `json:"description"`
	Type        any             `json:"type"`
	Const       string          `json:"const"`
	Additional  *bool           `json:"additionalProperties"`
	Required    []string        `json:"required"`
	Properties  map[string]node `json:"properties"`
	Items       *node           `json:"items"`
	Defs        map[string]node `json:"$defs"`
}

type walker struct {
	t    *testing.T
	defs map[string]node
	used map[string]bool
}

func (w *walker) object(at string, typ reflect.Type, n node) {
	if n.Additional == nil || *n.Additional {
		w.t.Errorf("%s: additionalProperties is not false", at)
	}
	var names, required []string
	for f := range typ.Fields() {
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
		if opts != "omitempty" {
			required = append(required, name)
		}
		p, ok := n.Properties[name]
		if !ok {
			w.t.Errorf("%s.%s is not in the schema", at, name)
			continue
		}
		w.value(at+"."+name, f.Type, p, opts == "omitempty")
	}
	for name := range maps.Keys(n.Properties) {
		if !slices.Contains(names, name) {
			w.t.Errorf("%s.%s is not in the struct", at, name)
		}
	}
	slices.Sort(required)
	slices.Sort(n.Required)
	if !slices.Equal(required, n.Required) {
		w.t.Errorf("%s: required is %v, want %v", at, n.Required, required)
	}
}

func (w *walker) value(at string, typ reflect.Type, n node, optional bool) {
	if n.Ref != "" {
		name := strings.TrimPrefix(strings.TrimPrefix(n.Ref, "urn:peel:report:1.0"), "#/$defs/")
		w.used[name] = true
		description := n.Description
		n = w.defs[name]
		if description != "" {
			n.Description = description
		}
	}
	if len(n.Description) < len("A step.") {
		w.t.Errorf("%s is not described", at)
	}
	want := ""
	nullable := typ.Kind() == reflect.Pointer && !optional
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case typ == reflect.TypeFor[json.RawMessage]():
		want = "object"
	case typ.Kind() == reflect.Struct:
		want = "object"
		w.object(at, typ, n)
	case typ.Kind() == reflect.Slice:
		want = "array"
		if n.Items == nil {
			w.t.Fatalf("%s: no items", at)
		}
		w.value(at+"[]", typ.Elem(), *n.Items, false)
	case typ.Kind() == reflect.String:
		want = "string"
	case typ.Kind() == reflect.Bool:
		want = "boolean"
	case typ.Kind() == reflect.Int, typ.Kind() == reflect.Int64:
		want = "integer"
	case typ.Kind() == reflect.Float64:
		want = "number"
	}
	if nullable {
		want = fmt.Sprint([]any{want, "null"})
	}
	if got := fmt.Sprint(n.Type); got != want {
		w.t.Errorf("%s: type %s, want %s", at, got, want)
	}
}
