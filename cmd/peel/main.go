// Command peel opens a container image from wherever it lies and shows what is
// in it and what it wastes.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"peel/source/storage"
)

func main() {
	storage.Child() // does not return in a process that opens files for another
	os.Exit(Main())
}

// Main runs peel with the process's arguments and returns its exit code.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return execute(ctx, os.Args[1:], systemStreams())
}
