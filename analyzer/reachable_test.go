package analyzer_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"

	"peel/analyzer"
	"peel/analyzer/redact"
	"peel/analyzer/secrets"
	"peel/source/layer"
)

// reachable lists where in an analysis a token can be read: in whatever the
// exported fields of its values lead to, and in the texts of documents and files
// that their methods give. The redactor has to know the token, and does not tell.
func reachable(a *analyzer.Analysis, token string) (at []string) {
	w := walk{token: token, seen: map[any]bool{}}
	w.value("Analysis", reflect.ValueOf(a))
	for _, d := range a.Attached.Documents {
		for _, t := range d.Texts {
			w.text("document "+t.Name, string(t.Masked()))
		}
	}
	for i := range a.Layers {
		if _, ok := layer.FactsOf[*secrets.Hits](a.Layers[i].Index, secrets.FactsName); ok {
			w.at = append(w.at, fmt.Sprintf("facts of layer %d", i))
		}
	}
	img := a.Evidence()
	for i := range a.Tree.Nodes {
		b, _ := img.Read(strings.TrimPrefix(a.Tree.Path(i), "/"))
		w.text("content of "+a.Tree.Path(i), string(b))
	}
	return w.at
}

type walk struct {
	token string
	seen  map[any]bool
	at    []string
}

func (w *walk) text(at, s string) {
	if strings.Contains(s, w.token) {
		w.at = append(w.at, at)
	}
}

func (w *walk) value(at string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		w.text(at, v.String())
	case reflect.Interface:
		w.value(at, v.Elem())
	case reflect.Pointer:
		if v.IsNil() || v.Type() == reflect.TypeFor[*redact.Redactor]() || w.seen[v.Interface()] {
			return
		}
		w.seen[v.Interface()] = true
		w.value(at, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				w.value(at+"."+f.Name, v.Field(i))
			}
		}
	case reflect.Map:
		for k, e := range v.Seq2() {
			w.value(at+"[]", k)
			w.value(fmt.Sprintf("%s[%v]", at, k), e)
		}
	case reflect.Slice, reflect.Array:
		if b, ok := bytesOf(v); ok {
			w.text(at, string(b))
			return
		}
		for i := range v.Len() {
			w.value(fmt.Sprintf("%s[%d]", at, i), v.Index(i))
		}
	}
}

func bytesOf(v reflect.Value) ([]byte, bool) {
	if v.Type().Elem().Kind() != reflect.Uint8 || v.Kind() != reflect.Slice {
		return nil, false
	}
	return bytes.Clone(v.Bytes()), true
}
