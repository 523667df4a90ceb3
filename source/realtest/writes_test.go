//go:build linux

package realtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// traced is a run under strace, which notes what may change a file system or
// keep others from changing it.
func (r run) traced(t testing.TB, bin string) *exec.Cmd {
	t.Helper()
	args := []string{"-f", "-qq", "-s", "200", "-o", r.trace, "-e", "trace=openat,openat2,open,creat,flock,fcntl," +
		"mkdir,mkdirat,mknod,mknodat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,truncate,ftruncate," +
		"chmod,fchmod,fchmodat,chown,fchown,fchownat,lchown,utimensat,setxattr,lsetxattr,fsetxattr,removexattr,memfd_create"}
	if r.as != nil {
		args = append(args, "-u", builderName)
	}
	return exec.CommandContext(soon(t), "strace", slices.Concat(args, []string{bin}, r.args)...)
}

var (
	// writes are calls that write, and locks. A call that fails writes nothing,
	// but should not have been made.
	writes = regexp.MustCompile(`\bopen\w*\(.*(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC)|fcntl\(.*(F_SETLK|F_OFD_SETLK)|\b(creat|flock|mk\w+|rename\w*|link\w*|symlink\w*|unlink\w*|rmdir|f?truncate|[fl]?chmod\w*|[fl]?chown\w*|utimensat|\w*xattr|memfd_create)\(`)
	// harmless are files that are none, and the maps of a user namespace.
	harmless = regexp.MustCompile(`"(/dev/null|(/proc/(self|\d+)/)?([ug]id_map|setgroups))"`)
)

// TestNothingIsWritten reads an image from every kind of source, and looks at
// all that is asked of the kernel: nothing is opened for writing, created,
// changed or locked, neither in the source nor anywhere else.
func TestNothingIsWritten(t *testing.T) {
	b := images(t, "strace", "docker-registry", "containerd", "ctr", "newuidmap")
	if out, err := exec.Command("strace", "-o", "/dev/null", "true").CombinedOutput(); err != nil {
		t.Skipf("processes cannot be traced here: %s", out)
	}
	r := startRegistry(t, "")
	b.push(t, "oci:"+b.out("layout")+":small", r.host+"/small:1")
	c := filled(t, b)
	podman := startPodman(t, b)
	s := b.own(t)
	for name, test := range map[string]run{
		"registry":                    {args: []string{"registry:" + r.host + "/small:1"}},
		"OCI layout":                  {args: []string{"oci:" + b.out("layout") + ":small"}},
		"OCI archive":                 {args: []string{b.out("skopeo-oci.tar")}},
		"docker-archive":              {args: []string{b.out("skopeo-docker.tar")}},
		"docker-archive, compressed":  {args: []string{b.out("docker.tar.zst")}},
		"standard input":              {args: []string{"-"}, stdin: file(t, b.out("skopeo-docker.tar"))},
		"containers-storage":          {args: []string{"containers-storage:small:1"}, as: b, env: []string{"CONTAINERS_STORAGE_CONF=" + s.conf}},
		"containers-storage, as root": {args: []string{s.reference("small:1")}},
		"podman":                      {args: []string{"podman:" + small}, env: []string{"CONTAINER_HOST=" + podman}},
		"containerd":                  {args: []string{c.reference("localhost/small:1")}},
		"sample":                      {args: []string{"sample:"}},
	} {
		t.Run(name, func(t *testing.T) { test.writesNothing(t) })
	}
	t.Run("docker", func(t *testing.T) {
		host := startDocker(t)
		must(t, exec.CommandContext(soon(t), "docker", "-H", host, "load", "-i", b.out("skopeo-docker.tar")))
		run{args: []string{"docker:" + small}, env: []string{"DOCKER_HOST=" + host}}.writesNothing(t)
	})
	t.Run("what the trace shows", func(t *testing.T) {
		r := run{args: []string{"--json", filepath.Join(t.TempDir(), "report.json"), "sample:"}}
		_, found := r.look(t)
		other := slices.DeleteFunc(slices.Clone(found), func(s string) bool { return strings.Contains(s, "report.json") })
		if len(found) == 0 || len(other) > 0 {
			t.Errorf("%q, want the report alone", found)
		}
	})
}

func (r run) writesNothing(t testing.TB) {
	t.Helper()
	r.args = append([]string{"--json", "-"}, r.args...)
	o, found := r.look(t)
	o.want(t, 0)
	for _, line := range found {
		t.Error(line)
	}
}

// look runs peel, and lists the calls that write.
func (r run) look(t testing.TB) (o outcome, found []string) {
	t.Helper()
	r.trace = filepath.Join(t.TempDir(), "trace")
	o = r.do(t)
	log, err := os.ReadFile(r.trace)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(log), "openat(") {
		t.Fatalf("the trace shows nothing: %s", log)
	}
	for line := range strings.Lines(string(log)) {
		if writes.MatchString(line) && !harmless.MatchString(line) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return o, found
}
