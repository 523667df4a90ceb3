// Package attached reads what is attached to an image in its source: signatures,
// lists of what is in it, statements of how it was built.
//
// Parse tells what each artifact is and what it claims. That somebody attached
// it proves nothing: Verified says which were checked with a key.
package attached

import (
	"peel/source/oci"
)

// Kind is what an artifact is.
type Kind string

// The kinds of artifacts.
const (
	Signature  Kind = "signature"
	SBOM       Kind = "sbom"
	Provenance Kind = "provenance"
	Statement  Kind = "statement" // another in-toto statement: a scan, a VEX document, a test result
	Other      Kind = "other"
)

// Artifact is one thing that is attached. What it says of itself is its own
// claim, unless Verified.
type Artifact struct {
	Kind     Kind
	Format   string // "cosign", "SPDX-2.3", "https://slsa.dev/provenance/v1", …; its media type if it is not known
	Via      string // how it was found: "index", or one of oci's
	Digest   string // of its manifest or, in an index, of the statement
	Subject  string // digest that it was found by
	Claims   []string
	Verified Verdict
	Problem  string // why it cannot be read, or is not about this image

	signed []signed
}

// ViaIndex is the way to buildkit's attestations, beside the image in its index.
const ViaIndex = "index"

// Verdict is what checking a signature gave.
type Verdict uint8

// The verdicts.
const (
	NotVerified Verdict = iota // no key was given, or nothing is signed
	Valid
	Invalid
)

var verdicts = [...]string{"not verified", "verified", "invalid"}

func (v Verdict) String() string { return verdicts[v] }

// signed is what a signature is over.
type signed struct {
	payload   []byte // the bytes that were signed
	signature []byte
	subjects  []string // digests that the payload names
}

// Subject is what an artifact has to be about: the image, or an index that leads
// to it.
type Subject struct{ Manifest, Index string }

// is reports whether a digest is the subject's.
func (s Subject) is(digest string) bool {
	return digest != "" && (digest == s.Manifest || digest == s.Index)
}

// Parse reads all that is attached. statements are those of an index, which are
// not signed.
func Parse(s Subject, companions []oci.Companion, statements []oci.Attestation) []Artifact {
	var list []Artifact
	for _, st := range statements {
		a := Artifact{Via: ViaIndex, Digest: st.Digest, Subject: s.Manifest}
		a.statement(s, st.Raw, st.PredicateType)
		list = append(list, a)
	}
	for i := range companions {
		list = append(list, parseCompanion(s, &companions[i])...)
	}
	return list
}

// Statements are those that companions bring, without their envelopes, so that
// others can look into them.
func Statements(companions []oci.Companion) []oci.Attestation {
	var list []oci.Attestation
	for i := range companions {
		for _, p := range companions[i].Parts {
			raw := p.Raw
			if e, ok := envelopeOf(p.MediaType, p.Raw); ok {
				raw = e.payload
			}
			list = append(list, oci.Attestation{Digest: p.Digest, MediaType: p.MediaType, PredicateType: predicateOf(raw), Raw: raw})
		}
	}
	return list
}
