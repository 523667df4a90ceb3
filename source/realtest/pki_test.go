//go:build linux

package realtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// authority is a private CA, as companies have them.
type authority struct {
	pair
	x509 *x509.Certificate
	sign crypto.Signer
}

// pair is a certificate with its key.
type pair struct {
	cert, key string // PEM files
	ca        string // PEM file of the CA that signed it; cert itself if nobody did
}

func newAuthority(t testing.TB, name string) *authority {
	t.Helper()
	a := &authority{sign: newKey(t)}
	a.x509 = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	a.pair = a.write(t, a.x509, a.sign)
	return a
}

// issue certifies a server or a client; hosts are names or addresses.
func (a *authority) issue(t testing.TB, hosts ...string) pair {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "peel"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, h)
		}
	}
	return a.write(t, c, newKey(t))
}

// write signs and stores a certificate.
func (a *authority) write(t testing.TB, c *x509.Certificate, key crypto.Signer) pair {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, a.x509, key.Public(), a.sign)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := pair{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"), ca: a.cert}
	if p.ca == "" {
		p.ca = p.cert
	}
	for path, block := range map[string]*pem.Block{p.cert: {Type: "CERTIFICATE", Bytes: der}, p.key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// client trusts everybody, and shows the pair to whoever asks.
func (p *pair) client() *http.Client {
	c := &tls.Config{InsecureSkipVerify: true}
	if own, err := tls.LoadX509KeyPair(p.cert, p.key); err == nil {
		c.Certificates = []tls.Certificate{own}
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: c}}
}

// configured is a XDG_CONFIG_HOME with these files, by their paths in it.
func configured(t testing.TB, files map[string]string) string {
	t.Helper()
	home := t.TempDir()
	for path, content := range files {
		path = filepath.Join(home, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

func content(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
