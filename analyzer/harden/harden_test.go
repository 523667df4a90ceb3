package harden_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/schema"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	goyaml "go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"

	"peel/analyzer/checktest"
	"peel/analyzer/harden"
	. "peel/source/sourcetest"
)

func planOf(t *testing.T, img Image, opts harden.Options) *harden.Plan {
	t.Helper()
	return harden.Of(checktest.Analyze(t, img, "").Evidence(), opts)
}

func written(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pod reads what Kubernetes wrote, strictly, and checks the names in it as the
// API server does.
func pod(t *testing.T, p *harden.Plan) *corev1.Pod {
	t.Helper()
	docs := bytes.Split(written(t, p.Kubernetes), []byte("\n---\n"))
	if len(docs) != 2 {
		t.Fatalf("%d documents", len(docs))
	}
	var out corev1.Pod
	var policy networkingv1.NetworkPolicy
	if err := yaml.UnmarshalStrict(docs[0], &out); err != nil {
		t.Fatalf("the pod is none: %v\n%s", err, docs[0])
	}
	if err := yaml.UnmarshalStrict(docs[1], &policy); err != nil {
		t.Fatalf("the network policy is none: %v\n%s", err, docs[1])
	}
	c := out.Spec.Containers[0]
	wrong := slices.Concat(validation.IsDNS1123Label(out.Name), validation.IsDNS1123Label(c.Name), validation.IsDNS1123Label(policy.Name))
	for _, p := range c.Ports {
		wrong = slices.Concat(wrong, validation.IsValidPortName(p.Name), validation.IsValidPortNum(int(p.ContainerPort)))
	}
	names := map[string]bool{}
	for _, v := range out.Spec.Volumes {
		wrong = slices.Concat(wrong, validation.IsDNS1123Label(v.Name))
		if names[v.Name] {
			wrong = append(wrong, "two volumes are called "+v.Name)
		}
		names[v.Name] = true
	}
	paths := map[string]bool{}
	for _, m := range c.VolumeMounts {
		if !names[m.Name] || paths[m.MountPath] {
			wrong = append(wrong, "mount "+m.MountPath)
		}
		paths[m.MountPath] = true
	}
	for _, probe := range []*corev1.Probe{c.LivenessProbe, c.StartupProbe, c.ReadinessProbe} {
		if probe != nil && (probe.PeriodSeconds < 1 || probe.FailureThreshold < 0 || probe.TimeoutSeconds < 0) {
			wrong = append(wrong, "probe")
		}
	}
	if len(wrong) > 0 {
		t.Errorf("%q\n%s", wrong, docs[0])
	}
	return &out
}

// compose checks what Compose wrote against the specification's schema.
func compose(t *testing.T, p *harden.Plan) map[string]any {
	t.Helper()
	text := written(t, p.Compose)
	var doc map[string]any
	if err := goyaml.Unmarshal(text, &doc); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if err := schema.Validate(doc); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, s := range doc["services"].(map[string]any) {
		return s.(map[string]any)
	}
	t.Fatal("there is no service")
	return nil
}

func paths(list []harden.Mount) (s []string) {
	for _, m := range list {
		s = append(s, m.Path)
	}
	return s
}

const passwd = "root:x:0:0::/root:/bin/sh\nnginx:x:101:102::/nonexistent:/sbin/nologin\nredis:x:999:998::/data:/bin/sh\n"

// service is what a well-made image looks like.
func service() Image {
	return checktest.Image(func(c *v1.ConfigFile) {
		c.Config.User = "nginx"
		c.Config.Entrypoint = []string{"/app/run"}
		c.Config.ExposedPorts = map[string]struct{}{"80/tcp": {}, "53/udp": {}, "9000-9001": {}}
		c.Config.Volumes = map[string]struct{}{"/data": {}, "/srv/root": {}}
		c.Config.StopSignal = "SIGQUIT"
		c.Config.Healthcheck = &v1.HealthConfig{
			Test: []string{"CMD-SHELL", `curl -f "http://localhost/" || exit 1`}, Interval: 1500 * time.Millisecond, StartPeriod: time.Minute, Retries: 4,
		}
	},
		Reg("etc/passwd", passwd), Reg("etc/group", "nginx:x:102:\nextra:x:500:nginx\n"),
		Reg("app/run", "x").Mode(0o755), Dir("tmp", 0o1777), Dir("run", 0o755), Dir("run/nginx", 0o755).Owner(101, 102), Symlink("var/run", "/run"),
		Dir("data", 0o755).Owner(101, 102), Dir("srv/root", 0o755),
		Dir("var/cache/nginx", 0o755).Owner(101, 0), Dir("var/cache/nginx/deep", 0o755), Dir("var/cache/apt", 0o777),
		Dir("opt/full", 0o755).Owner(101, 102), Reg("opt/full/code.py", "x"), Dir("opt/full/empty", 0o755).Owner(101, 102),
		Dir("var/open", 0o777), Dir("etc/closed", 0o755),
	)
}

func TestService(t *testing.T) {
	p := planOf(t, service(), harden.Options{Name: "registry.example.org:5000/team/Web_Shop:1.2"})
	if p.UID != 101 || p.GID != 102 || !slices.Equal(p.Groups, []uint32{500}) {
		t.Errorf("user %d:%d %v", p.UID, p.GID, p.Groups)
	}
	if got := paths(p.Scratch); !slices.Equal(got, []string{"/tmp", "/run", "/opt/full/empty", "/run/nginx", "/var/cache/nginx", "/var/open"}) {
		t.Errorf("scratch %v", got)
	}
	if !slices.Equal(p.Covered, []string{"/opt/full"}) || !slices.Equal(paths(p.Volumes), []string{"/data", "/srv/root"}) || !slices.Equal(p.Chown, []string{"/srv/root"}) {
		t.Errorf("covered %v, volumes %v, chown %v", p.Covered, p.Volumes, p.Chown)
	}
	if p.Name != "web-shop" || p.Low() != 53 {
		t.Errorf("%s, %d", p.Name, p.Low())
	}

	s := compose(t, p)
	if s["user"] != "101:102" || s["read_only"] != true || s["stop_signal"] != "SIGQUIT" || s["init"] != nil || s["network_mode"] != nil {
		t.Errorf("%v", s)
	}
	if ports := s["ports"].([]any); ports[0] != "127.0.0.1:8053:53/udp" || ports[1] != "127.0.0.1:8080:80" || len(ports) != 4 {
		t.Errorf("ports %v", ports)
	}
	if h := s["healthcheck"].(map[string]any); h["interval"] != "1.5s" || h["start_period"] != "60s" || h["retries"] != 4 || h["timeout"] != "30s" {
		t.Errorf("health check %v", h)
	}

	k := pod(t, p)
	sec, c := k.Spec.SecurityContext, k.Spec.Containers[0]
	if *sec.RunAsUser != 101 || *sec.RunAsGroup != 102 || !*sec.RunAsNonRoot || sec.Sysctls[0].Value != "53" || sec.SeccompProfile.Type != "RuntimeDefault" {
		t.Errorf("%+v", sec)
	}
	if own := c.SecurityContext; !*own.ReadOnlyRootFilesystem || *own.AllowPrivilegeEscalation || own.Capabilities.Drop[0] != "ALL" || own.Capabilities.Add != nil {
		t.Errorf("%+v", own)
	}
	live := c.LivenessProbe
	if want := []string{"/bin/sh", "-c", `curl -f "http://localhost/" || exit 1`}; !slices.Equal(live.Exec.Command, want) || live.PeriodSeconds != 2 || live.FailureThreshold != 4 || live.TimeoutSeconds != 30 {
		t.Errorf("%+v", live)
	}
	if st := c.StartupProbe; st.FailureThreshold*st.PeriodSeconds != 60 {
		t.Errorf("%+v", st)
	}
	if len(c.VolumeMounts) != 8 || len(c.Ports) != 4 {
		t.Errorf("%+v", c)
	}
}

// Of an image that runs as root the user is one that it has a use for, and what
// that user must be given is named.
func TestRoot(t *testing.T) {
	img := checktest.Image(func(c *v1.ConfigFile) {
		c.Config.Cmd, c.Config.WorkingDir = []string{"/srv/app/run"}, "/srv/app"
		c.Config.Volumes = map[string]struct{}{"/data": {}}
	}, Dir("srv/app", 0o700), Reg("srv/app/run", "x").Mode(0o700), Dir("data", 0o755), Dir("var/log/app", 0o755))
	p := planOf(t, img, harden.Options{Name: "app", Shell: true})
	if p.UID != 65532 || !strings.Contains(p.UserWhy, "runs as root") || !slices.Equal(p.Chown, []string{"/data", "/srv/app/run", "/srv/app"}) {
		t.Errorf("%d %s %v", p.UID, p.UserWhy, p.Chown)
	}
	if text := string(written(t, p.Compose)); !strings.Contains(text, "RUN chown -R 65532:65532 /data /srv/app/run /srv/app") {
		t.Error(text)
	}
	if s := compose(t, p); s["network_mode"] != "none" || s["init"] != true || s["ports"] != nil || s["healthcheck"] != nil {
		t.Errorf("%v", s)
	}
	if k := pod(t, p); k.Spec.Containers[0].LivenessProbe != nil || k.Spec.SecurityContext.Sysctls != nil {
		t.Errorf("%+v", k.Spec)
	}
	if got := paths(p.Scratch); !slices.Equal(got, []string{"/tmp", "/var/log/app"}) {
		t.Errorf("scratch %v", got)
	}
}

// An entrypoint that starts as root to change to an account tells whom to run as.
func TestDropsTo(t *testing.T) {
	for script, want := range map[string]uint32{
		"#!/bin/sh\nexec gosu redis \"$@\"\n":                          999,
		"#!/bin/sh\nexec su-exec 'nginx' x\n":                          101,
		"#!/bin/sh\nexec setpriv --reuid=redis --regid=redis \"$@\"\n": 999,
		"#!/bin/sh\ngosu redis a; gosu nginx b\n":                      65532,
		"#!/bin/sh\nexec gosu nobodyhere x\n":                          65532,
		"#!/bin/sh\nexec \"$@\"\n":                                     65532,
	} {
		img := checktest.Image(func(c *v1.ConfigFile) { c.Config.Entrypoint = []string{"/e.sh"} }, Reg("etc/passwd", passwd), Reg("e.sh", script).Mode(0o755))
		if p := planOf(t, img, harden.Options{Name: "x"}); p.UID != want {
			t.Errorf("%q: user %d, want %d", script, p.UID, want)
		}
	}
}

// A program with file capabilities does not start without them.
func TestFileCapabilities(t *testing.T) {
	netBind := "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	img := checktest.Image(func(c *v1.ConfigFile) { c.Config.User, c.Config.Cmd = "5000", []string{"/app"} },
		Reg("app", "x").Mode(0o755).Xattr("security.capability", netBind))
	p := planOf(t, img, harden.Options{Name: "x"})
	k := pod(t, p)
	if add := k.Spec.Containers[0].SecurityContext.Capabilities.Add; len(add) != 1 || add[0] != "NET_BIND_SERVICE" {
		t.Errorf("%v", add)
	}
	if s := compose(t, p); s["cap_add"].([]any)[0] != "NET_BIND_SERVICE" {
		t.Errorf("%v", s["cap_add"])
	}
}

// Whatever an image says of itself, what is written stays one service and one
// pod, and no line of it a terminal's.
func TestHostile(t *testing.T) {
	const evil = "x\n  privileged: true # \x1b[31m'\"\u202e{{ }}: &a *b !!c \t%d |-"
	img := checktest.Image(func(c *v1.ConfigFile) {
		c.Config.User, c.Config.StopSignal, c.Config.WorkingDir = evil, evil, evil
		c.Config.Entrypoint = []string{evil}
		c.Config.ExposedPorts = map[string]struct{}{evil: {}, "1-65535": {}, "0": {}, "99999": {}}
		c.Config.Volumes = map[string]struct{}{"/" + evil: {}, "/": {}, "..": {}, "/a/ä": {}, "/b/ä": {}}
		c.Config.Healthcheck = &v1.HealthConfig{Test: []string{"CMD", evil, "true", "0x10", "~"}, StartPeriod: 1 << 60, Interval: -5, Retries: -1}
		c.OS, c.Architecture = "linux", evil
	}, Dir("tmp", 0o1777), Dir("open\n"+"\x1b", 0o777))
	p := planOf(t, img, harden.Options{Name: evil})
	s, k := compose(t, p), pod(t, p)
	if s["privileged"] != nil || len(k.Spec.Containers) != 1 || k.Spec.Containers[0].SecurityContext.Privileged != nil {
		t.Error("the image has written a setting of its own")
	}
	if got := k.Spec.Containers[0].LivenessProbe.Exec.Command; !slices.Equal(got, []string{evil, "true", "0x10", "~"}) {
		t.Errorf("%q", got)
	}
	for _, out := range [][]byte{written(t, p.Compose), written(t, p.Kubernetes)} {
		if bytes.ContainsAny(out, "\x1b\u202e") {
			t.Error("control characters are written")
		}
	}
	if len(p.Ports) != 50 {
		t.Errorf("%d ports", len(p.Ports))
	}
}

// nginx, as Debian packages it, makes directories in var/lib/nginx when it starts,
// and writes its logs to links to its output: the first must be writable, the
// second needs no remark.
func TestStateOfRootsServices(t *testing.T) {
	img := checktest.Image(func(c *v1.ConfigFile) { c.Config.Entrypoint = []string{"/app"} },
		Reg("app", "x").Mode(0o755), Dir("tmp", 0o1777), Dir("run", 0o755), Dir("var/lib/nginx", 0o755), Dir("var/lib/dpkg", 0o755),
		Reg("var/lib/other/file", "x"), Dir("var/log/nginx", 0o755).Owner(33, 4), Symlink("var/log/nginx/error.log", "/dev/stderr"),
		Reg("etc/passwd", "root:x:0:0::/:/bin/sh\nwww-data:x:33:33::/:/bin/false\n"))
	p := harden.Of(checktest.Analyze(t, img, "").Evidence(), harden.Options{})
	var scratch []string
	for _, m := range p.Scratch {
		scratch = append(scratch, m.Path)
	}
	if want := []string{"/tmp", "/run", "/var/lib/nginx"}; !slices.Equal(scratch, want) || len(p.Covered) > 0 {
		t.Errorf("scratch %v, want %v; covered %v", scratch, want, p.Covered)
	}
	var b strings.Builder
	if err := p.Compose(&b); err != nil || !strings.Contains(b.String(), `"/var/lib/nginx:mode=1777,uid=65532,gid=65532,size=64m"`) {
		t.Errorf("without an owner, runc gives a tmpfs to root: %v\n%s", err, b.String())
	}
}
