//go:build linux

package realtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	root        = "../.."    // of the module
	builderName = "peeltest" // builds the images; fixtures.sh makes it
	// buildTime bounds a cold run of fixtures.sh, which takes a minute or two.
	buildTime = 8 * time.Minute
	// runTime bounds one run of a tool.
	runTime = 5 * time.Minute
)

// lack skips a test for want of something, or fails it where nothing may lack.
func lack(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("PEEL_REAL_REQUIRED") == "1" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// need lets a test run if the real world is there, and these tools.
func need(t testing.TB, tools ...string) {
	t.Helper()
	if os.Getenv("PEEL_REAL") != "1" {
		t.Skip("PEEL_REAL is not 1; make test sets it where the tools can be had")
	}
	if os.Getuid() != 0 {
		lack(t, "only root can unpack images with their owners, and build as another user")
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			lack(t, "%v", err)
		}
	}
}

// builder is the ordinary user's home: what fixtures.sh has built.
type builder struct {
	dir  string // the user's own part
	cred *syscall.Credential
}

// built runs fixtures.sh, which does little if it has run before.
var built = sync.OnceValues(func() (*builder, error) {
	ctx, cancel := context.WithTimeout(context.Background(), buildTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(root, "testdata/real/fixtures.sh"))
	cmd.Env = append(os.Environ(), "PEEL_REAL_DIR="+cacheDir())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("building the images: %w\n%s", err, stderr.Bytes())
	}
	b := &builder{dir: strings.TrimSpace(string(out))}
	b.cred, err = credential(builderName)
	return b, err
})

func cacheDir() string {
	if d := os.Getenv("PEEL_REAL_DIR"); d != "" {
		return d
	}
	d, err := os.UserCacheDir()
	if err != nil {
		d = os.TempDir()
	}
	return filepath.Join(d, "peel-real")
}

func credential(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err1 != nil || err2 != nil {
		return nil, fmt.Errorf("user %s has ids %q and %q", name, u.Uid, u.Gid)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// images gives what fixtures.sh built, building it if need be.
func images(t testing.TB, tools ...string) *builder {
	t.Helper()
	need(t, append([]string{"debootstrap", "buildah", "skopeo", "podman", "zstd", "busybox", "setpriv"}, tools...)...)
	b, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// out is the path of a file that fixtures.sh made.
func (b *builder) out(elem ...string) string {
	return filepath.Join(append([]string{b.dir, "out"}, elem...)...)
}

// command is a command of the builder's. Its data directory is new, for skopeo
// remembers in there what it has compressed.
func (b *builder) command(ctx context.Context, t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: b.cred, Setpgid: true}
	cmd.Env = []string{
		"HOME=" + filepath.Dir(b.dir), "USER=" + builderName, "LOGNAME=" + builderName, "LANG=C.UTF-8",
		"PATH=" + os.Getenv("PATH"), "XDG_RUNTIME_DIR=" + filepath.Join(b.dir, "run"),
		"XDG_DATA_HOME=" + b.temp(t), "CONTAINERS_STORAGE_CONF=" + filepath.Join(b.dir, "storage.conf"),
	}
	return cmd
}

// temp is a directory that the builder may write to.
func (b *builder) temp(t testing.TB) string {
	t.Helper()
	dir := scratch(t, b.dir)
	if err := os.Chown(dir, int(b.cred.Uid), int(b.cred.Gid)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// copied is a copy of a directory that the builder may read.
func (b *builder) copied(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(b.temp(t), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(to, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, int(b.cred.Uid), int(b.cred.Gid)))
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// scratch is a directory below another that goes when the test ends. It is on
// a disk, unlike perhaps t.TempDir, so that it holds owners, devices and xattrs.
func scratch(t testing.TB, parent string) string {
	t.Helper()
	if err := os.MkdirAll(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(parent, "test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// must runs a command to its end.
func must(t testing.TB, cmd *exec.Cmd) []byte {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, stderr.Bytes())
	}
	return out
}

// soon is a context for one run of a tool.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), runTime)
	t.Cleanup(cancel)
	return ctx
}
