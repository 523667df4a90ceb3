package secrets_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/analyzer/owned"
	"peel/analyzer/secrets"
	"peel/analyzer/secrets/secrettest"
	"peel/source"
	"peel/source/layer"
	. "peel/source/sourcetest"
)

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
	out := secrets.Image{Config: opened.Config, RawManifest: opened.RawManifest, Base: secrets.NoBase, Owned: new(owned.Index)}
	builder := filetree.NewBuilder(len(opened.Layers))
	for n, l := range opened.Layers {
		idx, err := l.Scan(context.Background(), layer.Options{Inspectors: []layer.Inspector{s, new(owned.Collector)}})
		if err != nil {
			t.Fatal(err)
		}
		if err := builder.Add(n, idx); err != nil {
			t.Fatal(err)
		}
		out.Owned.Add(idx)
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
	a, b, c := secrettest.Token(101), secrettest.Token(102), secrettest.Token(103)
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
		tokens[k] = secrettest.Token(200 + i)
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
	tok := secrettest.Token(300)
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

func TestAllow(t *testing.T) {
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	a, b, c := secrettest.Token(401), secrettest.Token(402), secrettest.Token(403)
	img := Image{Layers: []Layer{{Files: []File{Reg("ok/a", "T="+a), Reg("ok/deep/b", "T="+b), Reg("usr/lib/c", "T="+c)}}}}
	s, in := build(t, img, secrets.Options{
		Now: now,
		Allow: []secrets.Allow{
			{Path: "ok/**", Rule: "S010", Reason: "test"},
			{Path: "usr/**", Reason: "old", Until: now.AddDate(0, 0, -1)},
			{Rule: "S999", Reason: "never"},
		},
	})
	res := s.Assemble(in)
	if len(res.Findings) != 1 || res.Findings[0].Secret != c {
		t.Errorf("%+v", res.Findings)
	}
	if len(res.Notes) != 2 {
		t.Errorf("stale entries: %q", res.Notes)
	}
	if len(res.Values) < 3 {
		t.Error("the redactor does not learn what is allowed")
	}
}

// TestAllowAlso guards entries for checks that findings only name: secrets that
// a later layer deletes.
func TestAllowAlso(t *testing.T) {
	gone, kept := secrettest.Token(421), secrettest.Token(422)
	img := Image{Layers: []Layer{{Files: []File{Reg("tmp/a", "T="+gone), Reg("tmp/b", "T="+kept)}}, {Files: []File{Whiteout("tmp/a")}}}}
	s, in := build(t, img, secrets.Options{Allow: []secrets.Allow{{Rule: "S050", Path: "tmp/**", Reason: "pushed squashed"}}})
	res := s.Assemble(in)
	if len(res.Findings) != 1 || res.Findings[0].Secret != kept || len(res.Notes) != 0 {
		t.Errorf("%+v, %q", res.Findings, res.Notes)
	}
	if !slices.Contains(res.Values, gone) {
		t.Error("the redactor does not learn what is allowed")
	}
}

// TestOwned guards that what a package brought counts less, and only that.
func TestOwned(t *testing.T) {
	conf := "T=" + secrettest.Token(410) + "\n"
	binary := "\x7fELF\x02\x01\x01\x00" + strings.Repeat("\x00\x90", 3000) + secrettest.Token(411) + "\x00"
	mine, script, jar := "T="+secrettest.Token(412)+"\n", "T='"+secrettest.Token(413)+"'\n", zipped("c.properties", "t="+secrettest.Token(414))
	sha, md := sha256.Sum256([]byte(script)), func(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }
	sha1Of := sha1.Sum([]byte(jar))
	img := Image{Layers: []Layer{
		{Files: []File{
			Reg("var/lib/dpkg/status", "Package: conf\nVersion: 1\nConffiles:\n /etc/conf "+md(conf)+"\n"),
			Reg("var/lib/dpkg/info/prog:amd64.md5sums", md(binary)+"  lib/prog\n"+md(mine+"x")+"  usr/share/mine\n"),
			Reg("lib/apk/db/installed", "P:jar\nF:opt\nR:a.jar\nZ:Q1"+base64.StdEncoding.EncodeToString(sha1Of[:])+"\n\n"),
			Reg("usr/lib/python3/site-packages/pip-1.dist-info/RECORD", "s.py,sha256="+base64.RawURLEncoding.EncodeToString(sha[:])+",9\n"),
			Reg("usr/lib/python3/site-packages/s.py", script), Reg("etc/conf", conf), Reg("usr/lib/prog", binary), Reg("usr/share/mine", mine), Reg("opt/a.jar", jar),
			Reg("app/conf", conf),
		}},
		{Files: []File{Whiteout("var/lib/dpkg/info/prog:amd64.md5sums"), Reg("etc/conf", conf).Mode(0o600), Reg("opt/a.jar", zipped("c.properties", "# changed\nt="+secrettest.Token(414)))}},
	}}
	s, in := build(t, img, secrets.Options{})
	for path, pkg := range map[string]string{
		"etc/conf": "conf", "usr/lib/prog": "prog", "usr/lib/python3/site-packages/s.py": "pip", "usr/share/mine": "", "app/conf": "", "opt/a.jar": "",
	} {
		list := at(s.Assemble(in).Findings, path)
		if len(list) != 1 {
			t.Fatalf("%s: %+v", path, list)
		}
		if f := list[0]; (f.Severity < finding.High) != (pkg != "") || strings.Contains(f.Reason, "unmodified") != (pkg != "") || !strings.HasSuffix(f.Reason, pkg) {
			t.Errorf("%s: %v, %q", path, f.Severity, f.Reason)
		}
	}
}

// TestEverydayWords guards that a password which is an ordinary word does not
// become a value that is masked wherever it occurs: it is masked where it is one,
// in the config too. Examples of nothing are no findings.
func TestEverydayWords(t *testing.T) {
	img := Image{
		Layers: []Layer{{Files: []File{
			Reg("doc/README.md", "The file is where your credentials are stored when you invoke `docker login`.\nftp://foo:bar@host/\nftp://me:xyzzy@host/\nftp://me:Passwort@host/\n"),
			Reg("app/run.sh", "curl ftp://me:kX9qTz4vLm@host/\nmysqldump -ukim -pwindsurfing db\n"),
		}}},
		Config: func(c *v1.ConfigFile) { c.Config.Env = []string{"DB_PASSWORD=windsurf"} },
	}
	s, in := build(t, img, secrets.Options{})
	res := s.Assemble(in)
	slices.Sort(res.Values)
	if !slices.Equal(res.Values, []string{"kX9qTz4vLm"}) || !slices.Equal(res.Words, []string{"Passwort", "windsurf", "windsurfing", "xyzzy"}) {
		t.Errorf("values %q, words %q: %+v", res.Values, res.Words, res.Findings)
	}
	if own := res.Own["config.Env[0]"]; len(res.Own) != 1 || !slices.Equal(own, []string{"windsurf"}) {
		t.Errorf("own places %q", res.Own)
	}
}

// TestNames guards that a token that is only in a name is found, once at each
// path, and is masked from then on; and that names alone make no secret.
func TestNames(t *testing.T) {
	file, dir, link, both, gone := secrettest.Token(431), secrettest.Token(432), secrettest.Token(433), secrettest.Token(434), secrettest.Token(435)
	img := Image{Layers: []Layer{
		{Files: []File{
			Reg("a/with-"+file+".txt", "x"), Reg("b/with-"+file+".txt", "x"), Dir("dir-"+dir, 0o755), Reg("dir-"+dir+"/x", "nothing in it"),
			Symlink("link", "/srv/"+link+"/y"), Reg("c-"+both, "T="+both), Reg("d-"+gone, ""),
			Reg("password=kX9qTz4vLm8w", "x"), Reg("etc/secret_key_base", "x"),
		}},
		{Files: []File{Whiteout("d-" + gone), Reg("a/with-"+file+".txt", "y")}},
	}}
	s, in := build(t, img, secrets.Options{})
	res := s.Assemble(in)
	var got []string
	for _, f := range res.Findings {
		got = append(got, fmt.Sprintf("%s %s %s %d-%d %v %d %s", f.ID, f.Severity, f.Path, *f.FirstLayer, *f.LastLayer, f.Also, f.Line, f.Reason))
	}
	slices.Sort(got)
	name := func(path, layers, what string) string {
		return fmt.Sprintf("S010 critical %s %s [] 0 %s; the checksum is right: issued by GitHub", path, layers, what)
	}
	want := []string{
		name("a/with-"+file+".txt", "0-1", "in the name of the file"),
		name("b/with-"+file+".txt", "0-0", "in the name of the file"),
		"S010 critical c-" + both + " 0-0 [] 1 the checksum is right: issued by GitHub",
		strings.Replace(name("d-"+gone, "0-0", "in the name of the file"), "[]", "[S050]", 1),
		name("dir-"+dir, "0-0", "in the name of the directory"),
		name("link", "0-0", "in the target of the symbolic link"),
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, tok := range []string{file, dir, link, both, gone} {
		if !slices.Contains(res.Values, tok) {
			t.Error("the redactor does not learn", tok)
		}
	}
}
