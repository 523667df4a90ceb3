package attached

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
)

// Key verifies signatures by one public key.
type Key struct {
	verifier signature.Verifier
	name     string
}

// Name is what the key is called; "" for no key.
func (k *Key) Name() string {
	if k == nil {
		return ""
	}
	return k.name
}

// leastRSA is the bits of the smallest RSA key that still counts (NIST SP 800-131A).
const leastRSA = 2048

// ParseKey reads a public key in PEM, as cosign generate-key-pair writes it:
// ECDSA, RSA (PKCS #1 v1.5) or Ed25519, the first two over SHA-256, as cosign
// signs. name is for people, such as its file's.
func ParseKey(name string, text []byte) (*Key, error) {
	block, _ := pem.Decode(text)
	if block != nil && block.Type != "PUBLIC KEY" && block.Type != "RSA PUBLIC KEY" {
		return nil, fmt.Errorf("it holds a %s, not a public key", block.Type)
	}
	pub, err := cryptoutils.UnmarshalPEMToPublicKey(text)
	if err != nil {
		return nil, fmt.Errorf("reading the public key: %w", err)
	}
	if k, ok := pub.(*rsa.PublicKey); ok && k.N.BitLen() < leastRSA {
		return nil, fmt.Errorf("the RSA key has %d bits, at least %d are needed", k.N.BitLen(), leastRSA)
	}
	v, err := signature.LoadVerifier(pub, crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("reading the public key: %w", err)
	}
	return &Key{v, name}, nil
}

// Verify sets the verdict of everything that is signed. A signature is valid if
// the key made it over a payload that names this image: one of another image,
// however true, is worth nothing here.
func (k *Key) Verify(s Subject, list []Artifact) {
	for i := range list {
		a := &list[i]
		if len(a.signed) == 0 {
			continue
		}
		a.Verified = Invalid
		var why error
		for _, sg := range a.signed {
			if err := k.check(s, sg); err != nil {
				why = err
				continue
			}
			a.Verified = Valid
		}
		if a.Verified == Invalid && a.Problem == "" {
			a.Problem = why.Error()
		}
	}
}

var (
	errForeign = errors.New("what is signed is another image")
	errKey     = errors.New("the key did not make this signature")
)

func (k *Key) check(s Subject, sg signed) error {
	if !slices.ContainsFunc(sg.subjects, s.is) {
		return errForeign
	}
	if err := k.verifier.VerifySignature(bytes.NewReader(sg.signature), bytes.NewReader(sg.payload)); err != nil {
		return errKey
	}
	return nil
}

// preAuth is what is signed of an envelope (DSSE, "Pre-Authentication Encoding").
func preAuth(payloadType string, payload []byte) []byte {
	var b bytes.Buffer
	b.WriteString("DSSEv1 " + strconv.Itoa(len(payloadType)) + " " + payloadType + " " + strconv.Itoa(len(payload)) + " ")
	b.Write(payload)
	return b.Bytes()
}

// certificate tells whom a keyless signature's certificate names.
func (a *Artifact) certificate(text []byte) {
	if block, _ := pem.Decode(text); block != nil {
		a.der(block.Bytes)
	}
}

func (a *Artifact) der(raw []byte) {
	if len(raw) == 0 {
		return
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		a.claim("with", "a certificate that cannot be read")
		return
	}
	for _, m := range cert.EmailAddresses {
		a.claim("signed by", m)
	}
	for _, u := range cert.URIs {
		a.claim("signed by", u.String())
	}
}
