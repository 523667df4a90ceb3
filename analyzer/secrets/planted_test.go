package secrets_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/klauspost/compress/zstd"

	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/analyzer/secrets"
	"peel/source"
	"peel/source/layer"
	. "peel/source/sourcetest"
)

// token makes a GitHub token with a right checksum.
func token(n int) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	b := make([]byte, 30)
	seed := uint32(n)*2654435761 + 12345
	for i := range b {
		seed = seed*1664525 + 1013904223
		b[i] = alphabet[seed>>16%62]
	}
	sum := crc32.ChecksumIEEE(b)
	var tail [6]byte
	for i := 5; i >= 0; i-- {
		tail[i] = alphabet[sum%62]
		sum /= 62
	}
	return "ghp_" + string(b) + string(tail[:])
}

func privateKey() string {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func zipped(name, content string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, _ := w.Create(name)
	f.Write([]byte(content))
	w.Close()
	return b.String()
}

func gzipped(content string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(content))
	w.Close()
	return b.String()
}

func zstded(content string) string {
	w, _ := zstd.NewWriter(nil)
	return string(w.EncodeAll([]byte(content), nil))
}

func tarred(name, content string) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o644})
	w.Write([]byte(content))
	w.Close()
	return b.String()
}

func wide(s string, bom bool, big bool) string {
	var b []byte
	if bom {
		s = "\ufeff" + s
	}
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

// plant is a secret in a place.
type plant struct {
	path, content, value string
	check                string // "" for any
	inner                string
}

func plants() []plant {
	n := 0
	next := func() string { n++; return token(n) }
	in := func(path, format string) plant {
		t := next()
		return plant{path: path, content: fmt.Sprintf(format, t), value: t}
	}
	list := []plant{
		in("app/.env", "DEBUG=1\nGITHUB_TOKEN=%s\n"),
		in("app/node_modules/x/index.js", "module.exports={t:'%s'}"),
		in("usr/lib/python3/dist-packages/x.py", "T = '%s'\n"),
		in("usr/share/doc/x/README.md", "export T=%s\n"),
		in("app/vendor/test/example_test.go", `const t = "%s"`),
		in("app/one-line.js", strings.Repeat("var a=1;", 400_000)+"t='%s';"+strings.Repeat("b();", 100_000)),
		in("app/elf", "\x7fELF\x02\x01\x01"+strings.Repeat("\x00\x90\xff\x13", 30_000)+"%s\x00"+strings.Repeat("\x7f\x00", 99_999)),
		in("app/data.sqlite", "SQLite format 3\x00"+strings.Repeat("\x00\x01", 500)+"%s\x00"),
		in("app/x.pyc", "\xa7\x0d\x0d\x0a\x00\x00\x00\x00z\x28%s\xda"),
		in("root/.netrc", "machine github.com login me password %s\n"),
		in("root/.git-credentials", "https://me:%s@github.com\n"),
		in("app/.git/config", "[remote \"origin\"]\n\turl = https://x:%s@github.com/a/b.git\n"),
		in("root/.bash_history", "ls\ncurl -H 'Authorization: token %s' https://api.github.com\n"),
	}
	pack := func(path string, wrap func(string) string, inner string) {
		t := next()
		list = append(list, plant{path: path, content: wrap("x = 1\ntoken = \"" + t + "\"\n"), value: t, inner: inner})
	}
	pack("app/a.gz", gzipped, "")
	pack("app/a.zst", zstded, "")
	pack("app/a.whl", func(s string) string { return zipped("pkg/settings.py", s) }, "pkg/settings.py")
	pack("app/a.tar.gz", func(s string) string { return gzipped(tarred("etc/settings.ini", s)) }, "etc/settings.ini")
	pack("app/a.war", func(s string) string { return zipped("lib/b.jar", zipped("c.properties", s)) }, "lib/b.jar!/c.properties")
	pack("app/big.tar.gz", func(s string) string {
		noise := make([]byte, 3<<20)
		rand.Read(noise)
		return gzipped(tarred("first", string(noise))[:(3<<20)+512] + tarred("second", s))
	}, "second")
	pack("app/le-bom.txt", func(s string) string { return wide(s, true, false) }, "")
	pack("app/be-bom.txt", func(s string) string { return wide(s, true, true) }, "")
	pack("app/le.txt", func(s string) string { return wide(s, false, false) }, "")
	pack("app/be.txt", func(s string) string { return wide(s, false, true) }, "")
	key := privateKey()
	list = append(list,
		plant{path: "etc/ssl/private/server.key", content: key, check: "S001"},
		plant{path: "app/k.json", content: `{"key": "` + strings.ReplaceAll(privateKey(), "\n", `\n`) + `"}`, check: "S001"},
		plant{path: "root/.aws/credentials", check: "S004",
			content: "[default]\naws_access_key_id = AKIAQ3EGRBSIWJ5TMPQK\naws_secret_access_key = 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\n"},
		plant{path: "root/.docker/config.json", check: "S020",
			content: `{"auths":{"r.io":{"auth":"` + base64.StdEncoding.EncodeToString([]byte("ci:vK8#pQ2zLm")) + `"}}}`},
		plant{path: "app/db.conf", content: "dsn = postgres://app:Zx81kq99Lw@db.internal:5432/app\n", value: "Zx81kq99Lw", check: "S032"},
		plant{path: "app/settings.yml", content: "db:\n  password: \"t7Rq!92kLzP\"\n", value: "t7Rq!92kLzP"},
		plant{path: "app/jwt.txt", check: "S034", content: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiIsImlhdCI6MTUxNjIzOTAyMn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c\n"},
	)
	return list
}

var decoys = map[string]string{
	"decoy/env":      "API_TOKEN=${API_TOKEN}\nDB_PASSWORD=changeme\nSECRET_KEY=<your-secret>\nTOKEN=xxxxxxxxxxxxxxxxxxxxxxxx\n",
	"decoy/docs.md":  "export GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\npostgres://user:password@localhost/db\n",
	"decoy/code.go":  "password := os.Getenv(\"PASSWORD\")\ntoken := strings.TrimSpace(config.token2)\nvar apiKey string\n",
	"decoy/lock":     `"integrity": "sha512-Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0Z2FycGx5d2FsZG9mcmVkcGx1Z2h4eXp6eXRodWQ="`,
	"decoy/keys.pub": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBbTQ0lGZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY3 me@host\n",
	"decoy/aws.md":   "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
}

// build writes an image, reads it with a scanner and merges it.
func build(t *testing.T, img Image, opts secrets.Options) (*secrets.Scanner, secrets.Image) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image.tar")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := OCIArchive(f, img); err != nil {
		t.Fatal(err)
	}
	f.Close()
	opened, err := source.Open(context.Background(), path, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	s, err := secrets.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	out := secrets.Image{Config: opened.Config, RawManifest: opened.RawManifest, Base: -1}
	builder := filetree.NewBuilder(len(opened.Layers))
	for n, l := range opened.Layers {
		idx, err := l.Scan(context.Background(), layer.Options{Inspectors: []layer.Inspector{s}})
		if err != nil {
			t.Fatal(err)
		}
		if err := builder.Add(n, idx); err != nil {
			t.Fatal(err)
		}
		out.Layers = append(out.Layers, idx)
	}
	out.Tree = builder.Tree()
	step := 0
	for _, h := range opened.Config.History {
		if h.EmptyLayer {
			out.StepLayer = append(out.StepLayer, filetree.None)
			continue
		}
		out.StepLayer = append(out.StepLayer, step)
		step++
	}
	return s, out
}

func at(list []finding.Finding, path string) (out []finding.Finding) {
	for _, f := range list {
		if f.Path == path || strings.HasPrefix(f.Path, path+"!/") {
			out = append(out, f)
		}
	}
	return out
}

func TestPlantedImage(t *testing.T) {
	all := plants()
	var first, second []File
	for i, p := range all {
		if i%2 == 0 {
			first = append(first, Reg(p.path, p.content))
		} else {
			second = append(second, Reg(p.path, p.content))
		}
	}
	for path, content := range decoys {
		second = append(second, Reg(path, content))
	}
	s, img := build(t, Image{Layers: []Layer{{Files: first}, {Files: second}}}, secrets.Options{})
	list := s.Assemble(img).Findings
	for i, p := range all {
		full := p.path
		if p.inner != "" {
			full += "!/" + p.inner
		}
		ok := false
		for _, f := range at(list, p.path) {
			if f.Path == full && (p.value == "" || f.Secret == p.value || strings.Contains(f.Secret, p.value)) &&
				(p.check == "" || f.ID == p.check) && f.Severity > finding.Info && *f.Layer == i%2 && f.DeletedIn == nil {
				ok = true
			}
		}
		if !ok {
			t.Errorf("%s (%s) is not found as it should: %+v", full, p.check, at(list, p.path))
		}
	}
	for path := range decoys {
		for _, f := range at(list, path) {
			if f.Severity > finding.Info {
				t.Errorf("decoy: %s %s line %d: %s", f.ID, f.Path, f.Line, f.Match)
			}
		}
	}
	noSecretPrinted(t, list)
}

// noSecretPrinted holds findings to what may leave the program.
func noSecretPrinted(t *testing.T, list []finding.Finding) {
	t.Helper()
	b, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if len(f.Secret) >= 8 && f.Severity > finding.Info && bytes.Contains(b, []byte(f.Secret)) {
			t.Errorf("the JSON of the findings holds the secret of %s%s in clear", f.Path, f.Where)
		}
	}
}

func TestDeletedAndOverwritten(t *testing.T) {
	a, b, c := token(101), token(102), token(103)
	img := Image{Layers: []Layer{
		{Files: []File{Reg("app/.env", "T="+a), Reg("app/conf", "T="+b), Reg("app/moved", "T="+c)}},
		{Files: []File{Whiteout("app/.env")}},
		{Files: []File{Reg("app/conf", "T=none\n")}},
		{Files: []File{Reg("app/moved", "T="+c).Mode(0o600)}},
	}}
	s, in := build(t, img, secrets.Options{})
	list := s.Assemble(in).Findings
	check := func(path string, first, last, deleted int) {
		t.Helper()
		found := at(list, path)
		if len(found) != 1 {
			t.Fatalf("%s: %+v", path, found)
		}
		f := found[0]
		gone := filetree.None
		if f.DeletedIn != nil {
			gone = *f.DeletedIn
		}
		if *f.FirstLayer != first || *f.LastLayer != last || gone != deleted {
			t.Errorf("%s: layers %d to %d, deleted in %d", path, *f.FirstLayer, *f.LastLayer, gone)
		}
		if has := strings.Contains(strings.Join(f.Also, " "), "S050"); has != (deleted >= 0) {
			t.Errorf("%s: also %v", path, f.Also)
		}
	}
	check("app/.env", 0, 0, 1)
	check("app/conf", 0, 0, 2)
	check("app/moved", 0, 3, filetree.None)
}

func TestConfigAndHistory(t *testing.T) {
	tokens := map[string]string{}
	for i, k := range []string{"env", "label", "cmd", "entrypoint", "health", "onbuild", "arg", "run", "annotation", "comment", "gone"} {
		tokens[k] = token(200 + i)
	}
	img := Image{
		Annotations: map[string]string{"a.b/c": tokens["annotation"]},
		Layers: []Layer{
			{CreatedBy: "RUN |2 GH=" + tokens["arg"] + " USER=two words /bin/sh -c make # buildkit", Files: []File{Reg("a", "12345678")}},
			{CreatedBy: "RUN /bin/sh -c curl -H 'Authorization: token " + tokens["run"] + "' https://x.org # buildkit", Files: []File{Reg("b", "12345678")}},
			Step("ENV GONE=" + tokens["gone"]),
		},
		Config: func(c *v1.ConfigFile) {
			c.Config.Env = []string{"PATH=/bin", "GH=" + tokens["env"], "DB_PASSWORD=letmeinplease", "KEY_FILE=/run/key", "SECRET=${SECRET}"}
			c.Config.Labels = map[string]string{"x": tokens["label"], "version": "1.2.3"}
			c.Config.Cmd = []string{"run", "--token", tokens["cmd"]}
			c.Config.Entrypoint = []string{"/init", "--token=" + tokens["entrypoint"]}
			c.Config.Healthcheck = &v1.HealthConfig{Test: []string{"CMD-SHELL", "curl -H 'X: " + tokens["health"] + "'"}}
			c.Config.OnBuild = []string{"ENV A=" + tokens["onbuild"]}
			c.History[1].Comment = tokens["comment"]
		},
	}
	s, in := build(t, img, secrets.Options{})
	list := s.Assemble(in).Findings
	want := map[string]string{
		"env": "S040", "gone": "S040", "arg": "S041", "run": "S042", "label": "S043", "annotation": "S043",
		"cmd": "S044", "entrypoint": "S044", "health": "S044", "onbuild": "S045", "comment": "S045",
	}
	for k, id := range want {
		n := 0
		for _, f := range list {
			if f.Secret == tokens[k] && f.ID == id && f.Severity >= finding.High && f.Where != "" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: %d findings of %s", k, n, id)
		}
	}
	password := false
	for _, f := range list {
		password = password || f.Secret == "letmeinplease" && f.ID == "S040"
		if strings.Contains(f.Secret, "/run/key") || strings.Contains(f.Secret, "${") || f.Secret == "1.2.3" {
			t.Errorf("decoy: %+v", f)
		}
	}
	if !password {
		t.Error("the password in ENV is not found")
	}
	noSecretPrinted(t, list)
}

func TestSameContentEverywhere(t *testing.T) {
	tok := token(300)
	img := Image{}
	for i := range 5 {
		img.Layers = append(img.Layers, Layer{Files: []File{Reg(fmt.Sprintf("d%d/x", i), "T="+tok)}})
	}
	s, in := build(t, img, secrets.Options{})
	list := s.Assemble(in).Findings
	if len(list) != 5 {
		t.Fatalf("%d findings", len(list))
	}
	for i, f := range list {
		if f.Path != fmt.Sprintf("d%d/x", i) || *f.Layer != i {
			t.Errorf("%s in layer %d", f.Path, *f.Layer)
		}
	}
}

func TestAllowAndOwned(t *testing.T) {
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	a, b, c := token(401), token(402), token(403)
	img := Image{Layers: []Layer{{Files: []File{Reg("ok/a", "T="+a), Reg("ok/deep/b", "T="+b), Reg("usr/lib/c", "T="+c)}}}}
	s, in := build(t, img, secrets.Options{
		Now: now,
		Allow: []secrets.Allow{
			{Path: "ok/**", Rule: "S010", Reason: "test"},
			{Path: "usr/**", Reason: "old", Until: now.AddDate(0, 0, -1)},
			{Rule: "S999", Reason: "never"},
		},
		Owned: func(path string, _ layer.Digest) bool { return path == "usr/lib/c" },
	})
	res := s.Assemble(in)
	if len(res.Findings) != 1 || res.Findings[0].Secret != c || res.Findings[0].Severity > finding.Low {
		t.Errorf("%+v", res.Findings)
	}
	if len(res.Notes) != 2 {
		t.Errorf("stale entries: %q", res.Notes)
	}
	if len(res.Values) < 3 {
		t.Error("the redactor does not learn what is allowed")
	}
}
