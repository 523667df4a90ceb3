package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"peel/analyzer/secrets/secrettest"
	"peel/ui"
)

// TestCrash guards that a defect is told without the secrets in its text, with
// the place where it is.
func TestCrash(t *testing.T) {
	token := secrettest.Token(7)
	var b strings.Builder
	if code := crashed(&b, "index of "+token+"\x1b[2J", "goroutine 1:\n\tmain.go:12 "+token+"\n"); code != exitImage {
		t.Error(code)
	}
	out := b.String()
	if strings.Contains(out, token) || strings.Contains(out, "\x1b") || !strings.Contains(out, "main.go:12 ghp_…") || !strings.Contains(out, "peel: internal error, please report it: index of ghp_…") {
		t.Errorf("%q", out)
	}
}

// TestCrashesAreCaught guards that neither a command nor the screens bring the
// runtime to print a panic.
func TestCrashesAreCaught(t *testing.T) {
	token := secrettest.Token(8)
	for name, err := range map[string]error{"screens": fmt.Errorf("x: %w", &ui.Crash{Value: "boom " + token, Stack: "at ui.go"}), "command": nil} {
		var b strings.Builder
		s := streams{out: &b, err: &b, env: func(string) string { return "" }}
		code := guard(s.err, func() int {
			root := &cobra.Command{Use: "peel", RunE: func(*cobra.Command, []string) error {
				if err == nil {
					panic(errors.New("boom " + token))
				}
				return err
			}, SilenceErrors: true, SilenceUsage: true}
			return called(context.Background(), root, nil, s)
		})
		if out := b.String(); code != exitImage || strings.Contains(out, token) || !strings.Contains(out, "boom ghp_…") || !strings.Contains(out, ".go") {
			t.Errorf("%s: %d %q", name, code, out)
		}
	}
}
