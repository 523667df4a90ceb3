package main

import (
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"peel/analyzer/redact"
	"peel/analyzer/secrets"
	"peel/analyzer/text"
)

// guard runs what gives an exit code, and tells of its panic.
func guard(w io.Writer, run func() int) (code int) {
	defer func() {
		if v := recover(); v != nil {
			code = crashed(w, fmt.Sprint(v), string(debug.Stack()))
		}
	}()
	return run()
}

// crashed tells of a defect of peel: what it panicked with, and where, without
// the secrets among it. It returns the exit code.
func crashed(w io.Writer, value, stack string) int {
	value, stack = withoutSecrets(value, stack)
	fmt.Fprintf(w, "peel: internal error, please report it: %s\n", text.Clean(value))
	for line := range strings.Lines(stack) {
		fmt.Fprintf(w, "  %s\n", text.Clean(strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "  ")))
	}
	return exitImage
}

// withoutSecrets masks what its form tells in both texts. Nothing of the first is
// left if the search for it breaks down as well.
func withoutSecrets(value, stack string) (v, st string) {
	defer func() {
		if recover() != nil {
			v, st = "what it was cannot be shown", stack
		}
	}()
	hide := redact.New(secrets.OwnRules().Values(value + "\n" + stack))
	return hide.String(value), hide.String(stack)
}
