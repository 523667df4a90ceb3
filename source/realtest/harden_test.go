//go:build linux

package realtest

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"go.yaml.in/yaml/v3"

	. "peel/source/sourcetest"
)

// witness tells what a container lets it do, and then waits for its end.
const witness = `package main

import (
	"encoding/json"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	out := map[string]any{"uid": os.Getuid(), "gid": os.Getgid(), "args": os.Args[1:]}
	writable := []string{}
	for _, dir := range []string{"/", "/etc", "/tmp", "/data", "/var/cache/witness"} {
		if os.WriteFile(dir+"/witnessed", nil, 0o644) == nil {
			writable = append(writable, dir)
		}
	}
	out["writable"] = writable
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if k, v, _ := strings.Cut(line, ":"); k == "CapEff" || k == "CapBnd" || k == "NoNewPrivs" {
			out[k] = strings.TrimSpace(v)
		}
	}
	_, err := net.Listen("tcp", ":80")
	out["listens"] = err == nil
	json.NewEncoder(os.Stdout).Encode(out)
	<-end
}
`

// engine is a podman of root's with a store of its own.
type engine struct {
	flags []string
	env   []string
}

func newEngine(t testing.TB) *engine {
	t.Helper()
	dir := scratch(t, "/var/tmp") // an overlay has no place on another, nor sockets in a long path
	conf := filepath.Join(dir, "containers.conf")
	// Where limits are low, nobody may raise them to podman's.
	text := "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\nlog_driver = \"k8s-file\"\n[engine]\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return &engine{
		flags: []string{"--root", dir + "/root", "--runroot", dir + "/run", "--tmpdir", dir + "/tmp", "--storage-driver", "vfs"},
		env:   append(os.Environ(), "CONTAINERS_CONF="+conf),
	}
}

func (e *engine) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "podman", slices.Concat(e.flags, args)...)
	cmd.Env = e.env
	return cmd
}

// starts makes sure that containers can be started here at all, by one of the
// runtimes: crun refuses machines that mix the versions of cgroups.
func (e *engine) starts(t testing.TB, image string) {
	t.Helper()
	var why []string
	for _, runtime := range []string{"crun", "runc"} {
		try := e.command(soon(t), "--runtime", runtime, "run", "--rm", "--network", "none", "--entrypoint", "/witness", "--stop-timeout", "0", "--detach", image)
		out, err := try.CombinedOutput()
		if err == nil {
			e.flags = append(e.flags, "--runtime", runtime)
			e.command(soon(t), "rm", "-f", "-t", "0", strings.TrimSpace(string(out))).Run()
			return
		}
		why = append(why, runtime+": "+string(bytes.TrimSpace(out)))
	}
	lack(t, "podman starts no container here: %s", strings.Join(why, "; "))
}

// tells waits for the words of the witness.
func tells(t *testing.T, logs func() *exec.Cmd) map[string]any {
	t.Helper()
	var out []byte
	for range 100 {
		out, _ = logs().CombinedOutput()
		var told map[string]any
		if json.Unmarshal(out, &told) == nil {
			return told
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("the container says %s", out)
	return nil
}

// TestHardenedContainersRun starts what peel harden suggests: an image of root's
// runs as another user, without capabilities, on a read-only root, and does its
// work: it writes where it must and listens on a low port.
func TestHardenedContainersRun(t *testing.T) {
	need(t, "podman", "catatonit")
	archive := filepath.Join(t.TempDir(), "witness.tar")
	program := filepath.Join(t.TempDir(), "witness")
	if err := os.WriteFile(program+".go", []byte(witness), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(soon(t), "go", "build", "-o", program, program+".go")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	must(t, build)
	b, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	var tar bytes.Buffer
	err = DockerArchive25(&tar, Image{Names: []string{"localhost/witness:1"}, Layers: []Layer{{Files: []File{
		Reg("witness", string(b)).Mode(0o755), Dir("etc", 0o755), Dir("tmp", 0o1777), Dir("data", 0o755).Owner(65532, 65532), Dir("var/cache/witness", 0o755),
	}}}, Config: func(c *v1.ConfigFile) {
		c.Config.Entrypoint, c.Config.Cmd = []string{"/witness"}, []string{"serve"}
		c.Config.ExposedPorts = map[string]struct{}{"80/tcp": {}}
		c.Config.Volumes = map[string]struct{}{"/data": {}}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(archive, tar.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("pod", func(t *testing.T) { podmanPlays(t, archive) })
	t.Run("compose", func(t *testing.T) { dockerRuns(t, archive) })
}

// podmanPlays starts the pod. It has no network here, where podman may have none
// to give, and so no ports that are mapped. Of what Kubernetes does, podman leaves
// out fsGroup and, in some versions, the sysctls.
func podmanPlays(t *testing.T, archive string) {
	e := newEngine(t)
	must(t, e.command(soon(t), "load", "-q", "-i", archive))
	e.starts(t, "localhost/witness:1")
	o := peel(t, "harden", "--format", "kubernetes", archive)
	o.want(t, 0)
	dir := t.TempDir()
	file := filepath.Join(dir, "pod.yaml")
	var docs bytes.Buffer
	enc := yaml.NewEncoder(&docs)
	for d := yaml.NewDecoder(strings.NewReader(o.stdout)); ; {
		var doc map[string]any
		if d.Decode(&doc) != nil {
			break
		}
		if spec, ok := doc["spec"].(map[string]any); ok && doc["kind"] == "Pod" {
			for _, c := range spec["containers"].([]any) {
				maps.DeleteFunc(c.(map[string]any), func(k string, _ any) bool { return k == "ports" || k == "readinessProbe" })
			}
		}
		if err := enc.Encode(doc); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, docs.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, e.command(soon(t), "kube", "play", "--network", "none", file))
	t.Cleanup(func() { e.command(soon(t), "pod", "rm", "-f", "-t", "0", "witness").Run() })
	told := tells(t, func() *exec.Cmd { return e.command(soon(t), "logs", "witness-witness") })
	delete(told, "listens")
	told["writable"] = slices.DeleteFunc(told["writable"].([]any), func(dir any) bool { return dir == "/data" || dir == "/var/cache/witness" })
	want := `{"CapBnd":"0000000000000000","CapEff":"0000000000000000","NoNewPrivs":"1","args":["serve"],"gid":65532,"uid":65532,"writable":["/tmp"]}`
	if got, _ := json.Marshal(told); string(got) != want {
		t.Errorf("the container says %s\nwant %s", got, want)
	}
}

// dockerRuns starts the compose service as Docker would. It has no network here,
// where dockerd may have none to give.
func dockerRuns(t *testing.T, archive string) {
	need(t, "dockerd", "docker")
	o := peel(t, "harden", "--format", "compose", archive)
	o.want(t, 0)
	var c struct {
		Services map[string]struct {
			Image, User string
			Tmpfs       []string
			Sysctls     map[string]string
			ReadOnly    bool     `yaml:"read_only"`
			CapDrop     []string `yaml:"cap_drop"`
			SecurityOpt []string `yaml:"security_opt"`
			Volumes     []struct{ Source, Target string }
		}
	}
	if err := yaml.Unmarshal([]byte(o.stdout), &c); err != nil {
		t.Fatal(err)
	}
	s := c.Services["witness"]
	host := startDocker(t)
	docker := func(args ...string) *exec.Cmd {
		return exec.CommandContext(soon(t), "docker", append([]string{"-H", host}, args...)...)
	}
	must(t, docker("load", "-q", "-i", archive))
	args := []string{"run", "-d", "--name", "composed", "--network", "none", "--user", s.User}
	if s.ReadOnly {
		args = append(args, "--read-only")
	}
	add := func(flag string, values ...string) {
		for _, v := range values {
			args = append(args, flag, v)
		}
	}
	add("--tmpfs", s.Tmpfs...)
	add("--cap-drop", s.CapDrop...)
	add("--security-opt", s.SecurityOpt...)
	for k, v := range s.Sysctls {
		add("--sysctl", k+"="+v)
	}
	for _, v := range s.Volumes {
		add("--volume", v.Source+":"+v.Target)
	}
	if out, err := docker(append(args, s.Image)...).CombinedOutput(); err != nil {
		lack(t, "dockerd starts no container here: %s", out)
	}
	t.Cleanup(func() { docker("rm", "-f", "-v", "composed").Run() })
	told := tells(t, func() *exec.Cmd { return docker("logs", "composed") })
	want := `{"CapBnd":"0000000000000000","CapEff":"0000000000000000","NoNewPrivs":"1","args":["serve"],"gid":65532,"listens":true,"uid":65532,"writable":["/tmp","/data","/var/cache/witness"]}`
	if got, _ := json.Marshal(told); string(got) != want {
		t.Errorf("the container says %s\nwant %s", got, want)
	}
}
