package packages

import (
	"archive/zip"
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"peel/analyzer"
	"peel/source"
	"peel/source/layer"
	"peel/source/sourcetest"
)

type files = []sourcetest.File

// find is what there is in an image of these layers.
func find(t testing.TB, layers ...files) *Result {
	t.Helper()
	r, err := Catalog(t.Context(), scan(t, keeper(t), layers...), Options{Documents: true, Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func keeper(t testing.TB) *Keeper {
	t.Helper()
	k, err := NewKeeper()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// scan is an image of these layers as a keeper has seen it.
func scan(t testing.TB, k *Keeper, layers ...files) (out Image) {
	t.Helper()
	var made sourcetest.Image
	for n, l := range layers {
		made.Layers = append(made.Layers, sourcetest.Layer{CreatedBy: fmt.Sprintf("RUN step %d", n), Files: l})
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	w, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := sourcetest.DockerArchive25(w, made); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	opts := layer.Options{Inspectors: []layer.Inspector{k}}
	img, err := source.Open(t.Context(), path, source.Options{Scan: opts})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	a, err := analyzer.Start(t.Context(), img, analyzer.Options{Scan: opts}).Wait()
	if err != nil {
		t.Fatal(err)
	}
	out.Tree, out.Reference, out.Config = a.Tree, "test", a.Image.Config
	for i := range a.Layers {
		out.Layers = append(out.Layers, Layer{DiffID: a.Layers[i].DiffID, Index: a.Layers[i].Index})
	}
	return out
}

func reg(name, content string) sourcetest.File { return sourcetest.Reg(name, content) }

// osRelease makes an image Debian's: dpkg's database is read anywhere, but the
// package URLs tell the distribution.
var osRelease = reg("etc/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=12\n")

// status is dpkg's database of packages given as name=version.
func status(packages ...string) sourcetest.File {
	var b strings.Builder
	for _, p := range packages {
		name, version, _ := strings.Cut(p, "=")
		fmt.Fprintf(&b, "Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n\n", name, version)
	}
	return reg("var/lib/dpkg/status", b.String())
}

// deb is the files of a package and dpkg's list of them.
func deb(name string, contents ...string) (list files) {
	var sums strings.Builder
	for i := 0; i < len(contents); i += 2 {
		sum := md5.Sum([]byte(contents[i+1]))
		fmt.Fprintf(&sums, "%s  %s\n", hex.EncodeToString(sum[:]), contents[i])
		list = append(list, reg(contents[i], contents[i+1]))
	}
	return append(list, reg("var/lib/dpkg/info/"+name+".md5sums", sums.String()))
}

// npm is a package of npm.
func npm(dir, name, version string) sourcetest.File {
	return reg(dir+"/package.json", fmt.Sprintf(`{"name":%q,"version":%q,"license":"MIT"}`, name, version))
}

// wheel is an installed Python package with one module.
func wheel(name, version, module string) files {
	info := "usr/lib/python3/site-packages/" + name + "-" + version + ".dist-info/"
	return files{
		reg("usr/lib/python3/site-packages/"+name+".py", module),
		reg(info+"METADATA", "Metadata-Version: 2.1\nName: "+name+"\nVersion: "+version+"\nLicense: BSD-3-Clause\n\n"),
		reg(info+"RECORD", name+".py,sha256=abc,"+fmt.Sprint(len(module))+"\n"+name+"-"+version+".dist-info/METADATA,,\n"),
	}
}

// jar is a Java archive of files given as name, content, …
func jar(t testing.TB, contents ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(contents); i += 2 {
		f, err := w.Create(contents[i])
		if err == nil {
			_, err = f.Write([]byte(contents[i+1]))
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

// library is a jar that Maven made.
func library(t testing.TB, name, version string) string {
	t.Helper()
	return jar(t,
		"META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nImplementation-Title: "+name+"\nImplementation-Version: "+version+"\n",
		"META-INF/maven/org.example/"+name+"/pom.properties", "groupId=org.example\nartifactId="+name+"\nversion="+version+"\n",
		"org/example/A.class", strings.Repeat("\xca\xfe\xba\xbe code", 5000),
	)
}
