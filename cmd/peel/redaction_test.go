package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	. "peel/source/sourcetest"
)

// githubToken makes a token whose checksum is right: 30 characters and the
// CRC-32 of them in base 62.
func githubToken(payload string) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := crc32.ChecksumIEEE([]byte(payload))
	check := make([]byte, 6)
	for i := len(check) - 1; i >= 0; i-- {
		check[i] = digits[sum%62]
		sum /= 62
	}
	return "ghp_" + payload + string(check)
}

// planted is an image that says a token in every place that an output repeats.
func planted(token string) Image {
	return Image{
		Names: []string{"planted:1"},
		Layers: []Layer{
			{Files: []File{Reg("app/token.txt", "token = "+token+"\n"), Reg("app/name-"+token, "x")}, CreatedBy: "RUN /bin/sh -c curl -H 'Authorization: Bearer " + token + "' https://example.com # buildkit"},
			{Files: []File{Whiteout("app/token.txt")}, CreatedBy: "RUN |1 TOKEN=" + token + " /bin/sh -c rm app/token.txt", Comment: "with " + token},
			Step("ENV GITHUB_TOKEN=" + token),
		},
		Config: func(c *v1.ConfigFile) {
			c.Author = "author " + token
			c.Config.Env = []string{"PATH=/bin", "GITHUB_TOKEN=" + token, "BASIC=" + base64.StdEncoding.EncodeToString([]byte("user:"+token))}
			c.Config.Labels = map[string]string{"note": "deploy with " + token}
			c.Config.Cmd = []string{"serve", "--token", token}
			c.Config.Entrypoint = []string{"/bin/sh", "-c", "export T=" + token}
			c.Config.OnBuild = []string{"RUN echo " + token}
			c.Config.Healthcheck = &v1.HealthConfig{Test: []string{"CMD", "curl", "https://u:" + token + "@example.com"}}
		},
	}
}

// TestNoOutputRepeatsASecret guards the redactor that stands before every output.
func TestNoOutputRepeatsASecret(t *testing.T) {
	token := githubToken("qR8sT2uV5wX1yZ4aB7cD0eF3gH6iJ9")
	dir := t.TempDir()
	archive, report := filepath.Join(dir, "image.tar"), filepath.Join(dir, "report.json")
	var b bytes.Buffer
	if err := DockerArchive25(&b, planted(token)); err != nil {
		t.Fatal(err)
	}
	truncated := filepath.Join(dir, "cut.tar")
	for path, content := range map[string][]byte{archive: b.Bytes(), truncated: b.Bytes()[:b.Len()-4096]} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"--plain", archive},
		{"--json", "-", archive},
		{"--ci", "--json", report, archive},
		{"--ci", "--json", "-", truncated},
		{"--plain", truncated},
	} {
		args = append([]string{"--scanners", "waste,secrets"}, args...)
		t.Run(strings.Join(args[2:len(args)-1], " "), func(t *testing.T) {
			var out, errs bytes.Buffer
			execute(context.Background(), args, streams{in: strings.NewReader(""), out: &out, err: &errs, env: func(string) string { return "" }})
			written, _ := os.ReadFile(report)
			for name, text := range map[string]string{"stdout": out.String(), "stderr": errs.String(), "the file": string(written)} {
				for _, secret := range []string{token, token[8:30], base64.StdEncoding.EncodeToString([]byte("user:" + token))[8:40]} {
					if i := strings.Index(text, secret); i >= 0 {
						t.Errorf("%s says the secret: %q", name, text[max(0, i-80):min(len(text), i+80)])
					}
				}
			}
		})
	}
	var out bytes.Buffer
	execute(context.Background(), []string{"--scanners", "waste,secrets", "--plain", archive}, streams{out: &out, err: &out, env: func(string) string { return "" }})
	if !strings.Contains(out.String(), "S010") || !strings.Contains(out.String(), "removed in layer 2") {
		t.Errorf("the token is not found in its file:\n%s", out.String())
	}
}
