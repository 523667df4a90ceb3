package structured

import (
	"encoding/asn1"
	"math/big"
	"strings"
)

// readDER reads the key of a PEM block. encoding/asn1 is enough: crypto/x509
// refuses short keys and old curves, and takes milliseconds to check long ones,
// where a product of two numbers already proves an RSA key.
func readDER(der []byte, label string) keyInfo {
	k := keyInfo{title: "private key"}
	if strings.HasPrefix(label, "ENCRYPTED") {
		k.encrypted = true
		k.ok = isEncrypted(der)
		return k
	}
	for _, read := range []func([]byte) string{readRSA, readPKCS8, readEC, readDSA} {
		if name := read(der); name != "" {
			return keyInfo{title: name + " private key", ok: true}
		}
	}
	if isEncrypted(der) {
		return keyInfo{title: "private key", encrypted: true, ok: true}
	}
	return k
}

// maxDER is the longest file in bytes that is taken for one key.
const maxDER = 16 << 10

// findDER takes a file that is a key in DER. It has no text to be masked.
func (f *file) findDER(b []byte) {
	if len(b) < 40 || len(b) > maxDER || b[0] != 0x30 {
		return
	}
	k := readDER(b, "")
	if k.ok && k.title != "private key" {
		f.key(0, "", k, b)
	}
}

type algorithm struct {
	ID     asn1.ObjectIdentifier
	Params asn1.RawValue `asn1:"optional"`
}

// isEncrypted is true for an EncryptedPrivateKeyInfo (RFC 5958, section 3).
func isEncrypted(der []byte) bool {
	var v struct {
		Algorithm algorithm
		Data      []byte
	}
	_, err := asn1.Unmarshal(der, &v)
	return err == nil && len(v.Data) >= 8
}

// maxModulus is the longest RSA modulus in bits whose factors are multiplied.
const maxModulus = 16384

// readRSA reads an RSAPrivateKey (RFC 8017, appendix A.1.2).
func readRSA(der []byte) string {
	var v struct {
		Version                    int
		N, E, D, P, Q, DP, DQ, Inv *big.Int
		More                       asn1.RawValue `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(der, &v); err != nil || v.N.BitLen() > maxModulus || v.P.Sign() <= 0 || v.Q.Sign() <= 0 {
		return ""
	}
	if v.Version == 0 && new(big.Int).Mul(v.P, v.Q).Cmp(v.N) != 0 {
		return ""
	}
	return "RSA"
}

// readEC reads an ECPrivateKey (RFC 5915, section 3).
func readEC(der []byte) string {
	var v struct {
		Version int
		Key     []byte
		Curve   asn1.RawValue  `asn1:"optional,explicit,tag:0"`
		Public  asn1.BitString `asn1:"optional,explicit,tag:1"`
	}
	if _, err := asn1.Unmarshal(der, &v); err != nil || v.Version != 1 || len(v.Key) < 14 || len(v.Key) > 72 {
		return ""
	}
	return "EC"
}

// readDSA reads the six numbers that OpenSSL writes of a DSA key.
func readDSA(der []byte) string {
	var v struct {
		Version       int
		P, Q, G, Y, X *big.Int
	}
	if _, err := asn1.Unmarshal(der, &v); err != nil || v.Version != 0 || v.X.Sign() <= 0 || v.X.Cmp(v.Q) >= 0 {
		return ""
	}
	return "DSA"
}

// algorithms are those of a PrivateKeyInfo, by object identifier.
var algorithms = map[string]string{
	"1.2.840.113549.1.1.1": "RSA", "1.2.840.113549.1.1.10": "RSA-PSS", "1.2.840.10040.4.1": "DSA", "1.2.840.10045.2.1": "EC",
	"1.3.101.110": "X25519", "1.3.101.111": "X448", "1.3.101.112": "Ed25519", "1.3.101.113": "Ed448", "1.2.840.113549.1.3.1": "DH", "1.2.840.10046.2.1": "DH",
	"2.16.840.1.101.3.4.3.17": "ML-DSA-44", "2.16.840.1.101.3.4.3.18": "ML-DSA-65", "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}

// readPKCS8 reads a PrivateKeyInfo (RFC 5958, section 2), and the key inside.
func readPKCS8(der []byte) string {
	var v struct {
		Version   int
		Algorithm algorithm
		Key       []byte
		More      asn1.RawValue `asn1:"optional,tag:0"`
		Public    asn1.RawValue `asn1:"optional,tag:1"`
	}
	if _, err := asn1.Unmarshal(der, &v); err != nil || len(v.Key) < 16 {
		return ""
	}
	name := algorithms[v.Algorithm.ID.String()]
	switch name {
	case "RSA":
		return readRSA(v.Key)
	case "EC":
		return readEC(v.Key)
	}
	return name
}
