package attached_test

import (
	"testing"

	"peel/analyzer/attached"
	"peel/source/oci"
)

// FuzzParse feeds what somebody may attach to an image to all that reads it.
func FuzzParse(f *testing.F) {
	for mediaType, doc := range map[string]string{
		"application/vnd.dev.cosign.simplesigning.v1+json": `{"critical":{"image":{"docker-manifest-digest":"sha256:1"}}}`,
		"application/vnd.dsse.envelope.v1+json":            `{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"sig":"AA=="}]}`,
		"application/vnd.dev.sigstore.bundle.v0.3+json":    `{"dsseEnvelope":{"payload":"e30="},"verificationMaterial":{"certificate":{"rawBytes":"MAA="}}}`,
		"application/vnd.in-toto+json":                     `{"predicateType":"https://slsa.dev/provenance/v1","subject":[{"digest":{"sha256":"1"}}],"predicate":{"builder":{"id":"x"}}}`,
		"application/spdx+json":                            `{"spdxVersion":"SPDX-2.3","packages":[]}`,
		"application/vnd.cyclonedx+json":                   `{"bomFormat":"CycloneDX","specVersion":"1.6"}`,
	} {
		f.Add(mediaType, []byte(doc), "c2ln", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
	}
	s := attached.Subject{Manifest: "sha256:1", Index: "sha256:2"}
	f.Fuzz(func(t *testing.T, mediaType string, raw []byte, signature, cert string) {
		c := []oci.Companion{{Subject: "sha256:1", Digest: "sha256:3", Parts: []oci.Part{{
			Digest: "sha256:4", MediaType: mediaType, Raw: raw,
			Annotations: map[string]string{"dev.cosignproject.cosign/signature": signature, "dev.sigstore.cosign/certificate": cert},
		}}}}
		list := attached.Parse(s, c, []oci.Attestation{{PredicateType: mediaType, Raw: raw}})
		if len(list) != 2 || len(attached.Statements(c)) != 1 {
			t.Fatalf("%+v", list)
		}
		for _, a := range list {
			if a.Kind == "" || a.Verified != attached.NotVerified {
				t.Errorf("%+v", a)
			}
		}
	})
}
