package ui

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"peel/analyzer"
	"peel/analyzer/attached"
	"peel/ui/text"
	"peel/ui/theme"
)

// attachedKinds are the kinds that everybody asks for, and what they are called
// in a list of facts.
var attachedKinds = []struct {
	kind attached.Kind
	name string
}{{attached.Signature, "Signed"}, {attached.SBOM, "SBOM"}, {attached.Provenance, "Provenance"}}

// kindWords are the names of what is attached.
var kindWords = map[attached.Kind]string{
	attached.Signature: "signature", attached.SBOM: "SBOM", attached.Provenance: "provenance",
	attached.Statement: "statement", attached.Other: "artifact",
}

// maxAttached is how many artifacts of a kind the facts tell one by one.
const maxAttached = 4

// attachedFields tell what the source has beside the image, and what it has not.
func (in *inspector) attachedFields(d *doc) {
	a := in.a
	switch {
	case !a.Attached.Listed && !a.Finished:
		d.field("Attached", "the source is still asked")
		return
	case !a.Attached.Listed:
		d.field("Attached", "the source was not asked")
		return
	case len(a.Attached.Artifacts) == 0 && a.Attached.Incomplete != "":
		d.field("Attached", in.noneAttached())
		return
	}
	for _, k := range attachedKinds {
		list := a.Attached.Of(k.kind)
		if len(list) == 0 {
			d.field(k.name, in.noneAttached())
		}
		in.artifacts(d, k.name, list)
	}
	in.artifacts(d, "Attached", append(a.Attached.Of(attached.Statement), a.Attached.Of(attached.Other)...))
	if len(a.Attached.Artifacts) > 0 && a.Attached.Incomplete != "" {
		d.field("", "there may be more: "+text.OneLine(a.Attached.Incomplete))
	}
	if len(a.Attached.Documents) > 0 {
		d.field("", "5 Raw shows what is attached")
	}
}

// noneAttached says whether it is known that there is none.
func (in *inspector) noneAttached() string {
	if in.a.Attached.Incomplete != "" {
		return "cannot be told: " + text.OneLine(in.a.Attached.Incomplete)
	}
	return "none"
}

func (in *inspector) artifacts(d *doc, name string, list []*attached.Artifact) {
	for i, x := range list[:min(len(list), maxAttached)] {
		if i > 0 {
			name = ""
		}
		d.field(name, in.artifact(x))
		if x.Problem != "" {
			d.field("", theme.Gone+" "+text.OneLine(x.Problem))
		}
	}
	if rest := len(list) - maxAttached; rest > 0 {
		d.field("", fmt.Sprintf("and %d more", rest))
	}
}

// artifact is "SPDX-2.3, packages 212, made by syft-1.2, attached, not verified".
func (in *inspector) artifact(x *attached.Artifact) string {
	var parts []string
	if name := formatName(x); name != "" {
		parts = append(parts, name)
	}
	for _, c := range x.Claims {
		parts = append(parts, claimWords(text.OneLine(c)))
	}
	switch {
	case x.Verified == attached.Valid:
		parts = append(parts, "verified with "+text.OneLine(in.a.Attached.Key))
	case x.Verified == attached.Invalid:
		parts = append(parts, "not what "+text.OneLine(in.a.Attached.Key)+" signed")
	case x.Via == attached.ViaIndex:
		parts = append(parts, "in the index, not signed")
	default:
		parts = append(parts, "attached, not verified")
	}
	return strings.Join(parts, ", ")
}

// claimWords turn a claim into what reads well in a list: "packages 12" is "12
// packages", "made by syft" is "by syft".
func claimWords(c string) string {
	what, rest, _ := strings.Cut(c, " ")
	switch what {
	case "packages", "materials":
		if n, err := strconv.Atoi(rest); err == nil {
			return text.Plural(n, strings.TrimSuffix(what, "s"))
		}
	case "made":
		return rest
	}
	return c
}

// formatName is a format as people call it: predicate types are long URLs.
func formatName(x *attached.Artifact) string {
	f := text.OneLine(x.Format)
	rest, ok := strings.CutPrefix(f, "https://slsa.dev/provenance/")
	switch {
	case ok:
		return "SLSA " + rest
	case x.Kind == attached.Statement && strings.Contains(f, "://"):
		_, f, _ = strings.Cut(f, "://")
		return path.Clean(f)
	}
	return f
}

// documentLabel is what the raw view calls something attached, by the artifacts
// that are in it.
func documentLabel(a *analyzer.Analysis, doc *attached.Document) string {
	var names []string
	for i := range a.Attached.Artifacts {
		x := &a.Attached.Artifacts[i]
		if x.Digest != doc.Digest {
			continue
		}
		name := kindWords[x.Kind]
		if f := formatName(x); f != "" {
			name += " " + f
		}
		if x.Problem != "" {
			name += " " + theme.Gone
		}
		if len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		names = []string{"statement"}
	}
	return strings.Join(names, ", ")
}
