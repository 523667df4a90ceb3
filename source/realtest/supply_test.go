//go:build linux

package realtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"peel/source"
	"peel/source/sourcetest"
)

// keyPair makes a key as cosign does, and the file of its public half.
func keyPair(t *testing.T) (sign func([]byte) []byte, file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "cosign.pub")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(message []byte) []byte {
		sum := sha256.Sum256(message)
		sig, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return sig
	}, file
}

// attach pushes what oras and cosign would: a manifest with one blob, as a tag or,
// with a subject, as its referrer.
func attach(t *testing.T, repo, tag string, subject *v1.Descriptor, blob sourcetest.ArtifactBlob) {
	t.Helper()
	img, err := mutate.Append(mutate.MediaType(empty.Image, types.OCIManifestSchema1), mutate.Addendum{
		Layer: static.NewLayer([]byte(blob.Content), blob.MediaType), Annotations: blob.Annotations,
	})
	if err != nil {
		t.Fatal(err)
	}
	if subject != nil {
		img = mutate.Subject(mutate.ConfigMediaType(img, blob.MediaType), *subject).(v1.Image)
		h, err := img.Digest()
		if err != nil {
			t.Fatal(err)
		}
		tag = "@" + h.String()
	}
	ref, err := name.ParseReference(repo+tag, name.Insecure)
	if err == nil {
		err = remote.Write(ref, img)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestAttached asks a docker-registry, which has no referrers API, for what is
// attached by cosign's tag and by the tag that stands for the API.
func TestAttached(t *testing.T) {
	b := images(t, "docker-registry")
	r := startRegistry(t, "")
	repo := r.host + "/team/signed"
	b.push(t, "oci:"+b.out("layout")+":small", repo+":1")
	ref := "registry:" + repo + ":1"
	sign, key := keyPair(t)
	_, other := keyPair(t)
	supply := func(args ...string) outcome {
		return peel(t, append(append([]string{"--plain", "--verbose", "--scanners", "supply"}, args...), ref)...)
	}
	says := func(o outcome, words ...string) {
		t.Helper()
		o.want(t, 0)
		for _, w := range words {
			if !strings.Contains(o.stdout, w) {
				t.Errorf("%q is not said:\n%s", w, o.stdout)
			}
		}
	}
	says(supply(), "X001 no signature.", "X002 no SBOM.", "X003 no provenance")

	img := open(t, ref, source.Options{})
	h, err := v1.NewHash(img.ManifestDigest)
	if err != nil {
		t.Fatal(err)
	}
	payload := sourcetest.SimpleSigning(h)
	signature := sourcetest.Signature(h, payload, sign).Blobs[0]
	tag := ":sha256-" + h.Hex
	attach(t, repo, tag+".sig", nil, signature)
	says(supply(), "Attached: signature, cosign, not verified; by cosign tag.")
	says(supply("--key", key), "Attached: signature, cosign, verified; by cosign tag.")
	says(supply("--key", other), "High. X001 no signature that the key verifies.", "Attached: signature, cosign, invalid")

	subject := &v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: h, Size: int64(len(img.RawManifest))}
	attach(t, repo, "", subject, sourcetest.ArtifactBlob{
		MediaType: "application/spdx+json", Content: `{"spdxVersion":"SPDX-2.3","packages":[{},{},{}],"creationInfo":{"creators":["Tool: syft-1.52"]}}`,
	})
	const slsa = "https://slsa.dev/provenance/v1"
	statement := sourcetest.InToto(h, slsa, `{"runDetails":{"builder":{"id":"https://ci.example.org"}}}`)
	attach(t, repo, tag+".att", nil, sourcetest.ArtifactBlob{MediaType: "application/vnd.dsse.envelope.v1+json", Content: sourcetest.Envelope(statement, sign)})
	o := supply("--key", key)
	says(o, "Attached: SBOM, SPDX-2.3, not verified; by referrers tag.", "It says: packages 3.", "Attached: provenance, "+slsa+", verified; by cosign tag.", "It says: built by https://ci.example.org.")
	if strings.Contains(o.stdout, "X00") {
		t.Errorf("something is still missing:\n%s", o.stdout)
	}

	// Tampered: the signature of another image, and a payload that was changed.
	copied := sourcetest.Signature(h, strings.ReplaceAll(payload, h.Hex, strings.Repeat("0", 64)), sign).Blobs[0]
	attach(t, repo, tag+".sig", nil, copied)
	says(supply("--key", key), "High. X001", "X008", "another image: sha256:000")
	changed := signature
	changed.Content = strings.Replace(payload, "example.org/app", "example.org/bad", 1)
	attach(t, repo, tag+".sig", nil, changed)
	says(supply("--key", key), "High. X001", "The key did not make this signature")
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		if r.askedBy(t, "peel/", method) {
			t.Errorf("peel sent a %s", method)
		}
	}
}
