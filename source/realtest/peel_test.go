//go:build linux

package realtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"peel/analyzer"
	"peel/source"
)

func TestMain(m *testing.M) {
	os.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin") // dockerd, debootstrap
	dir, err := os.MkdirTemp("", "peel-real-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // other users run peel too
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binDir = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

var binDir string

// binary builds peel.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(binDir, "peel")
	out, err := exec.Command("go", "build", "-o", path, "peel/cmd/peel").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("building peel: %w\n%s", err, out)
	}
	return path, err
})

// run is one run of peel.
type run struct {
	args  []string
	env   []string // beside what keeps it to itself
	stdin io.Reader
	dir   string   // to run in; its own if ""
	as    *builder // runs it in place of root
	trace string   // if any, the file into which strace writes what it asks of the kernel
}

type outcome struct {
	code           int
	stdout, stderr string
}

// do runs peel in an environment of its own, and checks that it leaves nothing
// there: peel writes nothing that it was not asked for.
func (r run) do(t testing.TB) outcome {
	t.Helper()
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	own := t.TempDir()
	if r.as != nil {
		own = r.as.temp(t)
	}
	cmd := exec.CommandContext(soon(t), bin, r.args...)
	if r.trace != "" {
		cmd = r.traced(t, bin)
	}
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + own, "TMPDIR=" + own,
		"XDG_CACHE_HOME=" + own, "XDG_CONFIG_HOME=" + own, "XDG_DATA_HOME=" + own, "XDG_RUNTIME_DIR=" + own,
	}, r.env...)
	cmd.Stdin = r.stdin
	if r.as != nil && r.trace == "" { // strace itself stays root, so that newuidmap works
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: r.as.cred}
	}
	if cmd.Dir = r.dir; r.dir == "" {
		cmd.Dir = own
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	stays := fs.WalkDirFunc(func(path string, _ fs.DirEntry, err error) error {
		if path != own {
			t.Errorf("peel %s left %s behind", strings.Join(r.args, " "), path)
		}
		return err
	})
	if err := filepath.WalkDir(own, stays); err != nil {
		t.Error(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func peel(t testing.TB, args ...string) outcome {
	t.Helper()
	return run{args: args}.do(t)
}

// want checks how a run ended, and that stderr has these words.
func (o outcome) want(t testing.TB, code int, stderr ...string) {
	t.Helper()
	if o.code != code {
		t.Errorf("exit code %d, want %d\nstdout: %s\nstderr: %s", o.code, code, o.stdout, o.stderr)
	}
	for _, w := range stderr {
		if !strings.Contains(o.stderr, w) {
			t.Errorf("stderr has no %q:\n%s", w, o.stderr)
		}
	}
}

// figures are the parts of a JSON report that do not depend on where the image
// was found and how it was packed.
func (o outcome) figures(t testing.TB) string {
	t.Helper()
	o.want(t, 0)
	if o.stderr != "" {
		t.Errorf("stderr: %s", o.stderr)
	}
	var report map[string]any
	if err := json.Unmarshal([]byte(o.stdout), &report); err != nil {
		t.Fatalf("stdout is no JSON: %v\n%s", err, o.stdout)
	}
	for _, field := range []string{"peelVersion", "notes", "config", "history"} {
		delete(report, field)
	}
	strip(report["image"], "reference", "source", "location", "name", "attempts", "manifestDigest", "configDigest", "compressedBytes", "created")
	for _, l := range report["layers"].([]any) {
		strip(l, "digest", "mediaType", "compression", "compressedBytes", "createdBy", "created")
	}
	for _, c := range report["wasteCauses"].([]any) {
		strip(c, "hint") // it quotes the history, which podman words differently
	}
	// Annotations, names, what the history says, what is attached and how layers
	// are compressed differ from store to store. W017 counts bytes as they are stored.
	strip(report, "score", "attached")
	without(report, "checks", "M", "H", "X", "W019")
	without(report, "findings", "M", "H", "X", "W017", "W019")
	b, err := json.MarshalIndent(report, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// without leaves checks out of a list, by the beginning of their ids.
func without(report map[string]any, list string, ids ...string) {
	all, _ := report[list].([]any)
	report[list] = slices.DeleteFunc(all, func(c any) bool {
		id, _ := c.(map[string]any)["id"].(string)
		return slices.ContainsFunc(ids, func(start string) bool { return strings.HasPrefix(id, start) })
	})
}

func strip(object any, fields ...string) {
	for _, f := range fields {
		delete(object.(map[string]any), f)
	}
}

// sameText compares two long texts, and shows where they part.
func sameText(t testing.TB, what, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Errorf("%s differ at line %d:\n got %s\nwant %s", what, i+1, g[i], w[i])
			return
		}
	}
	t.Errorf("%s: %d lines, want %d", what, len(g), len(w))
}

// open opens an image in this process.
func open(t testing.TB, reference string, opts source.Options) *source.Image {
	t.Helper()
	img, err := source.Open(context.Background(), reference, opts)
	if err != nil {
		t.Fatalf("opening %s: %v", reference, err)
	}
	t.Cleanup(func() { img.Close() })
	return img
}

func analyze(t testing.TB, img *source.Image) *analyzer.Analysis {
	t.Helper()
	a, err := analyzer.Start(context.Background(), img, analyzer.Options{}).Wait()
	if err != nil {
		t.Fatal(err)
	}
	return a
}
