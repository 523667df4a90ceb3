package secrets

import (
	"strings"
	"testing"
)

// TestOneFindingEach guards that what several rules and parsers see is told once.
func TestOneFindingEach(t *testing.T) {
	tok, other := signed("ghp_", random30), signed("ghp_", "z"+random30[1:])
	const secret = "kR7s9fQ2LmX0vT8uYbN4cZ6wE1hJ3gD5pA+iO/Kx"
	for _, c := range []struct {
		what, path, text string
		line             int
		reason           string
	}{
		{"the same token on three lines", "a.txt", "\nx = " + tok + "\ny = " + tok + "\n\nz = '" + tok + "'\n", 2, "and on 2 more lines"},
		{"twice on one line", "a.txt", "x = " + tok + ", " + tok + "\n", 1, ""},
		{"a variable and a token, later alone", ".env", "A=1\n# " + tok + "\nGH_TOKEN=" + tok + "\n", 2, "and on 1 more line"},
		{"an id and its secret", ".aws/credentials", "[default]\naws_access_key_id = AKIAQ3EGRBSIWJ5TMPQK\naws_secret_access_key = " + secret + "\n", 3, ""},
		{"the secret first", ".aws/credentials", "[default]\naws_secret_access_key = " + secret + "\naws_access_key_id = AKIAQ3EGRBSIWJ5TMPQK\n", 2, ""},
		{"a pair anywhere", "a.py", "aws_secret = '" + secret + "'\naws_id = 'AKIAQ3EGRBSIWJ5TMPQK'\n", 2, "its secret"},
		{"user and password in a history", ".bash_history", "ls\ncurl -u bob:Hkm1qPz8RtYx https://x.example.org\n", 2, ""},
		{"a URL's password in a known file", ".git/config", "[remote \"o\"]\n\turl = https://x:" + tok + "@github.com/a/b\n", 2, ""},
	} {
		list := scanner(t).Scan(c.path, []byte(c.text))
		if len(list) != 1 {
			t.Errorf("%s: %d findings: %+v", c.what, len(list), list)
			continue
		}
		if list[0].Line != c.line || !strings.Contains(list[0].Reason, c.reason) {
			t.Errorf("%s: line %d, %q", c.what, list[0].Line, list[0].Reason)
		}
	}
	if list := scanner(t).Scan("a.txt", []byte(tok+"\n"+other+"\n")); len(list) != 2 {
		t.Errorf("two tokens are %d findings", len(list))
	}
}
