package structured

import (
	"strings"
)

// xmlFields takes attributes and elements that are named as secrets, and pairs of
// a name and a value: in two attributes, an attribute and the text, two elements
// that follow each other.
func (f *file) xmlFields() {
	var before *element // that ended last
	name := ""          // of the pair whose value is to come
	walkXML(f.text, func(e *element) {
		text := strings.TrimSpace(e.text.String())
		f.xmlAttributes(e, text)
		switch tag := strings.ToLower(e.name()); {
		case tag == "name" || tag == "key" || tag == "param-name" || tag == "entry-name":
			name = text
		case (tag == "value" || tag == "string" || tag == "param-value" || tag == "data") && name != "":
			if isSecretName(name) {
				f.pair(e.off, name, text, true)
			}
			name = ""
		case tag == "value" && before != nil && isSecretName(e.parent()):
			f.pair(e.off, e.parent(), text, true)
		case tag == "value" && isSecretName(e.parent()):
			f.pair(e.off, e.parent(), text, true)
		case text != "" && isSecretName(e.name()):
			f.pair(e.off, e.name(), text, true)
		case strings.ContainsAny(text, "=") && len(text) < maxPairLine:
			f.pairs(e.off, text)
		}
		f.nestedValue(e, before)
		before = e
	})
}

// xmlAttributes takes those of one element.
func (f *file) xmlAttributes(e *element, text string) {
	name := ""
	for _, a := range e.attrs {
		switch key := strings.ToLower(a.Name.Local); key {
		case "name", "key", "id", "property", "var":
			if isSecretName(a.Value) {
				name = a.Value
			}
		}
		if isSecretName(a.Name.Local) {
			f.pair(e.off, a.Name.Local, a.Value, true)
		}
		if strings.IndexByte(a.Value, '=') > 0 && len(a.Value) < maxPairLine {
			f.pairs(e.off, a.Value)
		}
	}
	switch {
	case name == "":
	case e.attr("value") != "":
		f.pair(e.off, name, e.attr("value"), true)
	case text != "":
		f.pair(e.off, name, text, true)
	}
}

// nestedValue takes <property name="password"><value>…</value></property>.
func (f *file) nestedValue(e, child *element) {
	if child == nil || !strings.EqualFold(child.name(), "value") || len(child.path) != len(e.path)+1 || child.off < e.off {
		return
	}
	if name := e.attr("name"); isSecretName(name) {
		f.pair(child.off, name, strings.TrimSpace(child.text.String()), true)
	}
}
