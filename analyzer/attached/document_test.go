package attached_test

import (
	"fmt"
	"strings"
	"testing"

	"peel/analyzer/attached"
	"peel/analyzer/redact"
	"peel/source/oci"
)

// TestDocuments guards which texts an artifact is shown by, and that they are the
// statements that findings number.
func TestDocuments(t *testing.T) {
	const envelope = `{"payloadType":"application/vnd.in-toto+json","payload":"eyJhIjoxfQ==","signatures":[{"sig":"AA=="}]}`
	part := func(mediaType, raw string) oci.Part { return oci.Part{MediaType: mediaType, Raw: []byte(raw)} }
	companions := []oci.Companion{
		{Digest: "sha256:sig", Raw: []byte(`{"m":1}`), Parts: []oci.Part{
			part("application/vnd.dev.cosign.simplesigning.v1+json", `{"s":1}`), part("application/vnd.dev.cosign.simplesigning.v1+json", `{"s":2}`),
		}},
		{Digest: "sha256:att", Parts: []oci.Part{
			part("application/vnd.dsse.envelope.v1+json", envelope), part("application/vnd.dsse.envelope.v1+json", "broken"), part("text/spdx+json", `{"b":1}`),
		}},
		{Digest: "sha256:not", ArtifactType: "application/vnd.cncf.notary.signature", Parts: []oci.Part{part("application/cose", "\x00\x01")}},
		{Digest: "sha256:odd", ArtifactType: "application/x", Parts: []oci.Part{part("application/x", "words")}},
	}
	statements := []oci.Attestation{{Digest: "sha256:st", Raw: []byte(`{"p":1}`)}}
	var got []string
	for _, d := range attached.Documents(companions, statements) {
		for _, x := range d.Texts {
			got = append(got, fmt.Sprintf("%s %s %d %s", d.Digest, x.Name, x.Statement, x.Masked()))
		}
	}
	want := []string{
		`sha256:st statement 0 {"p":1}`,
		`sha256:sig manifest -1 {"m":1}`, `sha256:sig payload 1 {"s":1}`, `sha256:sig payload 2 2 {"s":2}`,
		`sha256:att statement 3 {"a":1}`, `sha256:att envelope 4 broken`, `sha256:att SBOM 5 {"b":1}`,
		"sha256:not envelope 6 \x00\x01", `sha256:odd content 7 words`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if n := len(attached.Statements(companions)) + len(statements); n != 8 {
		t.Errorf("%d statements, numbered up to 7", n)
	}
}

// TestMaskedText guards that a document is masked as JSON, and as words if it is
// none.
func TestMaskedText(t *testing.T) {
	r := redact.New([]string{"hunter2-and-more"})
	for _, raw := range []string{`{"a":"hunter2-and-more"}`, `{"a":"\u0068\u0075\u006eter2\u002dand-more"}`, "broken hunter2-and-more", `{"line":1} {"b":"hunter2\u002dand-more"} broken`} {
		clear := attached.Documents(nil, []oci.Attestation{{Digest: "sha256:1", Raw: []byte(raw)}})
		docs := attached.Mask(clear, r)
		if string(clear[0].Texts[0].Masked()) != raw {
			t.Error("Mask changes what it is given")
		}
		if s := string(docs[0].Texts[0].Masked()); strings.Contains(s, "hunter2") || strings.Contains(s, `\u002d`) {
			t.Errorf("%s is masked to %s", raw, s)
		}
	}
}
