package report

import (
	"fmt"

	"peel/analyzer"
	"peel/analyzer/text"
)

func baseOf(a *analyzer.Analysis) *Base {
	b := a.Base
	if b == nil {
		return nil
	}
	out := &Base{Name: text.UTF8(b.Name), Digest: text.UTF8(b.Digest), NamedBy: string(b.ByName)}
	if b.Layers < 0 {
		return out
	}
	out.Layers, out.LayersBy, out.Confidence = &b.Layers, string(b.ByLayers), b.Confidence.String()
	if a.Examined() {
		base, own := 0, 0
		for i := range a.Findings {
			switch from := a.Findings[i].FromBase; {
			case from == nil:
			case *from:
				base++
			default:
				own++
			}
		}
		out.Findings, out.OwnFindings = &base, &own
	}
	return out
}

// base tells what the image is built on, and how that is known.
func (t *textWriter) base() {
	b := t.r.Image.Base
	if b == nil {
		return
	}
	name := "Base image"
	if b.Name != "" {
		name += " " + text.Clean(b.Name)
	}
	if b.NamedBy == "annotations" || b.NamedBy == "labels" {
		name += fmt.Sprintf(", by the image's own %s", b.NamedBy)
	}
	t.prose("", "%s.", name)
	if b.Digest != "" {
		t.line("  Digest: %s", text.Clean(b.Digest))
	}
	switch {
	case b.Layers == nil:
		t.prose("  ", "Which layers are its is not known; --base compares them.")
	case b.LayersBy == "history":
		t.prose("  ", "The first %s are its, as it seems from the history; --base compares them.", plural(*b.Layers, "layer"))
	default:
		t.prose("  ", "The first %s are its.", plural(*b.Layers, "layer"))
	}
}

// fromBase is ", 3 of them from the base image", if that is known.
func (t *textWriter) fromBase() string {
	b := t.r.Image.Base
	if b == nil || b.Findings == nil {
		return ""
	}
	return fmt.Sprintf(", %d of them from the base image", *b.Findings)
}
