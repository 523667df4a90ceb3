package analyzer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer"
	"peel/analyzer/check"
	"peel/analyzer/finding"
	"peel/analyzer/secrets"
	"peel/analyzer/secrets/secrettest"
	"peel/source"
	. "peel/source/sourcetest"
)

// place is where a token is planted, and how it is to be told.
type place struct {
	check, at string // Path or Where
	layer     int    // -1: none
	gone      int    // -1: never
}

// everywhere has a token in each place of an image that is no file of a known
// form, beside places where no secret is.
func everywhere() (Index, map[string]place) {
	tokens := map[string]place{}
	plant := func(check, at string, layer, gone int) string {
		t := secrettest.Token(len(tokens))
		tokens[t] = place{check, at, layer, gone}
		return t
	}
	img := Image{
		Annotations: map[string]string{"a.b/c": plant("S043", `manifest.annotations["a.b/c"]`, -1, -1), "org.opencontainers.image.version": "1.2.3"},
		Layers: []Layer{
			{CreatedBy: "COPY . . # buildkit", Files: []File{
				Reg("app/a", "t="+plant("S010", "app/a", 0, -1)), Hardlink("app/b", "app/a"),
				Reg("app/gone", "t="+plant("S010", "app/gone", 0, 2)), Reg("app/over", "t="+plant("S010", "app/over", 0, 1)),
				Reg("linked/x", "t="+plant("S010", "linked/x", 0, -1)), Hardlink("linked/y", "linked/x"),
				Reg("both/x", "t="+plant("S010", "both/x", 0, 2)), Hardlink("both/y", "both/x"),
				Reg("decoy/env", "TOKEN=${TOKEN}\nPASSWORD=changeme\n"),
			}},
			{CreatedBy: "RUN |3 GH=" + plant("S041", "history[1].created_by", 1, -1) + " VERSION=1.2.3 EMPTY= /bin/sh -c make # buildkit", Files: []File{Reg("app/over", "t=none")}},
			{CreatedBy: "RUN /bin/sh -c curl -H 'Authorization: token " + plant("S042", "history[2].created_by", 2, -1) + "' https://x.org # buildkit",
				Files: []File{Whiteout("app/gone"), Whiteout("linked/x"), Whiteout("both")}},
			Step("ENV TAKEN_BACK=" + plant("S040", "history[3].created_by", -1, -1)),
		},
	}
	env, label, cmd, health, build := plant("S040", "config.Env[1]", -1, -1), plant("S043", `config.Labels["note"]`, -1, -1), plant("S044", "config.Cmd", -1, -1), plant("S044", "config.Healthcheck", -1, -1), plant("S045", "config.OnBuild[0]", -1, -1)
	img.Config = func(c *v1.ConfigFile) {
		c.Config.Env = []string{"PATH=/bin", "GH_TOKEN=" + env, "TOKEN_FILE=/run/secrets/token", "SECRET=${SECRET}", "PASSWORD_MIN_LENGTH=12"}
		c.Config.Labels = map[string]string{"note": "use " + label, "org.opencontainers.image.revision": "85ed0817af83a24ad8da68c2b5094de69833983c"}
		c.Config.Cmd = []string{"run", "--token", cmd}
		c.Config.Healthcheck = &v1.HealthConfig{Test: []string{"CMD-SHELL", "curl -H 'X-Token: " + health + "' localhost"}}
		c.Config.OnBuild = []string{"ENV T=" + build}
	}
	arg := plant("S052", `attestation[0].predicate.invocation.parameters.args["build-arg:GH"]`, -1, -1)
	statement, err := json.Marshal(map[string]any{"predicate": map[string]any{"invocation": map[string]any{"parameters": map[string]any{
		"args": map[string]string{"build-arg:GH": arg, "build-arg:VERSION": "1.2.3", "cmdline": "docker/dockerfile:1", "filename": "Dockerfile"},
	}}, "metadata": map[string]any{"vcs:revision": "85ed0817af83a24ad8da68c2b5094de69833983c"}}})
	if err != nil {
		panic(err)
	}
	idx := Index{
		Annotations: map[string]string{"note": plant("S043", `index.annotations["note"]`, -1, -1)},
		Entries:     []Entry{img, Attestation{For: img, Statements: map[string]string{"https://slsa.dev/provenance/v0.2": string(statement)}}},
	}
	return idx, tokens
}

// TestSecretsEverywhere guards that a secret is found in every place, at random
// access and from a stream, that the layers are right, that nothing else is
// found, and that nothing leads from the analysis to one.
func TestSecretsEverywhere(t *testing.T) {
	idx, tokens := everywhere()
	var tar, zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	err := OCIArchive(&tar, idx)
	if err == nil {
		_, err = z.Write(tar.Bytes())
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"image.tar": tar.Bytes(), "image.tar.gz": zipped.Bytes()} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			session := examine(t, path)
			a, times := session.Latest(), map[string]int{}
			for _, f := range a.Findings {
				secret := strings.Join(session.SecretsOf(&f), "\n")
				times[secret]++
				p, ok := tokens[secret]
				if !ok {
					if f.Severity > finding.Info && strings.HasPrefix(f.ID, secrets.Family.Letter) {
						t.Errorf("found what is none: %s %s%s %q", f.ID, f.Path, f.Where, secret)
					}
					continue
				}
				if !f.Masked {
					t.Errorf("%s %s%s does not say that a secret is masked", f.ID, f.Path, f.Where)
				}
				got := place{f.ID, f.Path + f.Where, number(f.Layer), number(f.DeletedIn)}
				if got != p || slices.Contains(f.Also, "S050") != (p.gone >= 0) {
					t.Errorf("got %+v, also %v, want %+v", got, f.Also, p)
				}
			}
			for tok, p := range tokens {
				if n := times[tok]; n != 1 {
					t.Errorf("%+v: %d findings", p, n)
				}
			}
			for tok, p := range tokens {
				for _, at := range reachable(a, tok) {
					t.Errorf("the secret of %s is in the analysis, at %s", p.at, at)
				}
			}
		})
	}
}

// TestDocumentsAreMaskedUnasked guards that secrets of the config and the history
// are masked where nobody looks for secrets: reports repeat these documents.
func TestDocumentsAreMaskedUnasked(t *testing.T) {
	idx, tokens := everywhere()
	path := filepath.Join(t.TempDir(), "image.tar")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(OCIArchive(f, idx), f.Close()); err != nil {
		t.Fatal(err)
	}
	img, err := source.Open(context.Background(), path, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	a, err := analyzer.Start(context.Background(), img, analyzer.Options{}).Wait()
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Findings) > 0 || len(a.Families) > 0 {
		t.Errorf("%v found %d", a.Families, len(a.Findings))
	}
	for tok, p := range tokens {
		for _, at := range reachable(a, tok) {
			t.Errorf("the secret of %s is in the analysis, at %s", p.at, at)
		}
		if p.at == "config.Cmd" && a.Redactor.String(tok) == tok {
			t.Error("the redactor does not know what was hidden")
		}
	}
}

// examine runs all checks.
func examine(t *testing.T, path string) *analyzer.Session {
	t.Helper()
	s, err := secrets.New(secrets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	how := analyzer.Options{Secrets: s, Checks: check.Families()}
	opts := source.Options{}
	opts.Scan.Inspectors = how.Inspectors()
	img, err := source.Open(context.Background(), path, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	session := analyzer.Start(context.Background(), img, how)
	if _, err := session.Wait(); err != nil {
		t.Fatal(err)
	}
	return session
}

func number(p *int) int {
	if p == nil {
		return -1
	}
	return *p
}

// TestEscapedSecretsAreMasked guards that a secret of the config is masked in the
// config as it lies in the image, though JSON escapes hide it there.
func TestEscapedSecretsAreMasked(t *testing.T) {
	raw := []byte(`{"os":"linux","architecture":"amd64","rootfs":{"type":"layers"},"config":{"Env":["DB_PASSWORD=kX9\u002dqTz\/4vLm\u0026w2"]}}`)
	var c v1.ConfigFile
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	a, err := analyzer.Start(context.Background(), &source.Image{Config: &c, RawConfig: raw}, analyzer.Options{}).Wait()
	if err != nil {
		t.Fatal(err)
	}
	want := bytes.Replace(raw, []byte(`\u002dqTz\/4vLm\u0026w2`), []byte("\\u002d…2"), 1)
	if !bytes.Equal(a.Image.RawConfig, want) {
		t.Errorf("got  %s\nwant %s", a.Image.RawConfig, want)
	}
}
