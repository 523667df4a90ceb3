//go:build linux

package realtest

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"peel/source"
	"peel/source/sourcetest"
)

// small is the image that the engines have, as the builder named it.
const small = "localhost/small:1"

// TestPodman reads an image out of podman's API service, as an ordinary user
// runs it.
func TestPodman(t *testing.T) {
	b := images(t)
	host := startPodman(t, b)
	want := peel(t, "--json", "-", b.out("podman-docker.tar")).figures(t)
	env := []string{"CONTAINER_HOST=" + host}

	for _, ref := range []string{"podman:" + small, "podman://" + small, "podman:small:1"} {
		t.Run(ref, func(t *testing.T) {
			o := run{args: []string{"--json", "-", ref}, env: env}.do(t)
			sameText(t, "figures", o.figures(t), want)
			if got := attempts(t, o); len(got) != 1 || got[0].Source != "podman" || got[0].Asked != host {
				t.Errorf("asked %+v, want podman at %s alone", got, host)
			}
		})
	}
	t.Setenv("CONTAINER_HOST", host)
	sameFacts(t, "podman:"+small, b.out("podman-docker.tar"))
	t.Run("image that is not there", func(t *testing.T) {
		o := run{args: []string{"podman:localhost/nothing:1"}, env: env}.do(t)
		o.want(t, 3, "tried podman: no such image in "+host)
		o.silent(t)
	})
	t.Run("no socket", func(t *testing.T) {
		if _, err := os.Stat("/run/podman/podman.sock"); err == nil {
			t.Skip("root's podman listens here")
		}
		peel(t, "podman:localhost/nothing:1").want(t, 3, "tried containers-storage: ", "tried podman: no socket at ", "podman/podman.sock")
	})
	t.Run("socket that nobody listens at", func(t *testing.T) {
		r := run{args: []string{"podman:" + small}, env: []string{"CONTAINER_HOST=unix:///nowhere/podman.sock"}}
		r.do(t).want(t, 3, "tried podman: no socket that answers at unix:///nowhere/podman.sock")
	})
}

func startPodman(t testing.TB, b *builder) (host string) {
	t.Helper()
	socket := filepath.Join(b.temp(t), "podman.sock")
	s := serve(t, b.command(context.Background(), t, "podman", "system", "service", "--time", "0", "unix://"+socket))
	t.Cleanup(func() { endPause(b) })
	if err := s.await(overSocket(socket), "http://engine/_ping"); err != nil {
		t.Fatal(err)
	}
	return "unix://" + socket
}

// endPause ends the process in which rootless podman keeps its user namespace.
func endPause(b *builder) {
	raw, err := os.ReadFile(filepath.Join(b.dir, "run/libpod/tmp/pause.pid"))
	if err != nil {
		return
	}
	if pid, err := strconv.Atoi(strings.TrimSpace(string(raw))); err == nil {
		syscall.Kill(pid, syscall.SIGTERM)
	}
}

func overSocket(path string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		},
	}}
}

type attempt struct{ Source, Asked, Error string }

// attempts are the sources that a JSON report says were asked.
func attempts(t testing.TB, o outcome) []attempt {
	t.Helper()
	var report struct{ Image struct{ Attempts []attempt } }
	if err := json.Unmarshal([]byte(o.stdout), &report); err != nil {
		t.Fatal(err)
	}
	return report.Image.Attempts
}

// sameFacts holds an engine's image to the laws of all sources, and to what it
// was loaded from.
func sameFacts(t *testing.T, reference, file string) {
	t.Helper()
	got := sourcetest.Check(t, open(t, reference, source.Options{}))
	want := sourcetest.Check(t, open(t, file, source.Options{}))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is not what %s is", reference, file)
	}
}

// TestDocker reads an image out of a dockerd, by its prefix and by its name
// alone, and goes on to the registry for what dockerd does not have.
func TestDocker(t *testing.T) {
	b := images(t, "dockerd", "docker", "docker-registry")
	host := startDocker(t)
	must(t, exec.CommandContext(soon(t), "docker", "-H", host, "load", "-i", b.out("skopeo-docker.tar")))
	want := peel(t, "--json", "-", b.out("skopeo-docker.tar")).figures(t)
	env := []string{"DOCKER_HOST=" + host, "CONTAINER_HOST=unix:///nowhere/podman.sock"}

	for _, ref := range []string{"docker:" + small, "docker://" + small, small} {
		t.Run(ref, func(t *testing.T) {
			o := run{args: []string{"--json", "-", ref}, env: env}.do(t)
			sameText(t, "figures", o.figures(t), want)
			if got := attempts(t, o); len(got) != 1 || got[0].Source != "docker" || got[0].Asked != host {
				t.Errorf("asked %+v, want docker at %s alone", got, host)
			}
		})
	}
	t.Setenv("DOCKER_HOST", host)
	sameFacts(t, "docker:"+small, b.out("skopeo-docker.tar"))
	t.Run("image that the registry has", func(t *testing.T) {
		r := startRegistry(t, "")
		b.push(t, "docker-archive:"+b.out("skopeo-docker.tar"), r.host+"/small:1")
		o := run{args: []string{"--json", "-", r.host + "/small:1"}, env: env}.do(t)
		sameText(t, "figures", o.figures(t), want)
		got := attempts(t, o)
		if len(got) != 5 || got[0].Source != "docker" || !strings.Contains(got[0].Error, "no such image in "+host) ||
			got[1].Source != "podman" || !strings.Contains(got[1].Error, "no socket") ||
			got[2].Source != "containers-storage" || got[3].Source != "containerd" || got[4] != (attempt{Source: "registry", Asked: r.host}) {
			t.Errorf("asked %+v, want docker, podman, both stores and the registry, in vain but for the last", got)
		}
		missing := run{args: []string{r.host + "/small:2"}, env: env}.do(t)
		missing.want(t, 3, "tried docker: no such image in "+host, "tried podman: no socket that answers", "tried registry: ", r.host+" has no")
		if strings.Contains(missing.stderr, "check the path") {
			t.Error("the podman socket that is not there is taken for a file of the user's")
		}
	})
	t.Run("image that is not there", func(t *testing.T) {
		o := run{args: []string{"docker:localhost/nothing:1"}, env: env}.do(t)
		o.want(t, 3, "tried docker: no such image in "+host)
		o.silent(t)
	})
}

// startDocker runs a dockerd that leaves the network alone. Where the kernel
// or a sandbox does not let it start, there is nothing to test, unless all must be.
func startDocker(t testing.TB) (host string) {
	t.Helper()
	dir := scratch(t, cacheDir())
	socket := filepath.Join(dir, "docker.sock")
	config := filepath.Join(dir, "daemon.json") // the machine's own is not asked
	if err := os.WriteFile(config, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, exec.Command("dockerd", "--config-file", config, "--host", "unix://"+socket, "--pidfile", dir+"/pid",
		"--data-root", dir+"/data", "--exec-root", dir+"/exec", "--iptables=false", "--ip6tables=false", "--bridge=none"))
	if err := s.await(overSocket(socket), "http://engine/_ping"); err != nil {
		lack(t, "dockerd does not start here: %v", err)
	}
	return "unix://" + socket
}

// TestClosedSocket tells a user that a socket is not for him, and asks others.
func TestClosedSocket(t *testing.T) {
	b := images(t)
	path := filepath.Join(b.temp(t), "docker.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	s := b.own(t)
	env := []string{"DOCKER_HOST=unix://" + path, "CONTAINERS_STORAGE_CONF=" + s.conf}
	run{args: []string{"docker:small:1"}, as: b, env: env}.do(t).
		want(t, 3, "permission denied at unix://"+path, "hint: the socket belongs to root")
	o := run{args: []string{"--json", "-", "small:1"}, as: b, env: env}.do(t)
	o.want(t, 0)
	if got := attempts(t, o); len(got) != 2 || !strings.Contains(got[0].Error, "permission denied") || got[1].Source != "containers-storage" {
		t.Errorf("asked %+v", got)
	}
}

// TestHungSocket guards that a socket whose engine hangs keeps nobody waiting.
func TestHungSocket(t *testing.T) {
	b := images(t)
	path := filepath.Join(b.temp(t), "docker.sock")
	l, err := net.Listen("unix", path) // and nobody accepts
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	o := run{args: []string{"--json", "-", "small:1"}, as: b, env: []string{"DOCKER_HOST=unix://" + path, "CONTAINERS_STORAGE_CONF=" + b.own(t).conf}}.do(t)
	o.want(t, 0)
	if got := attempts(t, o); len(got) != 2 || !strings.Contains(got[0].Error, "does not answer within") {
		t.Errorf("asked %+v", got)
	}
}
