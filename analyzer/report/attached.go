package report

import (
	"peel/analyzer/attached"
	"peel/analyzer/text"
)

func attachedOf(a attached.Artifact) Attached {
	out := Attached{
		Kind: string(a.Kind), Format: text.UTF8(a.Format), Via: a.Via, Digest: a.Digest, Subject: a.Subject,
		Verified: a.Verified.String(), Problem: text.UTF8(a.Problem),
	}
	for _, c := range a.Claims {
		out.Claims = append(out.Claims, text.UTF8(c))
	}
	return out
}

// words are how people call what is attached.
var words = map[string]string{
	string(attached.Signature): "signature", string(attached.SBOM): "SBOM", string(attached.Provenance): "provenance",
	string(attached.Statement): "statement", string(attached.Other): "artifact",
}

// attached tells what lies beside the image, and what it claims.
func (t *textWriter) attached() {
	if len(t.r.Attached) == 0 {
		return
	}
	t.section()
	for _, a := range t.r.Attached {
		t.prose("", "Attached: %s, %s, %s; by %s.", words[a.Kind], text.Clean(a.Format), a.Verified, a.Via)
		for _, c := range a.Claims {
			t.prose("  ", "It says: %s.", text.Clean(c))
		}
		if a.Problem != "" {
			t.prose("  ", "%s.", capital(text.Clean(a.Problem)))
		}
	}
}
