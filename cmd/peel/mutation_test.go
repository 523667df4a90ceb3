package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"peel/source/sourcetest"
)

// TestMutatedDocuments guards against documents that no tool writes: whatever is
// absent, null, or of another type in a config, a manifest or an index, each verb
// says what it thinks of it, and none breaks down.
func TestMutatedDocuments(t *testing.T) {
	for seed := range uint64(200) {
		mutated(t, seed)
	}
}

func FuzzMutatedDocuments(f *testing.F) {
	f.Fuzz(func(t *testing.T, seed uint64) { mutated(t, seed) })
}

func mutated(t *testing.T, seed uint64) {
	dir := t.TempDir()
	what, err := sourcetest.Mutated(dir, seed)
	if err != nil {
		t.Fatal(err)
	}
	ref := "oci:" + dir
	verbs := [][]string{
		{"--json", "-", ref}, {"--plain", "--ci", ref}, {"--platform", "linux/arm64", "--plain", ref}, {"--base", ref, "--plain", ref},
		{"findings", ref}, {"findings", "--checklist", ref}, {"harden", ref}, {"harden", "--format", "kubernetes", ref}, {"dockerignore", ref},
	}
	if seed%20 == 0 { // catalogers take a while
		verbs = append(verbs, []string{"packages", ref}, []string{"packages", "-o", "cyclonedx-json", ref})
	}
	for _, args := range verbs {
		var out, errs bytes.Buffer
		code := execute(context.Background(), args, streams{
			in: strings.NewReader(""), out: &out, err: &errs, env: func(string) string { return "" },
		})
		if strings.Contains(errs.String(), "internal error") || strings.Contains(out.String(), "internal error") || code < 0 || code > exitImage {
			t.Errorf("seed %d, %s\npeel %q: exit code %d\n%s", seed, what, args[:len(args)-1], code, errs.String())
		}
		if strings.ContainsRune(out.String()+errs.String(), '\x1b') {
			t.Errorf("seed %d, %s\npeel %q prints an escape sequence", seed, what, args[:len(args)-1])
		}
	}
}
