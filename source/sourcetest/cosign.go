package sourcetest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Digest is that of an entry's manifest or index.
func Digest(e Entry) (v1.Hash, error) {
	d, err := e.put(&store{})
	return d.Digest, err
}

// SimpleSigning is what cosign signs of an image (cosign, SIGNATURE_SPEC.md,
// "Payload").
func SimpleSigning(digest v1.Hash) string {
	return fmt.Sprintf(`{"critical":{"identity":{"docker-reference":"example.org/app"},"image":{"docker-manifest-digest":%q},"type":"cosign container image signature"},"optional":null}`, digest)
}

// Signature is what cosign attaches to an image with that digest, by the tag
// sha256-….sig: the payload, signed by sign.
func Signature(attachedTo v1.Hash, payload string, sign func([]byte) []byte) Artifact {
	return Artifact{
		Names: []string{attachedTo.Algorithm + "-" + attachedTo.Hex + ".sig"},
		Blobs: []ArtifactBlob{{
			MediaType: "application/vnd.dev.cosign.simplesigning.v1+json", Content: payload,
			Annotations: map[string]string{"dev.cosignproject.cosign/signature": base64.StdEncoding.EncodeToString(sign([]byte(payload)))},
		}},
	}
}

// Envelope is a signed in-toto statement (DSSE), as cosign attest makes it.
func Envelope(statement string, sign func([]byte) []byte) string {
	const payloadType = "application/vnd.in-toto+json"
	pae := fmt.Sprintf("DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(statement), statement)
	b, err := json.Marshal(map[string]any{
		"payloadType": payloadType, "payload": []byte(statement),
		"signatures": []any{map[string]any{"sig": sign([]byte(pae))}},
	})
	if err != nil {
		panic(err) // there is nothing in it that JSON cannot hold
	}
	return string(b)
}

// InToto is a statement about an image.
func InToto(digest v1.Hash, predicateType, predicate string) string {
	return fmt.Sprintf(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"app","digest":{%q:%q}}],"predicateType":%q,"predicate":%s}`,
		digest.Algorithm, digest.Hex, predicateType, predicate)
}
