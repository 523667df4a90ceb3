package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"hash/crc32"

	"peel/source/sourcetest"
)

// secrets is what layer 3 brings and layer 7 deletes. Every value has the
// form of a real one, so that scanners find it, and none opens anything. They
// are put together here from parts, so that this file holds none of them.
func secrets() []sourcetest.File {
	env := "# Example values: none of these is a real credential.\n" +
		"AWS_ACCESS_KEY_ID=" + "AKIA" + "PEELSAMPLEKEY2QX" + "\n" +
		"AWS_SECRET_ACCESS_KEY=" + "PeelSample/NotARealSecretKey+" + "0x7Gq2Lw9Zb" + "\n" +
		"DATABASE_URL=postgres://shop:" + "sample-Pa55w0rd" + "@db.example.com:5432/shop\n" +
		"GITHUB_TOKEN=" + githubToken("PeelSampleTokenNotReal0a1B2c3D") + "\n" +
		"SHOP_ENV=production\n"
	return []sourcetest.File{
		reg("app/.env", env),
		reg("app/deploy_key.pem", privateKey()).Mode(0o600),
	}
}

// githubToken ends in the CRC-32 of its 30 random characters in base 62, as
// GitHub's tokens do.
func githubToken(random string) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := crc32.ChecksumIEEE([]byte(random))
	var check [6]byte
	for i := len(check) - 1; i >= 0; i-- {
		check[i] = digits[sum%62]
		sum /= 62
	}
	return "ghp_" + random + string(check[:])
}

// privateKey is an Ed25519 key in PKCS#8 whose seed is public, here.
func privateKey() string {
	seed := sha256.Sum256([]byte("the sample image's deploy key, which opens nothing"))
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		panic(err) // every Ed25519 key can be written
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}
