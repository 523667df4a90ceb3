package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// streams are what a command reads and writes. The result goes to out, all else
// to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	inTTY    bool // in is a terminal
	outTTY   bool
	errTTY   bool
}

func systemStreams() streams {
	return streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv,
		inTTY:  term.IsTerminal(int(os.Stdin.Fd())),
		outTTY: term.IsTerminal(int(os.Stdout.Fd())),
		errTTY: term.IsTerminal(int(os.Stderr.Fd())),
	}
}
