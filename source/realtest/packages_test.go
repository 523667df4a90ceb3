//go:build linux

package realtest

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/anchore/syft/syft"
	"github.com/anchore/syft/syft/format/cyclonedxjson"
	"github.com/anchore/syft/syft/format/spdxjson"
	"github.com/anchore/syft/syft/format/syftjson"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/sbom"
	_ "modernc.org/sqlite" // syft does not run without it

	"peel/analyzer/report"
	"peel/source/sourcetest"
)

// TestPackages holds what peel finds in real images against what syft finds
// there by itself: it unpacks the image, and runs the same catalogers as the
// command does.
func TestPackages(t *testing.T) {
	b := images(t, "rpm", "rpmbuild")
	s := b.own(t)
	s.software(t)
	for _, name := range []string{"debian", "software"} {
		t.Run(name, func(t *testing.T) {
			archive := filepath.Join(b.temp(t), "image.tar")
			must(t, s.command(soon(t), t, "skopeo", "copy", "-q", "containers-storage:localhost/"+name+":1", "docker-archive:"+archive))
			want := names(bySyft(t, archive))
			if len(want) < 50 {
				t.Errorf("syft finds %d packages", len(want))
			}
			for _, ref := range []string{archive, s.reference("localhost/" + name + ":1")} {
				got := installed(t, peelPackages(t, ref))
				sameText(t, "packages of "+ref, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			o := run{args: []string{"packages", "--json", "-"}, stdin: file(t, archive)}.do(t)
			o.want(t, 0)
			sameText(t, "packages by standard input", strings.Join(installed(t, o), "\n"), strings.Join(want, "\n"))
		})
	}
}

// TestPackagesGone finds what the upper layers of an image took away.
func TestPackagesGone(t *testing.T) {
	b := images(t, "rpm", "rpmbuild")
	s := b.own(t)
	s.software(t)
	var r report.Packages
	decode(t, peelPackages(t, s.reference("localhost/software:1")), &r)
	gone := map[string]report.Package{}
	for _, p := range r.Packages {
		if p.State != "installed" {
			gone[p.Name+" "+p.Version] = p
		}
	}
	for name, state := range map[string]string{"leaver 1.0.0": "removed", "mover 1.0.0": "overwritten"} {
		p, ok := gone[name]
		if !ok || p.State != state || p.DeadBytes == nil || *p.DeadBytes == 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if n := len(r.Inventory.Duplicates); n == 0 {
		t.Error("nothing is there twice")
	}
}

// TestPackagesDocuments reads the bills of materials with syft's own decoders.
func TestPackagesDocuments(t *testing.T) {
	b := images(t)
	image := "oci:" + b.out("layout") + ":debian"
	dir := t.TempDir()
	args := []string{"packages", image}
	decoders := map[string]sbom.FormatDecoder{
		"cyclonedx-json": cyclonedxjson.NewFormatDecoder(), "spdx-json": spdxjson.NewFormatDecoder(), "syft-json": syftjson.NewFormatDecoder(),
	}
	for name := range decoders {
		args = append(args, "-o", name+"="+filepath.Join(dir, name))
	}
	peel(t, args...).want(t, 0)
	want := installed(t, peelPackages(t, image))
	for name, decoder := range decoders {
		s, _, version, err := decoder.Decode(file(t, filepath.Join(dir, name)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for p := range s.Artifacts.Packages.Enumerate() {
			if p.Type == pkg.DebPkg { // SPDX and CycloneDX have the image and its distribution too
				got = append(got, line(p.Name, p.Version, string(p.Type)))
			}
		}
		slices.Sort(got)
		if version == "" {
			t.Errorf("%s: of no version", name)
		}
		sameText(t, name, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// software builds an image with many kinds of packages upon Debian's.
func (s aStore) software(t testing.TB) {
	t.Helper()
	ctx := s.b.temp(t)
	write := func(name, content string) {
		path := filepath.Join(ctx, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	npm := func(dir, name, version string) {
		write(dir+"/package.json", fmt.Sprintf(`{"name":%q,"version":%q,"license":"MIT"}`, name, version))
		write(dir+"/index.js", "module.exports = "+strings.Repeat("1 + ", 1000)+"1\n")
	}
	npm("app/node_modules/leaver", "leaver", "1.0.0")
	npm("app/node_modules/mover", "mover", "1.0.0")
	npm("app/node_modules/mover/node_modules/twin", "twin", "1.0.0")
	npm("app/node_modules/@scope/twin", "@scope/twin", "2.0.0")
	npm("app/node_modules/twin", "twin", "2.0.0")
	npm("mover", "mover", "2.0.0")
	info := "venv/lib/python3.11/site-packages/six-1.16.0.dist-info/"
	write("venv/lib/python3.11/site-packages/six.py", "import sys\n")
	write(info+"METADATA", "Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\nLicense: MIT\n\n")
	write(info+"RECORD", "six.py,,\nsix-1.16.0.dist-info/METADATA,,\nsix-1.16.0.dist-info/RECORD,,\n")
	write("app.jar", archiveOf(t, map[string]string{
		"META-INF/MANIFEST.MF":       "Manifest-Version: 1.0\nImplementation-Title: app\nImplementation-Version: 3.0\n",
		"BOOT-INF/lib/inner-4.0.jar": archiveOf(t, map[string]string{"META-INF/maven/org.example/inner/pom.properties": "groupId=org.example\nartifactId=inner\nversion=4.0\n"}),
		"app/Main.class":             strings.Repeat("\xca\xfe\xba\xbe", 1000),
	}))
	write("hello.spec", "Name: hello\nVersion: 1.2\nRelease: 3\nSummary: A test\nLicense: MIT\nBuildArch: noarch\n%description\nA test.\n"+
		"%install\nmkdir -p %{buildroot}/usr/share\necho hello > %{buildroot}/usr/share/hello.txt\n%files\n/usr/share/hello.txt\n")
	must(t, exec.CommandContext(soon(t), "rpmbuild", "-bb", "--define", "_topdir "+ctx+"/top", ctx+"/hello.spec"))
	must(t, exec.CommandContext(soon(t), "rpm", "--root", ctx+"/rpm", "--dbpath", "/var/lib/rpm", "-i", "--nodeps", "--noscripts", "--force-debian",
		ctx+"/top/RPMS/noarch/hello-1.2-3.noarch.rpm"))
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	must(t, exec.CommandContext(soon(t), "cp", bin, ctx+"/peel"))
	write("Containerfile", "FROM localhost/debian:1\nCOPY app /app\nCOPY venv /venv\nCOPY app.jar /opt/\nCOPY rpm /\nCOPY peel /usr/local/bin/peel\n"+
		"RUN rm -r /app/node_modules/leaver\nCOPY mover /app/node_modules/mover\n")
	must(t, exec.CommandContext(soon(t), "chmod", "-R", "a+rX", ctx))
	t.Cleanup(func() { s.command(context.Background(), t, "buildah", "rmi", "localhost/software:1").Run() })
	must(t, s.command(soon(t), t, "buildah", "bud", "--layers", "--pull-never", "--isolation", "chroot", "-t", "localhost/software:1", "-f", ctx+"/Containerfile", ctx))
}

func archiveOf(t testing.TB, contents map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range contents {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func bySyft(t testing.TB, archive string) *sbom.SBOM {
	t.Helper()
	t.Setenv("TMPDIR", scratch(t, filepath.Join(cacheDir(), "tmp"))) // where it unpacks
	src, err := syft.GetSource(soon(t), archive, syft.DefaultGetSourceConfig().WithSources("docker-archive"))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s, err := syft.CreateSBOM(soon(t), src, syft.DefaultCreateSBOMConfig().WithoutFiles())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func line(name, version, kind string) string { return name + " " + version + " " + kind }

func names(s *sbom.SBOM) (list []string) {
	for p := range s.Artifacts.Packages.Enumerate() {
		list = append(list, line(p.Name, p.Version, string(p.Type)))
	}
	slices.Sort(list)
	return list
}

func peelPackages(t testing.TB, reference string) outcome {
	t.Helper()
	o := peel(t, "packages", "--json", reference)
	o.want(t, 0)
	return o
}

func decode(t testing.TB, o outcome, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(o.stdout), v); err != nil {
		t.Fatal(err)
	}
}

func installed(t testing.TB, o outcome) (list []string) {
	t.Helper()
	var r report.Packages
	decode(t, o, &r)
	for _, p := range r.Packages {
		if p.State == "installed" {
			list = append(list, line(p.Name, p.Version, p.Type))
		}
	}
	slices.Sort(list)
	return list
}

// TestRPMOwned guards that a secret in a file that is as RPM brought it weighs
// less than one in a file that was changed.
func TestRPMOwned(t *testing.T) {
	images(t, "rpm", "rpmbuild")
	dir := t.TempDir()
	key := "[default]\naws_access_key_id = AKIAQ4NXYZ7PLMB2TRVW\naws_secret_access_key = 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\n"
	spec := "Name: keys\nVersion: 1\nRelease: 1\nSummary: A test\nLicense: MIT\nBuildArch: noarch\n%description\nA test.\n%install\n" +
		"for f in kept changed; do mkdir -p %{buildroot}/usr/share/$f/.aws; printf '" + strings.ReplaceAll(key, "\n", "\\n") + "' > %{buildroot}/usr/share/$f/.aws/credentials; done\n" +
		"%files\n/usr/share/kept/.aws/credentials\n/usr/share/changed/.aws/credentials\n"
	if err := os.WriteFile(dir+"/keys.spec", []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	must(t, exec.CommandContext(soon(t), "rpmbuild", "-bb", "--define", "_topdir "+dir+"/top", dir+"/keys.spec"))
	must(t, exec.CommandContext(soon(t), "rpm", "--root", dir+"/root", "--dbpath", "/var/lib/rpm", "-i", "--nodeps", "--noscripts", "--force-debian", dir+"/top/RPMS/noarch/keys-1-1.noarch.rpm"))
	var layer []sourcetest.File
	for _, name := range []string{"var/lib/rpm/rpmdb.sqlite", "usr/share/kept/.aws/credentials", "usr/share/changed/.aws/credentials"} {
		b, err := os.ReadFile(filepath.Join(dir, "root", name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(name, "changed") {
			b = []byte("# ours\n" + strings.ReplaceAll(string(b), "q7Rk2", "Zp4Wd"))
		}
		layer = append(layer, sourcetest.Reg(name, string(b)))
	}
	archive, err := os.Create(filepath.Join(dir, "image.tar"))
	if err != nil {
		t.Fatal(err)
	}
	err = sourcetest.DockerArchive25(archive, sourcetest.Image{Layers: []sourcetest.Layer{{CreatedBy: "rpm", Files: layer}}})
	if err := errors.Join(err, archive.Close()); err != nil {
		t.Fatal(err)
	}
	var r report.Report
	decode(t, run{args: []string{"--json", "-", "--scanners", "secrets", archive.Name()}}.do(t), &r)
	const why = "unmodified file of package keys"
	seen := map[string]bool{}
	for _, f := range r.Findings {
		kept := strings.Contains(f.Path, "kept")
		if strings.Contains(f.Reason, why) != kept || (f.Severity == "critical") == kept {
			t.Errorf("%s: %s, %q", f.Path, f.Severity, f.Reason)
		}
		seen[f.Path] = true
	}
	if len(seen) != 2 {
		t.Errorf("findings in %v", seen)
	}
}
