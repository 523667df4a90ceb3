//go:build linux

package realtest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"

	peelregistry "peel/source/registry"
)

// readAs runs peel with a registries.conf, and gives what the report says of
// where the image was found.
func readAs(t testing.TB, conf, ref string) (o outcome, location, named string, notes []string) {
	t.Helper()
	home := configured(t, map[string]string{"containers/registries.conf": conf})
	o = run{args: []string{"--json", "-", ref}, env: []string{"XDG_CONFIG_HOME=" + home}}.do(t)
	if o.code != 0 {
		return o, "", "", nil
	}
	var report struct {
		Notes []string
		Image struct{ Location, Name string }
	}
	if err := json.Unmarshal([]byte(o.stdout), &report); err != nil {
		t.Fatal(err)
	}
	return o, report.Image.Location, report.Image.Name, report.Notes
}

// TestRegistriesConf reads an image by the registries.conf of a user: from
// mirrors, from elsewhere, by short names, or not at all.
func TestRegistriesConf(t *testing.T) {
	b := images(t, "docker-registry")
	first, second, closed := startRegistry(t, ""), startRegistry(t, ""), freePort(t)
	layout := "oci:" + b.out("layout") + ":small"
	b.push(t, layout, first.host+"/mirror/small:1")
	b.push(t, layout, second.host+"/origin/small:1")
	b.push(t, layout, second.host+"/library/small:1")
	want := peel(t, "--json", "-", layout).figures(t)
	registry := func(location string, mirrors ...string) string {
		s := fmt.Sprintf("[[registry]]\nprefix='example.test/team'\nlocation='%s'\n", location)
		for _, m := range mirrors {
			s += fmt.Sprintf("[[registry.mirror]]\nlocation='%s'\n", m)
		}
		return s
	}
	const ref = "registry:example.test/team/small:1"
	tests := []struct {
		name, conf, ref string
		location        string // that it is read from
		named           string
		notes           []string
	}{
		{"elsewhere", registry(second.host + "/origin"), ref, second.host, "example.test/team/small:1", nil},
		{"mirror", registry("example.test/team", first.host+"/mirror"), ref, first.host, "example.test/team/small:1", []string{"read from " + first.host + ", a mirror of example.test/team ("}},
		{"mirror that lacks it", registry(second.host+"/origin", first.host+"/nothing"), ref, second.host, "", []string{"asked before: mirror: reading the manifest: " + first.host + " has no ", "not found"}},
		{"mirror that is not there", registry(second.host+"/origin", closed), ref, second.host, "", []string{"asked before: mirror: " + closed + " cannot be reached", "connection refused"}},
		{"alias", "[aliases]\nsmall='" + second.host + "/origin/small'\n", "registry:small:1", second.host, second.host + "/origin/small:1", []string{"small is short for " + second.host + "/origin/small, says "}},
		{"search", "unqualified-search-registries=['" + first.host + "','" + second.host + "']\n", "registry:origin/small:1", second.host, second.host + "/origin/small:1",
			[]string{"origin/small names no registry; looked for where ", "found as " + second.host + "/origin/small", "asked before: reading the manifest: " + first.host}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, location, named, notes := readAs(t, tt.conf, tt.ref)
			sameText(t, "figures", o.figures(t), want)
			if location != tt.location || tt.named != "" && named != tt.named {
				t.Errorf("read %s from %s, want %s from %s", named, location, tt.named, tt.location)
			}
			for _, n := range tt.notes {
				if !strings.Contains(strings.Join(notes, "\n"), n) {
					t.Errorf("no note says %q: %q", n, notes)
				}
			}
		})
	}
	t.Run("mirror, in this process", func(t *testing.T) {
		conf := registry("example.test/team", first.host+"/mirror")
		home := configured(t, map[string]string{"containers/registries.conf": conf})
		t.Setenv("XDG_CONFIG_HOME", home)
		shape{reference: ref}.look(t, "XDG_CONFIG_HOME="+home).equal(t, shape{reference: layout}.look(t))
	})
	t.Run("blocked", func(t *testing.T) {
		o, _, _, _ := readAs(t, registry(second.host+"/origin")+"blocked=true\n", ref)
		o.want(t, 3, "blocked", "registries.conf forbids to read from example.test/team", "hint: change that file")
	})
	t.Run("nowhere", func(t *testing.T) {
		o, _, _, _ := readAs(t, registry(second.host+"/none", first.host+"/nothing", closed), ref)
		o.want(t, 3, "mirror: reading the manifest: "+first.host, "mirror: "+closed, second.host+" has no ", "hint: check the name", "hint: check the network")
	})
	t.Run("broken", func(t *testing.T) {
		o, _, _, _ := readAs(t, "[[registry]]\n", ref)
		o.want(t, 2, "registries.conf", "neither a prefix nor a location", "hint: correct that file")
	})
}

// TestInsecureRegistries guards that plain HTTP to another machine is for those
// who ask for it. A proxy stands in for the other machine.
func TestInsecureRegistries(t *testing.T) {
	b := images(t, "docker-registry")
	r := startRegistry(t, "")
	b.push(t, "oci:"+b.out("layout")+":small", r.host+"/small:1")
	p := newProxy(t, "registry.test:5000", r.host)
	env := []string{"HTTP_PROXY=" + p.URL, "HTTPS_PROXY=" + p.URL}
	const ref = "registry:registry.test:5000/small:1"
	want := peel(t, "--json", "-", "oci:"+b.out("layout")+":small").figures(t)

	t.Run("not asked for", func(t *testing.T) {
		run{args: []string{ref}, env: env}.do(t).want(t, 3, "answers in plain HTTP", "insecure = true", "--tls-verify=false")
		if p.plain() > 0 {
			t.Error("it was asked by plain HTTP")
		}
	})
	for name, files := range map[string]map[string]string{
		"registries.conf": {"containers/registries.conf": "[[registry]]\nlocation='registry.test:5000'\ninsecure=true\n"},
		"daemon.json":     {"docker/daemon.json": `{"insecure-registries":["registry.test:5000"]}`},
	} {
		t.Run(name, func(t *testing.T) {
			o := run{args: []string{"--json", "-", ref}, env: append(env, "XDG_CONFIG_HOME="+configured(t, files))}.do(t)
			sameText(t, "figures", o.figures(t), want)
			if !strings.Contains(o.stdout, "registry.test:5000 was asked by plain HTTP") {
				t.Error("the report does not tell")
			}
		})
	}
	t.Run("--tls-verify=false", func(t *testing.T) {
		o := run{args: []string{"--tls-verify=false", "--json", "-", ref}, env: env}.do(t)
		sameText(t, "figures", o.figures(t), want)
	})
}

// TestCredentialHelper asks a private registry with what a helper program knows.
func TestCredentialHelper(t *testing.T) {
	b := images(t, "docker-registry")
	tokens := newTokenServer(t)
	r := registryConfig{token: tokens.yaml("localhost")}.start(t)
	b.push(t, "oci:"+b.out("layout")+":small", r.host+"/team/small:1", "--dest-creds", login+":"+password)
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nread -r host\ncase $host in\n%s) echo '{\"Username\":\"%s\",\"Secret\":\"%s\"}' ;;\n*) echo 'credentials not found in native keychain'; exit 1 ;;\nesac\n", r.host, login, password)
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-test"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	ref := "registry:" + r.host + "/team/small:1"
	want := shape{reference: "oci:" + b.out("layout") + ":small"}.look(t)
	path := "PATH=" + dir + ":" + os.Getenv("PATH")

	for name, config := range map[string]string{
		"of this registry": fmt.Sprintf(`{"credHelpers":{%q:"test"}}`, r.host), "of all registries": `{"credsStore":"test"}`,
	} {
		t.Run(name, func(t *testing.T) {
			home := configured(t, map[string]string{"config.json": config})
			t.Setenv("PATH", strings.TrimPrefix(path, "PATH=")) // for this process
			t.Setenv("DOCKER_CONFIG", home)
			shape{reference: ref}.look(t, path, "DOCKER_CONFIG="+home).equal(t, want)
		})
	}
	t.Run("of registries.conf", func(t *testing.T) {
		home := configured(t, map[string]string{"containers/registries.conf": "credential-helpers=['containers-auth.json','test']\n"})
		o := run{args: []string{"--json", "-", ref}, env: []string{path, "XDG_CONFIG_HOME=" + home}}.do(t)
		sameText(t, "figures", o.figures(t), want.figures)
	})
	t.Run("not there", func(t *testing.T) {
		home := configured(t, map[string]string{"config.json": `{"credsStore":"test"}`})
		o := run{args: []string{ref}, env: []string{"DOCKER_CONFIG=" + home}}.do(t)
		o.want(t, 3, "answered 401", "without credentials", "docker-credential-test, which "+home+"/config.json names, cannot be run")
	})
}

// TestTags lists what a registry has, with the login that reading takes.
func TestTags(t *testing.T) {
	b := images(t, "docker-registry")
	tokens := newTokenServer(t)
	r := registryConfig{token: tokens.yaml("localhost")}.start(t)
	for _, tag := range []string{"1", "2", "latest"} {
		b.push(t, "oci:"+b.out("layout")+":small", r.host+"/team/small:"+tag, "--dest-creds", login+":"+password)
	}
	ref, err := name.NewTag("example.test/small:1")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("REGISTRY_AUTH_FILE", authFile(t, "auth.json", r.host, password))
	t.Setenv("XDG_CONFIG_HOME", configured(t, map[string]string{
		"containers/registries.conf": "[[registry]]\nprefix='example.test'\nlocation='" + r.host + "/team'\n",
	}))
	tags, err := peelregistry.Tags(t.Context(), ref, peelregistry.Options{})
	slices.Sort(tags) // it lists them as its file system does
	if want := []string{"1", "2", "latest"}; err != nil || !slices.Equal(tags, want) {
		t.Errorf("%q, %v; want %q", tags, err, want)
	}
}
