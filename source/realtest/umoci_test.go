//go:build linux

package realtest

import (
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"peel/source"
)

// TestMergedTreeEqualsUnpack unpacks real images with umoci, and compares every
// path with peel's merged tree; and the bytes there with size less waste.
func TestMergedTreeEqualsUnpack(t *testing.T) {
	b := images(t, "umoci")
	for _, name := range []string{"debian", "small"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ref := b.out("layout") + ":" + name
			rootfs, err := unpack(t, ref)
			if err != nil {
				t.Fatal(err)
			}
			disk := onDisk(t, rootfs)
			a := analyze(t, open(t, "oci:"+ref, source.Options{}))
			differs(t, "peel", merged(a.Tree), "umoci", disk)
			t.Logf("%d paths, %d layers", len(disk), len(a.Layers))

			var report struct {
				Image struct{ SizeBytes, WastedBytes int64 }
			}
			if err := json.Unmarshal([]byte(peel(t, "--json", "-", "oci:"+ref).stdout), &report); err != nil {
				t.Fatal(err)
			}
			if got, want := report.Image.SizeBytes-report.Image.WastedBytes, disk.visible(); got != want {
				t.Errorf("size less waste is %d, umoci unpacked %d bytes", got, want)
			}
			if report.Image.WastedBytes < 3_000_000 {
				t.Errorf("%d bytes wasted; the build deletes and overwrites more than that", report.Image.WastedBytes)
			}
		})
	}
}

// unpack gives the directory to which umoci unpacked an image of a layout. The
// error is umoci's last word.
func unpack(t testing.TB, ref string) (string, error) {
	t.Helper()
	dir := filepath.Join(scratch(t, cacheDir()), "rootfs")
	// The mode of directories that no entry describes depends on the umask.
	cmd := exec.CommandContext(soon(t), "sh", "-c", `umask 022; exec umoci raw unpack --image "$1" "$2"`, "sh", ref, dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		_, last, _ := strings.Cut(strings.ReplaceAll(lines[len(lines)-1], dir, ""), "unpack entry: ")
		return "", errors.New(last)
	}
	return dir, nil
}
