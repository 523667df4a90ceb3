// Command generate writes sample.tar, the image that package sample embeds.
// Run it with go generate in that package's folder.
package main

import (
	"bytes"
	"fmt"
	"os"

	"peel/source/sourcetest"
)

func main() {
	if err := run("Containerfile", "sample.tar"); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(containerfile, archive string) error {
	text, err := os.ReadFile(containerfile)
	if err != nil {
		return err
	}
	b, err := build(string(text))
	if err != nil {
		return err
	}
	return os.WriteFile(archive, b, 0o644)
}

// build gives the archive for a Containerfile. The same text gives the same
// bytes on every machine and with every Go release.
func build(containerfile string) ([]byte, error) {
	img, err := describe(containerfile)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := sourcetest.OCIArchive(&buf, img); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
