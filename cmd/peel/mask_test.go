package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	. "peel/source/sourcetest"
)

// everywhere is an image in which a .env file holds a value, and all that outputs
// repeat has it too: labels, environment, command, history, names of files and
// directories, targets of links, and what packages say of themselves.
func everywhere(value string) Image {
	q, _ := json.Marshal(value)
	name := strings.NewReplacer("/", "_", "\n", "_").Replace(value)
	return Image{
		Names: []string{"planted:1"},
		Layers: []Layer{
			{CreatedBy: "COPY . /app # " + value, Comment: "c " + value, Files: []File{
				Reg("app/.env", "DB_PASSWORD="+value+"\n"), Reg("app/"+name+"/file", "x"), Reg("app/with-"+name+".txt", "x"), Symlink("app/link", "/srv/"+value),
				Reg("app/other.conf", "unrelated "+value+"\n"),
				Reg("app/node_modules/p/package.json", `{"name":"p-x","version":"1.0.0","license":`+string(q)+`,"homepage":`+string(q)+`,"author":`+string(q)+`}`),
				Reg("usr/lib/python3/site-packages/q-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: q\nVersion: 1\nLicense: "+value+"\n"),
			}},
			Step("ENV NOTE=" + value),
		},
		Config: func(c *v1.ConfigFile) {
			c.Author = "by " + value
			c.Config.Env = []string{"PATH=/bin", "NOTE=" + value}
			c.Config.Labels = map[string]string{"note": value, "org.opencontainers.image.title": "t " + value}
			c.Config.Cmd = []string{"serve", value}
		},
	}
}

// TestMaskEverywhere guards that what any file tells to be a secret is in no output
// in clear, of whatever verb and form; and that a password which is an ordinary
// word leaves paths as they are.
func TestMaskEverywhere(t *testing.T) {
	for _, test := range []struct {
		name, value string
		ordinary    bool
	}{
		{"a token", githubToken("qR8sT2uV5wX1yZ4aB7cD0eF3gH6iJ9"), false},
		{"random", "kX9qTz4vLm8wPd2c", false},
		{"a passphrase", "correct-horse-battery", false},
		{"escaped", `a"b\\c<d>&e$f9'g(h)Q7`, false},
		{"a word", "wordpress", true},
	} {
		path := filepath.Join(t.TempDir(), "image.tar")
		var b bytes.Buffer
		if err := DockerArchive25(&b, everywhere(test.value)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"--plain", "--verbose", path}, {"--ci", path}, {"--json", "-", path}, {"--scanners", "secrets,packages", "--json", "-", path},
			{"findings", path}, {"findings", "--json", path}, {"findings", "--checklist", path}, {"harden", path}, {"dockerignore", path},
			{"packages", path}, {"packages", "--json", path}, {"packages", "-o", "cyclonedx-json", path}, {"packages", "-o", "spdx-json", path}, {"packages", "-o", "syft-json", path},
		} {
			var out, errs bytes.Buffer
			execute(context.Background(), args, streams{in: strings.NewReader(""), out: &out, err: &errs, env: func(string) string { return "" }})
			text := out.String() + errs.String()
			verb := strings.Join(args[:len(args)-1], " ")
			if out.Len() == 0 && verb != "dockerignore" {
				t.Errorf("%s, peel %s: nothing: %s", test.name, verb, errs.String())
			}
			if test.ordinary {
				if strings.Contains(text, "wor…") && strings.Contains(text, "/app/wor…") || strings.Contains(text, "DB_PASSWORD="+test.value) {
					t.Errorf("%s, peel %s: a path is masked, or the assignment is not", test.name, verb)
				}
				continue
			}
			quoted, _ := json.Marshal(test.value)
			for _, form := range []string{test.value, strings.Trim(string(quoted), `"`)} {
				if i := strings.Index(text, form); i >= 0 {
					t.Errorf("%s, peel %s says it: %q", test.name, verb, text[max(0, i-60):min(len(text), i+60)])
				}
			}
		}
	}
}

// TestNotLookedFor guards that an output tells where files were not searched.
func TestNotLookedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "image.tar")
	var b bytes.Buffer
	if err := DockerArchive25(&b, everywhere("kX9qTz4vLm8wPd2c")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--scanners", "waste", "--json", "-", path}, {"--scanners", "waste", "--plain", path}} {
		var out, errs bytes.Buffer
		execute(context.Background(), args, streams{in: strings.NewReader(""), out: &out, err: &errs, env: func(string) string { return "" }})
		if !strings.Contains(strings.ReplaceAll(out.String(), "\n", " "), "files were not searched for secrets") {
			t.Errorf("peel %v does not say so:\n%s", args[:3], out.String())
		}
		for _, place := range []string{"NOTE=kX9", `"note":`, "t kX9q"} {
			if strings.Contains(out.String(), place) {
				t.Errorf("peel %v has %s", args[:3], place)
			}
		}
	}
}
