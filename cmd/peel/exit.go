package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"peel/analyzer/text"
	"peel/source"
	"peel/source/registry"
	"peel/ui"
)

// The exit codes. They are never mixed: each says who has to act.
const (
	exitOK     = 0
	exitPolicy = 1 // the image breaks the policy: its author
	exitUsage  = 2 // the call or the configuration is wrong: the caller
	exitImage  = 3 // the image could not be analysed, or not wholly
)

// errUsage marks errors of the call or the configuration.
var errUsage = errors.New("usage")

// codeError ends peel with an exit code and without a message of its own: what
// is to be said has been said.
type codeError int

func (c codeError) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

func usage(err error) error { return fmt.Errorf("%w%w", silent{errUsage}, err) }

// silent lends its identity to an error without adding to the message.
type silent struct{ error }

func (silent) Error() string   { return "" }
func (s silent) Unwrap() error { return s.error }

// exitCode says what to exit with, and prints err if nobody has. command is what
// was called, "peel findings".
func exitCode(w io.Writer, err error, command string) int {
	var code codeError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	}
	var crash *ui.Crash
	if errors.As(err, &crash) {
		return crashed(w, crash.Value, crash.Stack)
	}
	printError(w, err, command)
	if errors.Is(err, errUsage) || errors.Is(err, source.ErrReference) || errors.Is(err, registry.ErrConfig) {
		return exitUsage
	}
	return exitImage
}

// printError writes an error and, indented below it, what was tried and what
// can be done.
func printError(w io.Writer, err error, command string) {
	var open *source.OpenError
	if !errors.As(err, &open) {
		fmt.Fprintf(w, "peel: %s\n", lines(err))
		if errors.Is(err, errUsage) {
			fmt.Fprintf(w, "  try: %s --help\n", command)
		}
		return
	}
	fmt.Fprintf(w, "peel: could not open %s\n", text.Clean(open.Reference))
	for _, a := range open.Attempts {
		fmt.Fprintf(w, "  tried %s: %s\n", a.Kind, lines(a.Err))
	}
	for _, h := range open.Hints {
		fmt.Fprintf(w, "  hint: %s\n", text.Clean(h))
	}
}

// lines is an error's message, safe to print. One that joins others has a line
// for each; those after the first are indented.
func lines(err error) string {
	parts := strings.Split(err.Error(), "\n")
	for i := range parts {
		parts[i] = text.Clean(parts[i])
	}
	return strings.Join(parts, "\n  ")
}
