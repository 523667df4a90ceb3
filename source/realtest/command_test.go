//go:build linux

package realtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommand checks what a script sees of peel on a real image: exit codes,
// and that stdout carries the result alone.
func TestCommand(t *testing.T) {
	b := images(t)
	archive := b.out("skopeo-docker.tar")
	image := "oci:" + b.out("layout") + ":small"
	cut := filepath.Join(t.TempDir(), "cut.tar")
	cutShort(t, archive, cut)

	const words = "linux/" // in the first line, after the image's name
	tests := []struct {
		name   string
		run    run
		code   int
		stdout string // what its first lines have; "" for nothing at all
		stderr []string
	}{
		{"report", run{args: []string{image}}, 0, words, nil},
		{"report by standard input", run{args: []string{"-"}, stdin: file(t, archive)}, 0, words, nil},
		{"JSON", run{args: []string{"--json", "-", image}}, 0, "{\n", nil},
		{"policy that holds", run{args: []string{"--ci", "--lowestEfficiency", "0.1", "--highestUserWastedPercent", "off", "--fail-on", "off", image}}, 0, words, nil},
		{"policy that fails", run{args: []string{"--ci", "--highestWastedBytes", "1kB", image}}, 1, words, nil},
		{"policy by CI=true", run{args: []string{"--highestWastedBytes", "1kB", image}, env: []string{"CI=true"}}, 1, words, nil},
		{"policy and JSON", run{args: []string{"--ci", "--highestWastedBytes", "1kB", "--json", "-", image}}, 1, "{\n", nil},
		{"no image", run{}, 2, "", []string{"no image named"}},
		{"unknown flag", run{args: []string{"--frobnicate", image}}, 2, "", []string{"--frobnicate"}},
		{"rules that are not there", run{args: []string{"--ci", "--ci-config", "none.yaml", image}}, 2, "", []string{"none.yaml"}},
		{"prefix and source that differ", run{args: []string{"--source", "docker", image}}, 2, "", []string{"its prefix says oci"}},
		{"file that is not there", run{args: []string{"./none.tar"}}, 3, "", []string{"none.tar", "hint: check the path"}},
		{"several images and no choice", run{args: []string{b.out("podman-multi.tar")}}, 3, "", []string{"there are 2 images", "@1 localhost/small:1"}},
		{"tag that is not there", run{args: []string{"oci:" + b.out("layout") + ":none"}}, 3, "", []string{`"none"`, "small-zstd"}},
		{"directory that is no layout", run{args: []string{t.TempDir()}}, 3, "", []string{"index.json"}},
		{"archive cut short", run{args: []string{cut}}, 3, "", []string{"truncated"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := test.run.do(t)
			o.want(t, test.code, test.stderr...)
			if test.stdout == "" {
				o.silent(t)
			}
			if head := o.stdout[:min(len(o.stdout), 200)]; !strings.Contains(head, test.stdout) {
				t.Errorf("stdout does not begin with %q: %s", test.stdout, head)
			}
			if test.stdout != "" && o.stderr != "" {
				t.Errorf("stderr: %s", o.stderr)
			}
			if test.stdout == "{\n" && !json.Valid([]byte(o.stdout)) {
				t.Error("stdout is more than one JSON document, or less")
			}
		})
	}
}

// TestCommandWritesTheReport checks that a report goes where it shall, and
// nowhere else.
func TestCommandWritesTheReport(t *testing.T) {
	b := images(t)
	image := "oci:" + b.out("layout") + ":small"
	path := filepath.Join(t.TempDir(), "report.json")
	o := peel(t, "--json", path, image)
	o.want(t, 0, "wrote "+path)
	o.silent(t)
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if stdout := peel(t, "--json", "-", image).stdout; string(written) != stdout {
		t.Error("the file has another report than stdout gets")
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("beside the report: %v (%v)", entries, err)
	}
}

// TestLayerThatIsDamaged changes one byte of a layer: what can be read is
// reported, and said to be a part.
func TestLayerThatIsDamaged(t *testing.T) {
	b := images(t)
	archive, err := os.ReadFile(b.out("skopeo-docker.tar"))
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(archive), "module 1\n") // a file that the build copies in
	if at < 0 {
		t.Fatal("the archive has no content to damage")
	}
	archive[at]++
	path := filepath.Join(t.TempDir(), "damaged.tar")
	if err := os.WriteFile(path, archive, 0o600); err != nil {
		t.Fatal(err)
	}
	o := peel(t, "--json", "-", path)
	o.want(t, 3, "not wholly read", "digest mismatch", "layer ")
	var report struct{ Partial bool }
	if err := json.Unmarshal([]byte(o.stdout), &report); err != nil {
		t.Fatal(err)
	}
	if !report.Partial {
		t.Error("the report does not say that it is a part")
	}
}

// cutShort copies the first half of a file.
func cutShort(t testing.TB, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content[:len(content)/2], 0o600); err != nil {
		t.Fatal(err)
	}
}
