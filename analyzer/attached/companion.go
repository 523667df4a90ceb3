package attached

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"peel/source/oci"
)

// Media types of parts and artifacts, and cosign's annotations (cosign,
// specs/SIGNATURE_SPEC.md; notary, specs/signature-specification.md).
const (
	simpleSigning    = "application/vnd.dev.cosign.simplesigning.v1+json"
	dsseEnvelope     = "application/vnd.dsse.envelope.v1+json"
	bundlePrefix     = "application/vnd.dev.sigstore.bundle"
	notarySignature  = "application/vnd.cncf.notary.signature"
	inToto           = "application/vnd.in-toto+json"
	cosignSignature  = "dev.cosignproject.cosign/signature"
	cosignCert       = "dev.sigstore.cosign/certificate"
	cosignSignedType = "https://sigstore.dev/cosign/sign/" // predicates of signatures in bundles
)

func parseCompanion(s Subject, c *oci.Companion) []Artifact {
	if c.ArtifactType == notarySignature {
		return []Artifact{{Kind: Signature, Format: "notation", Via: c.Via, Digest: c.Digest, Subject: c.Subject}}
	}
	var list []Artifact
	for i := range c.Parts {
		p := &c.Parts[i]
		a := Artifact{Via: c.Via, Digest: c.Digest, Subject: c.Subject}
		switch mt, _, _ := strings.Cut(p.MediaType, ";"); {
		case mt == simpleSigning:
			a.simple(s, p)
		case mt == dsseEnvelope, strings.HasPrefix(mt, bundlePrefix):
			a.envelope(s, p)
		case mt == inToto:
			a.statement(s, p.Raw, p.Annotations["in-toto.io/predicate-type"])
		default:
			a.document(p.Raw, first(p.MediaType, c.ArtifactType))
		}
		list = append(list, a)
	}
	if list == nil {
		list = []Artifact{{Kind: Other, Format: c.ArtifactType, Via: c.Via, Digest: c.Digest, Subject: c.Subject}}
	}
	return list
}

func first(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// simple is cosign's signature: a payload that names the image, and the
// signature over it in an annotation.
func (a *Artifact) simple(s Subject, p *oci.Part) {
	a.Kind, a.Format = Signature, "cosign"
	sig, err := base64.StdEncoding.DecodeString(p.Annotations[cosignSignature])
	if err != nil || len(sig) == 0 {
		a.Problem = "it has no signature that can be read"
		return
	}
	var payload struct {
		Critical struct {
			Identity struct {
				Reference string `json:"docker-reference"`
			} `json:"identity"`
			Image struct {
				Digest string `json:"docker-manifest-digest"`
			} `json:"image"`
		} `json:"critical"`
	}
	if err := json.Unmarshal(p.Raw, &payload); err != nil {
		a.Problem = "its payload cannot be read"
		return
	}
	digest := payload.Critical.Image.Digest
	a.signed = append(a.signed, signed{p.Raw, sig, []string{digest}})
	if r := payload.Critical.Identity.Reference; r != "" {
		a.claim("for", r)
	}
	a.certificate([]byte(p.Annotations[cosignCert]))
	if !s.is(digest) {
		a.Problem = "it is for another image: " + digest
	}
}

// claim adds what the artifact says of itself.
func (a *Artifact) claim(what, value string) {
	const most = 300 // bytes; URLs of builders have some 200
	if value != "" {
		a.Claims = append(a.Claims, what+" "+strings.ToValidUTF8(value[:min(len(value), most)], ""))
	}
}

// enveloped is a signed statement (secure-systems-lab, DSSE 1.0.0).
type enveloped struct {
	payload     []byte
	payloadType string
	signatures  [][]byte
	cert        []byte // DER; nil without
}

// envelopeOf opens an envelope, or the one in a Sigstore bundle.
func envelopeOf(mediaType string, raw []byte) (e enveloped, ok bool) {
	type dsse struct {
		PayloadType string `json:"payloadType"`
		Payload     []byte `json:"payload"` // base64
		Signatures  []struct {
			Sig []byte `json:"sig"`
		} `json:"signatures"`
	}
	var doc struct {
		dsse
		Envelope *dsse `json:"dsseEnvelope"`
		Material struct {
			Certificate struct {
				Raw []byte `json:"rawBytes"`
			} `json:"certificate"`
		} `json:"verificationMaterial"`
	}
	if mediaType != dsseEnvelope && !strings.HasPrefix(mediaType, bundlePrefix) {
		return e, false
	}
	if json.Unmarshal(raw, &doc) != nil {
		return e, false
	}
	in := doc.dsse
	if doc.Envelope != nil {
		in = *doc.Envelope
	}
	e = enveloped{payload: in.Payload, payloadType: in.PayloadType, cert: doc.Material.Certificate.Raw}
	for _, s := range in.Signatures {
		e.signatures = append(e.signatures, s.Sig)
	}
	return e, len(e.payload) > 0
}

func (a *Artifact) envelope(s Subject, p *oci.Part) {
	e, ok := envelopeOf(p.MediaType, p.Raw)
	if !ok {
		a.Kind, a.Format, a.Problem = Statement, p.MediaType, "its envelope cannot be read"
		return
	}
	a.statement(s, e.payload, p.Annotations["predicateType"])
	for _, sig := range e.signatures {
		a.signed = append(a.signed, signed{preAuth(e.payloadType, e.payload), sig, subjectsOf(e.payload)})
	}
	a.certificate([]byte(p.Annotations[cosignCert]))
	a.der(e.cert)
}
