package source_test

import (
	"errors"
	"os"
	"testing"

	"peel/source"
)

// FuzzParseReference guards that whatever a user types is a reference or
// ErrReference, and names something to ask.
func FuzzParseReference(f *testing.F) {
	for _, s := range []string{
		"", "-", "debian", "debian:12", "registry:5000/app", "registry:debian", "docker://x", "docker-archive:///a.tar:1",
		"oci:dir:tag", "oci-archive:a@0", "sample:", "sample:x", "./x", "a.tar:@0", "a@sha256:00", "oci:-", "file", "file:1", "file@9", "dir", "dir:1", ":", "@", "::",
	} {
		f.Add(s)
	}
	f.Chdir(f.TempDir())
	if err := os.WriteFile("file", nil, 0o600); err != nil {
		f.Fatal(err)
	}
	if err := os.Mkdir("dir", 0o700); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := source.ParseReference(s)
		switch {
		case err != nil:
			if !errors.Is(err, source.ErrReference) {
				t.Errorf("%q: %v", s, err)
			}
		case ref.Kind != source.Sample && ref.Path == "" && ref.Name == "":
			t.Errorf("%q names nothing: %+v", s, ref)
		}
	})
}
