//go:build linux

package realtest

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"peel/source"
)

// TestTLSRegistry asks a docker-registry with a certificate of a private CA,
// which wants a password too.
func TestTLSRegistry(t *testing.T) {
	b := images(t, "docker-registry", "htpasswd")
	ca := newAuthority(t, "a company's CA")
	own := ca.issue(t, "127.0.0.1")
	passwords := filepath.Join(t.TempDir(), "htpasswd")
	must(t, exec.Command("htpasswd", "-Bbc", passwords, login, password))
	r := registryConfig{pair: &own, htpasswd: passwords}.start(t)
	b.push(t, "oci:"+b.out("layout")+":small", r.host+"/private/small:1", "--dest-creds", login+":"+password)
	s := shape{reference: "registry:" + r.host + "/private/small:1"}
	auth := "REGISTRY_AUTH_FILE=" + authFile(t, "auth.json", r.host, password)
	want := shape{reference: "oci:" + b.out("layout") + ":small"}.look(t)

	for name, dir := range map[string]string{
		"podman's": "containers/certs.d/" + r.host + "/ca.crt", "rootless docker's": "docker/certs.d/" + r.host + "/ca.crt",
	} {
		t.Run("CA in "+name+" directory", func(t *testing.T) {
			home := configured(t, map[string]string{dir: content(t, own.ca)})
			t.Setenv("XDG_CONFIG_HOME", home) // for this process
			t.Setenv("REGISTRY_AUTH_FILE", strings.TrimPrefix(auth, "REGISTRY_AUTH_FILE="))
			s.look(t, "XDG_CONFIG_HOME="+home, auth).equal(t, want)
		})
	}
	t.Run("CA that is not known", func(t *testing.T) {
		o := run{args: []string{s.reference}, env: []string{auth}}.do(t)
		o.want(t, 3, "its certificate is not trusted", "unknown authority", "certs.d/"+r.host, "hint: put the certificate of the CA", "--tls-verify=false")
		o.silent(t)
		if strings.Contains(o.stderr, "HTTP response") {
			t.Error("it was asked by plain HTTP after TLS")
		}
	})
	t.Run("not verified", func(t *testing.T) {
		o := run{args: []string{"--tls-verify=false", "--json", "-", s.reference}, env: []string{auth}}.do(t)
		sameText(t, "figures", o.figures(t), want.figures)
		opts := source.Options{Insecure: true}
		t.Setenv("REGISTRY_AUTH_FILE", strings.TrimPrefix(auth, "REGISTRY_AUTH_FILE="))
		open(t, s.reference, opts)
	})
	t.Run("certificate for another name", func(t *testing.T) {
		other := ca.issue(t, "example.com")
		r := registryConfig{pair: &other}.start(t)
		home := configured(t, map[string]string{"containers/certs.d/" + r.host + "/ca.crt": content(t, other.ca)})
		o := run{args: []string{"registry:" + r.host + "/x"}, env: []string{"XDG_CONFIG_HOME=" + home}}.do(t)
		o.want(t, 3, "its certificate is not trusted", "127.0.0.1")
	})
	t.Run("certificate that is none", func(t *testing.T) {
		path := "containers/certs.d/" + r.host + "/ca.crt"
		home := configured(t, map[string]string{path: "nothing"})
		o := run{args: []string{s.reference}, env: []string{"XDG_CONFIG_HOME=" + home}}.do(t)
		o.want(t, 2, filepath.Join(home, path), "no PEM certificate", "hint: correct that file")
	})
	t.Run("self-signed", func(t *testing.T) {
		own := newAuthority(t, "nobody").pair
		r := registryConfig{pair: &own}.start(t)
		peel(t, "registry:"+r.host+"/x").want(t, 3, "its certificate is not trusted", "hint: put the certificate")
		peel(t, "--tls-verify=false", "registry:"+r.host+"/x").want(t, 3, "not found")
	})
}

// TestClientCertificate asks a docker-registry that knows its users by their
// certificates.
func TestClientCertificate(t *testing.T) {
	b := images(t, "docker-registry")
	ca := newAuthority(t, "a company's CA")
	own, user := ca.issue(t, "127.0.0.1"), ca.issue(t, "alice")
	r := registryConfig{pair: &own, clientCA: ca.cert}.start(t)
	dir := "containers/certs.d/" + r.host + "/"
	files := map[string]string{dir + "ca.crt": content(t, ca.cert), dir + "client.cert": content(t, user.cert), dir + "client.key": content(t, user.key)}
	home := configured(t, files)
	b.push(t, "oci:"+b.out("layout")+":small", r.host+"/small:1", "--dest-cert-dir", b.copied(t, filepath.Join(home, dir)))
	ref := "registry:" + r.host + "/small:1"
	want := peel(t, "--json", "-", "oci:"+b.out("layout")+":small").figures(t)

	t.Run("shown", func(t *testing.T) {
		got := run{args: []string{"--json", "-", ref}, env: []string{"XDG_CONFIG_HOME=" + home}}.do(t)
		sameText(t, "figures", got.figures(t), want)
	})
	t.Run("that there is none of", func(t *testing.T) {
		home := configured(t, map[string]string{dir + "ca.crt": content(t, ca.cert)})
		o := run{args: []string{ref}, env: []string{"XDG_CONFIG_HOME=" + home}}.do(t)
		o.want(t, 3, "it ended the TLS handshake", "no client certificate", strings.TrimSuffix(dir, "/"), "hint: put the certificate that it asks for")
	})
	t.Run("without its key", func(t *testing.T) {
		home := configured(t, map[string]string{dir + "client.cert": content(t, user.cert)})
		run{args: []string{ref}, env: []string{"XDG_CONFIG_HOME=" + home}}.do(t).want(t, 2, "client.key")
	})
}
