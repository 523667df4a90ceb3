// Command secretseval measures the secret scanner: what it finds of the samples
// that gitleaks' rule generators make, of samples whose values are drawn anew
// within the rules' patterns, and of secrets planted in files of many formats;
// and what it takes for secrets in trees where there are none.
//
//	go run ./testdata/secretseval [-v] [-samples=false] [-modules] [-gitleaks BINARY] [DIR …]
//
// The generators belong to the gitleaks module of go.mod; they are copied to a
// temporary directory and run there, with a Validate that writes the samples
// down. Findings of severity info are no findings here.
package main

import (
	"flag"
	"fmt"
	"os"

	"peel/analyzer/finding"
	"peel/analyzer/secrets"
)

func main() {
	samples := flag.Bool("samples", true, "measure on the samples of the rule generators")
	keep := flag.String("keep", "", "file to keep the samples in, and to take them from")
	binary := flag.String("gitleaks", "", "gitleaks `binary` to compare with on the trees")
	modules := flag.Bool("modules", false, "measure on the Go modules of go.mod, as the module cache has them")
	verbose := flag.Bool("v", false, "show what was missed and what was wrongly found, masked")
	flag.Parse()
	if err := run(*samples, *modules, *keep, *binary, *verbose, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(samples, modules bool, keep, binary string, verbose bool, trees []string) error {
	s, err := secrets.New(secrets.Options{})
	if err != nil {
		return err
	}
	if samples {
		list, err := load(keep)
		if err != nil {
			return err
		}
		evaluate(s, list, verbose)
		if err := drawRules(s, verbose); err != nil {
			return err
		}
		measureFormats(s, verbose)
	}
	if modules {
		if err := moduleCache(s, verbose); err != nil {
			return err
		}
	}
	for _, dir := range trees {
		if err := tree(s, dir, binary, verbose); err != nil {
			return err
		}
	}
	return nil
}

// real counts what a user would be told of.
func real(list []finding.Finding) int { return finding.Count(list, finding.Low) }
