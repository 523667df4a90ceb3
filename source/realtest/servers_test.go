//go:build linux

package realtest

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	startTime = 60 * time.Second // for a server to answer
	stopTime  = 15 * time.Second // for one to end by itself
)

// server is a process with a log.
type server struct {
	cmd    *exec.Cmd
	log    *os.File
	exited chan struct{}
}

// serve starts a process in a group of its own, which ends with the test.
func serve(t testing.TB, cmd *exec.Cmd) *server {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &server{cmd: cmd, log: log, exited: make(chan struct{})}
	go func() {
		cmd.Wait()
		close(s.exited)
	}()
	t.Cleanup(s.stop)
	return s
}

// stop asks the process to end, then ends what is left of its group.
func (s *server) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.exited:
	case <-time.After(stopTime):
	}
	syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	<-s.exited
	s.log.Close()
}

// lastLine is the end of what the process said.
func (s *server) lastLine() string {
	b, _ := os.ReadFile(s.log.Name())
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return lines[len(lines)-1]
}

// await waits until a URL is answered; the client decides how it is dialled.
func (s *server) await(client *http.Client, url string) error {
	for deadline := time.Now().Add(startTime); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		select {
		case <-s.exited:
			return fmt.Errorf("%s ended: %s", s.cmd.Args[0], s.lastLine())
		default:
		}
		if resp, err := client.Get(url); err == nil {
			resp.Body.Close()
			return nil
		}
	}
	return fmt.Errorf("%s did not answer within %s: %s", s.cmd.Args[0], startTime, s.lastLine())
}

// registry is a docker-registry.
type registry struct {
	host string // with its port
	log  string
}

// registryConfig is how a registry differs from one that lets everybody in by
// plain HTTP. Fields that are empty make no difference.
type registryConfig struct {
	htpasswd string // file of who may use it
	pair     *pair  // serves by TLS with this
	clientCA string // file of the CA that clients must be certified by
	token    string // "auth" section for tokens
}

func (c registryConfig) yaml(dir, addr string) string {
	s := fmt.Sprintf("version: 0.1\nstorage: {filesystem: {rootdirectory: %q}}\nlog: {level: info}\nhttp:\n  addr: %q\n", dir+"/data", addr)
	if c.pair != nil {
		s += fmt.Sprintf("  tls:\n    certificate: %q\n    key: %q\n", c.pair.cert, c.pair.key)
	}
	if c.clientCA != "" {
		s += fmt.Sprintf("    clientcas: [%q]\n", c.clientCA)
	}
	if c.htpasswd != "" {
		s += fmt.Sprintf("auth: {htpasswd: {realm: test, path: %q}}\n", c.htpasswd)
	}
	return s + c.token
}

// startRegistry runs one on a free port of the loopback interface. htpasswd,
// if any, holds who may use it.
func startRegistry(t testing.TB, htpasswd string) *registry {
	t.Helper()
	return registryConfig{htpasswd: htpasswd}.start(t)
}

func (c registryConfig) start(t testing.TB) *registry {
	t.Helper()
	dir := t.TempDir()
	r := &registry{host: freePort(t)}
	path := filepath.Join(dir, "config.yml")
	if err := os.WriteFile(path, []byte(c.yaml(dir, r.host)), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, exec.Command("docker-registry", "serve", path))
	client, scheme := http.DefaultClient, "http"
	if c.pair != nil {
		client, scheme = c.pair.client(), "https"
	}
	if err := s.await(client, scheme+"://"+r.host+"/v2/"); err != nil {
		t.Fatal(err)
	}
	r.log = s.log.Name()
	return r
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
