package attached

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"peel/analyzer/redact"
	"peel/source/oci"
)

// Document is one thing that is attached, as far as it was read: several
// Artifacts of the same Digest share one.
type Document struct {
	Digest string // as Artifact.Digest
	Texts  []Text
}

// Text is one of the texts that a document is made of, nearly always JSON.
type Text struct {
	Name string // "manifest", "statement", "payload", "SBOM", "envelope"; then "statement 2"
	// Statement is its place among what Parse was given and Statements lists, those
	// of the index first; negative if it is not among them.
	Statement int
	raw       []byte
	mask      *redact.Redactor // nil masks nothing
}

// Bytes is how long the text is.
func (t *Text) Bytes() int64 { return int64(len(t.raw)) }

// Mask gives the documents with the values that r knows masked in their texts.
func Mask(list []Document, r *redact.Redactor) []Document {
	list = slices.Clone(list)
	for i := range list {
		list[i].Texts = slices.Clone(list[i].Texts)
		for j := range list[i].Texts {
			list[i].Texts[j].mask = r
		}
	}
	return list
}

// Masked is the text with the secrets masked that Mask was given. There is no way
// to the text as it is.
func (t *Text) Masked() []byte {
	if t.mask == nil {
		return t.raw
	}
	var b bytes.Buffer
	w := t.mask.JSON(&b)
	if _, err := w.Write(t.raw); err != nil || w.Close() != nil {
		return nil // a buffer does not fail
	}
	if !json.Valid(t.raw) { // it may have strings all the same, as JSON lines have
		return t.mask.Bytes(b.Bytes())
	}
	return b.Bytes()
}

// Documents are the texts of what Parse reads, in its order. An envelope is left
// out where the statement in it can be read, for it is the same once more in
// base64.
func Documents(companions []oci.Companion, statements []oci.Attestation) []Document {
	var l documents
	for i, st := range statements {
		l.add(st.Digest, Text{Name: "statement", Statement: i, raw: st.Raw})
	}
	inside := Statements(companions)
	n := 0
	for i := range companions {
		c := &companions[i]
		if len(c.Raw) > 0 {
			l.add(c.Digest, Text{Name: "manifest", Statement: -1, raw: c.Raw})
		}
		for j := range c.Parts {
			l.add(c.Digest, Text{Name: partName(&c.Parts[j], c.ArtifactType), Statement: len(statements) + n, raw: inside[n].Raw})
			n++
		}
	}
	return l
}

type documents []Document

// add gives a text to its document, and a name of its own there.
func (l *documents) add(digest string, t Text) {
	at := -1
	for i := range *l {
		if (*l)[i].Digest == digest {
			at = i
		}
	}
	if at < 0 {
		at = len(*l)
		*l = append(*l, Document{Digest: digest})
	}
	d, same := &(*l)[at], 1
	for _, have := range d.Texts {
		if name, _, _ := strings.Cut(have.Name, " "); name == t.Name {
			same++
		}
	}
	if same > 1 {
		t.Name = fmt.Sprintf("%s %d", t.Name, same)
	}
	d.Texts = append(d.Texts, t)
}

// partName says what the text of a part is.
func partName(p *oci.Part, artifactType string) string {
	mt, _, _ := strings.Cut(p.MediaType, ";")
	_, opened := envelopeOf(p.MediaType, p.Raw)
	switch {
	case mt == simpleSigning:
		return "payload"
	case opened, mt == inToto:
		return "statement"
	case mt == dsseEnvelope, strings.HasPrefix(mt, bundlePrefix), artifactType == notarySignature:
		return "envelope"
	case kindOf(first(p.MediaType, artifactType)) == SBOM:
		return "SBOM"
	}
	return "content"
}
