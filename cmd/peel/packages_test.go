package main

import (
	"bytes"
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	. "peel/source/sourcetest"
)

// goProgram builds a program that was linked with a token, which its build
// information tells.
func goProgram(t *testing.T, token string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":      "module example.org/tool\n\ngo 1.24\n\nrequire example.org/lib v1.0.0\n\nreplace example.org/lib v1.0.0 => ./lib-" + token + "\n",
		"main.go":     "package main\n\nimport _ \"example.org/lib\"\n\nvar t string\n\nfunc main() { print(t) }\n",
		"lib/go.mod":  "module example.org/lib\n\ngo 1.24\n",
		"lib/lib.go":  "package lib\n",
		"lib/empty.s": "",
	} {
		path := filepath.Join(dir, strings.Replace(name, "lib/", "lib-"+token+"/", 1))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "build", "-ldflags", "-X main.t="+token, "-o", "tool", ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "tool"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestNoInventoryRepeatsASecret guards what packages say of themselves: lock
// files, records of installers and programs hold the credentials they came by.
func TestNoInventoryRepeatsASecret(t *testing.T) {
	token, pass, short := githubToken("qR8sT2uV5wX1yZ4aB7cD0eF3gH6iJ9"), "k7Qv+92mzLp", "zq9"
	at := "https://jo:" + url.QueryEscape(pass) + "@npm.acme.org/"
	lock := `{"name":"app","version":"1.0.0","lockfileVersion":3,"packages":{
		"":{"name":"app","version":"1.0.0"},
		"node_modules/left":{"version":"1.2.3","resolved":"` + at + `left-1.2.3.tgz","integrity":"sha512-AAAA"},
		"node_modules/git":{"version":"git+https://` + token + `@github.com/acme/git.git#0123456789abcdef0123456789abcdef01234567","resolved":"git+https://x:` + short + `@git.acme.org/git.git#0123456789abcdef0123456789abcdef01234567"}}}`
	const site = "usr/lib/python3/site-packages/"
	img := Image{Names: []string{"inventory:1"}, Layers: []Layer{{Files: []File{
		Reg("app/package-lock.json", lock),
		Reg("app/package.json", `{"name":"app","version":"1.0.0"}`),
		Reg("app/node_modules/left/package.json", `{"name":"left","version":"1.2.3","license":"`+token+`","homepage":"`+at+`","repository":{"type":"git","url":"git+`+at+`left.git"}}`),
		Reg(site+"tool-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tool\nVersion: 1.0\nHome-page: "+at+"tool\nLicense: MIT\n"),
		Reg(site+"tool-1.0.dist-info/RECORD", "tool.py,,\n"),
		Reg(site+"tool-1.0.dist-info/direct_url.json", `{"url":"https://oauth2:`+token+`@git.acme.org/tool.git","vcs_info":{"vcs":"git","commit_id":"0123456789abcdef0123456789abcdef01234567"}}`),
		Reg("var/lib/dpkg/status", "Package: acme\nStatus: install ok installed\nVersion: 1.0\nArchitecture: amd64\nMaintainer: "+at+"\nHomepage: "+at+"\nDescription: x\n"),
		Reg("usr/local/bin/tool", goProgram(t, token)).Mode(0o755),
		Reg("srv/"+token+"/package.json", `{"name":"placed","version":"1.0.0"}`),
		Reg("srv/large-"+token, strings.Repeat("x", 100_000)),
	}}}}
	var b bytes.Buffer
	if err := DockerArchive25(&b, img); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	archive := filepath.Join(dir, "image.tar")
	if err := os.WriteFile(archive, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"packages"}, {"packages", "--json"}, {"packages", "-o", "cyclonedx-json"}, {"packages", "-o", "spdx-json"}, {"packages", "-o", "syft-json"},
		{"--scanners", "packages", "--json", "-"}, {"--scanners", "packages", "--plain"},
	} {
		var out, errs bytes.Buffer
		if code := execute(context.Background(), append(args, archive), streams{out: &out, err: &errs, env: func(string) string { return "" }}); code != exitOK {
			t.Fatalf("%v: exit code %d\n%s", args, code, errs.String())
		}
		text := out.String()
		for _, secret := range []string{token, token[8:30], pass, url.QueryEscape(pass), ":" + short + "@", "%3A" + short, url.QueryEscape(url.QueryEscape(pass))} {
			if i := strings.Index(text, secret); i >= 0 {
				t.Errorf("%v says %q: %q", args, secret, text[max(0, i-80):min(len(text), i+80)])
			}
		}
		for _, want := range []string{"left", "1.2.3", "tool", "acme"} {
			if !strings.Contains(text, want) && args[len(args)-1] != "--plain" {
				t.Errorf("%v has no %s:\n%s", args, want, text)
			}
		}
	}
}
