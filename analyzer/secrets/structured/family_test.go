package structured

import (
	"strings"
	"testing"

	"peel/analyzer/finding"
)

// TestEveryDirectiveIsTaken guards that each line of the table is found in a file
// of each of its names, with and without quotes, and that a placeholder is not.
func TestEveryDirectiveIsTaken(t *testing.T) {
	for i := range families {
		fam := &families[i]
		for _, name := range fam.names {
			path := "srv/" + strings.ReplaceAll(name, "*", "x")
			if n := SyntaxOf(path).family(); n != i+1 && !strings.HasPrefix(name, "*.") {
				t.Errorf("%s is of family %d, not %d", path, n, i+1)
			}
		}
		for _, line := range fam.lines {
			for _, secret := range []string{"Hkm1qPz8RtYx", "copper-lantern", `"copper-lantern"`} {
				want := strings.Trim(secret, `"`)
				if strings.Contains(line, "::") {
					secret = b64(want)
				}
				f := file{base: "x", text: "# a comment\n  " + fill(line, secret) + "\nother line\n"}
				f.familyFields(i + 1)
				if len(f.hits) != 1 || f.hits[0].Value != want || f.hits[0].Line != 2 || f.hits[0].Severity != finding.High {
					t.Errorf("%s: %q: %+v", fam.names[0], fill(line, secret), f.hits)
				}
			}
			f := file{base: "x", text: fill(line, "changeme") + "\n" + fill(line, "${PW}") + "\n"}
			if f.familyFields(i + 1); len(f.hits) > 0 {
				t.Errorf("%s: %q: %+v", fam.names[0], f.text, f.hits)
			}
		}
	}
}

// fill makes a line that a pattern means.
func fill(pattern, secret string) string {
	var out []string
	for w := range strings.FieldsSeq(pattern) {
		if w == "…" {
			continue
		}
		w, isValue := strings.CutSuffix(w, "{}")
		w = strings.ReplaceAll(strings.ReplaceAll(w, "*", "ann"), "NAME", "db_password")
		if isValue {
			w += secret
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}
