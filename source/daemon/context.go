package daemon

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// endpoint is where an engine listens, and how it is to be believed.
type endpoint struct {
	host string // "unix:///run/docker.sock", "tcp://host:2376"
	from string // what named it: a variable, a context
	tls  *tls.Config
}

const (
	// maxMeta bounds docker's configuration files and certificates.
	maxMeta = 1 << 20
	// defaultContext is the one without a file.
	defaultContext = "default"
)

// dockerConfig is the directory of docker's command line.
func dockerConfig() string {
	if d := os.Getenv("DOCKER_CONFIG"); d != "" {
		return d
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".docker")
}

// chosen is the engine that the environment or a docker context names; nil if
// none does. The order is that of docker's command line: DOCKER_HOST,
// DOCKER_CONTEXT, currentContext of its config.
func (e Engine) chosen() (*endpoint, error) {
	if host := os.Getenv(e.Env); host != "" {
		p := &endpoint{host: host, from: e.Env}
		if e.Name != Docker.Name || os.Getenv("DOCKER_TLS_VERIFY") == "" && os.Getenv("DOCKER_TLS") == "" {
			return p, nil
		}
		dir := os.Getenv("DOCKER_CERT_PATH")
		if dir == "" {
			dir = dockerConfig()
		}
		var err error
		p.tls, err = tlsFrom(dir, os.Getenv("DOCKER_TLS_VERIFY") == "")
		return p, err
	}
	if e.Name != Docker.Name {
		return nil, nil
	}
	name, err := currentContext()
	if err != nil || name == "" || name == defaultContext {
		return nil, err
	}
	return contextNamed(name)
}

func currentContext() (string, error) {
	if name := os.Getenv("DOCKER_CONTEXT"); name != "" {
		return name, nil
	}
	var config struct {
		CurrentContext string `json:"currentContext"`
	}
	err := readJSON(filepath.Join(dockerConfig(), "config.json"), &config)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return "", nil
	}
	return config.CurrentContext, err
}

// contextNamed reads a context as docker stores it: below the digest of its
// name, with its certificates beside it.
func contextNamed(name string) (*endpoint, error) {
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	var meta struct {
		Endpoints map[string]struct {
			Host          string
			SkipTLSVerify bool
		}
	}
	dir := filepath.Join(dockerConfig(), "contexts")
	err := readJSON(filepath.Join(dir, "meta", id, "meta.json"), &meta)
	if errors.Is(err, fs.ErrNotExist) { // no path of the user's
		return nil, fmt.Errorf("there is no docker context %q in %s", name, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the docker context %q: %w", name, err)
	}
	found, ok := meta.Endpoints["docker"]
	if !ok {
		return nil, fmt.Errorf("the docker context %q names no engine", name)
	}
	p := &endpoint{host: found.Host, from: fmt.Sprintf("docker context %q", name)}
	certs := filepath.Join(dir, "tls", id, "docker")
	if _, err := os.Stat(certs); err == nil || found.SkipTLSVerify {
		if p.tls, err = tlsFrom(certs, found.SkipTLSVerify); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// tlsFrom reads ca.pem, cert.pem and key.pem, each of which may be left out.
func tlsFrom(dir string, skipVerify bool) (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: skipVerify} //nolint:gosec // as its owner configured it
	if ca, err := readSmall(filepath.Join(dir, "ca.pem")); err == nil {
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(ca) {
			return nil, fmt.Errorf("%s has no certificate", filepath.Join(dir, "ca.pem"))
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	switch {
	case err == nil:
		cfg.Certificates = []tls.Certificate{cert}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("reading the client certificate in %s: %w", dir, err)
	}
	return cfg, nil
}

func readJSON(path string, into any) error {
	b, err := readSmall(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}

func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxMeta+1))
	if err == nil && len(b) > maxMeta {
		err = fmt.Errorf("%s has more than %d bytes", path, maxMeta)
	}
	return b, err
}
