package registry

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// certificates are the files for one host (containers-certs.d(5)): *.crt are
// CAs, *.cert with *.key of the same name is shown to the host.
type certificates struct {
	dirs    []string
	cas     []byte // PEM
	clients []tls.Certificate
	closed  []string // files that only other users may read
}

// loadCertificates takes those of all directories. One that cannot be looked
// into is another user's.
func loadCertificates(host string) (certificates, error) {
	c := certificates{dirs: certDirs(host)}
	for _, dir := range c.dirs {
		list, err := os.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			continue
		}
		if err != nil {
			return c, fmt.Errorf("%w: reading certificates: %w", ErrConfig, err)
		}
		for _, f := range list {
			path := filepath.Join(dir, f.Name())
			err := c.add(path)
			if errors.Is(err, fs.ErrPermission) {
				c.closed = append(c.closed, path)
			} else if err != nil {
				return c, fmt.Errorf("%w: reading certificate %s: %w", ErrConfig, path, err)
			}
		}
	}
	return c, nil
}

func (c *certificates) add(path string) error {
	stem, isClient := strings.CutSuffix(path, ".cert")
	switch {
	case isClient:
		pair, err := tls.LoadX509KeyPair(path, stem+".key")
		if err != nil {
			return err
		}
		c.clients = append(c.clients, pair)
	case strings.HasSuffix(path, ".crt"):
		b, err := readConf(path)
		if err != nil {
			return err
		}
		if !x509.NewCertPool().AppendCertsFromPEM(b) {
			return errors.New("there is no PEM certificate in it")
		}
		c.cas = append(append(c.cas, b...), '\n')
	case strings.HasSuffix(path, ".key"):
		if cert := strings.TrimSuffix(path, ".key") + ".cert"; !exists(cert) {
			return fmt.Errorf("the key has no certificate %s beside it", cert)
		}
	}
	return nil
}

// String is where they are looked for.
func (c *certificates) String() string {
	s := strings.Join(c.dirs, ", ")
	if c.closed != nil {
		s += "; these may not be read: " + strings.Join(c.closed, ", ")
	}
	return s
}

// shown says what the host got to see.
func (c *certificates) shown() string {
	if len(c.clients) == 0 {
		return "no client certificate"
	}
	return "a client certificate"
}

// pool is the system's, with more CAs.
func pool(cas ...[]byte) *x509.CertPool {
	p, err := x509.SystemCertPool()
	if err != nil {
		p = x509.NewCertPool() // then these are all there is
	}
	for _, pem := range cas {
		p.AppendCertsFromPEM(pem)
	}
	return p
}
