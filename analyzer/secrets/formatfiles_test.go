package secrets

import (
	"encoding/base64"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"peel/analyzer/finding"
)

// notFound are the formats of the measurement in which a random value, or one of
// two words, is not found at medium or above, with the reason.
var notFound = map[string]string{
	"etc/consul.d/acl.hcl random":         "the name says nothing",
	"etc/consul.d/acl.hcl words":          "the name says nothing",
	"root/.ncftp/bookmarks random":        "a place without a name",
	"root/.ncftp/bookmarks words":         "a place without a name",
	"etc/hadoop/core-site.xml words":      "a key of words is low",
	"etc/gitlab-runner/config.toml words": "a token of words is low",
	"etc/nginx/conf.d/set.conf words":     "a token of words is low",
	"app/azure.json words":                "a key of words is low",
	"app/android/strings.xml words":       "words in a file of messages",
	"infra/node.rb words":                 "words in code, without a user beside them",
	"app/notes.md words":                  "words in prose",
}

// TestFormatFiles guards what is found in the files that secrets-eval measures on.
func TestFormatFiles(t *testing.T) {
	b, err := os.ReadFile("../../testdata/secretseval/formats.txtar")
	if err != nil {
		t.Fatal(err)
	}
	s := scanner(t)
	for kind, secret := range map[string]string{"random": "gT7kq2Vw9xHm4RzYb3Lc", "words": "copper-lantern"} {
		for _, f := range txtar.Parse(b).Files {
			text := strings.NewReplacer("{}", secret, "{base64}", in64(secret), "{basic}", in64("svc:"+secret), "{hex}", inHex(secret), "{percent}", secret).Replace(string(f.Data))
			found := false
			for _, hit := range s.Scan(f.Name, []byte(text)) {
				found = found || hit.Severity >= finding.Medium && (strings.Contains(hit.Secret, secret) || strings.Contains(hit.Secret, in64(secret)))
			}
			if _, missed := notFound[f.Name+" "+kind]; found == missed {
				t.Errorf("%s %s: found is %v", f.Name, kind, found)
			}
		}
	}
}

func in64(s string) string  { return base64.StdEncoding.EncodeToString([]byte(s)) }
func inHex(s string) string { return hex.EncodeToString([]byte(s)) }
