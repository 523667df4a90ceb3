package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"peel/analyzer/attached"
	"peel/analyzer/check"
	"peel/analyzer/metadata"
	"peel/analyzer/report"
	"peel/analyzer/secrets"
	"peel/analyzer/supply"
)

// scanOptions choose the families of checks, and what they go by.
type scanOptions struct {
	scanners []string
	chosen   bool   // the scanners are not the default ones
	rules    string // file of rules for secrets
	allow    string // file of accepted secrets
	labels   []string
	keyFile  string
	key      *attached.Key // of keyFile; nil without one
}

// defaultScanners run unasked: the families of the catalogue. They cost no more
// than half of the reading itself, on images as they are.
func defaultScanners() []string {
	var list []string
	for _, f := range check.Families() {
		list = append(list, f.Name)
	}
	return list
}

// allScanners are what there is: packages take longer than all the others.
func allScanners() []string { return append(defaultScanners(), report.ScanPackages) }

func (o *scanOptions) addFlags(f *pflag.FlagSet) {
	f.StringSliceVar(&o.scanners, "scanners", defaultScanners(), "families of checks that run: "+strings.Join(allScanners(), ", "))
	f.StringSliceVar(&o.labels, "require-labels", metadata.DefaultRequired, "labels that an image must have, without org.opencontainers.image.; none for no one")
	f.StringVar(&o.keyFile, "key", "", "file of the public key, as cosign.pub, that a signature of the image must verify with")
	f.StringVar(&o.rules, "secret-rules", "", "file of more rules for secrets, in gitleaks' TOML format")
	f.StringVar(&o.allow, "secret-allow", "", "file of secrets that are known and accepted")
}

// check reports the first thing wrong with the options.
func (o *scanOptions) check() error {
	for _, s := range o.scanners {
		if !slices.Contains(allScanners(), s) {
			return fmt.Errorf("--scanners: %q is not among %s", s, strings.Join(allScanners(), ", "))
		}
	}
	if err := o.readKey(); err != nil {
		return err
	}
	if slices.Equal(o.labels, []string{"none"}) {
		o.labels = nil
	}
	for _, l := range o.labels {
		if !slices.Contains(metadata.Keys(), l) {
			return fmt.Errorf("--require-labels: %q is not among %s", l, strings.Join(metadata.Keys(), ", "))
		}
	}
	return nil
}

// readKey reads the key that signatures are verified with.
func (o *scanOptions) readKey() error {
	if o.keyFile == "" {
		return nil
	}
	if !slices.Contains(o.scanners, supply.Name) {
		return fmt.Errorf("--key needs %s among the --scanners", supply.Name)
	}
	b, err := os.ReadFile(o.keyFile)
	if err != nil {
		return fmt.Errorf("--key: %w", err)
	}
	if o.key, err = attached.ParseKey(filepath.Base(o.keyFile), b); err != nil {
		return fmt.Errorf("--key: %s: %w", o.keyFile, err)
	}
	return nil
}

// families are those that the image is put to, but for secrets, which have a
// scanner of their own.
func (o *scanOptions) families() (list []check.Family) {
	for _, f := range check.Families() {
		if f.Name != secrets.Family.Name && slices.Contains(o.scanners, f.Name) {
			list = append(list, f)
		}
	}
	return list
}

// packages reports whether the software in the image is to be listed.
func (o *scanOptions) packages() bool { return slices.Contains(o.scanners, report.ScanPackages) }

// secrets makes the scanner; nil if secrets are not to be looked for.
func (o *scanOptions) secrets() (*secrets.Scanner, error) {
	if !slices.Contains(o.scanners, secrets.Family.Name) {
		if o.rules != "" || o.allow != "" {
			return nil, fmt.Errorf("--secret-rules and --secret-allow need %s among the --scanners", secrets.Family.Name)
		}
		return nil, nil
	}
	var opts secrets.Options
	var err error
	if o.rules != "" {
		if opts.ExtraRules, err = os.ReadFile(o.rules); err != nil {
			return nil, fmt.Errorf("--secret-rules: %w", err)
		}
	}
	if o.allow != "" {
		b, err := os.ReadFile(o.allow)
		if err != nil {
			return nil, fmt.Errorf("--secret-allow: %w", err)
		}
		if opts.Allow, err = secrets.ParseAllow(b); err != nil {
			return nil, fmt.Errorf("--secret-allow: %s: %w", o.allow, err)
		}
	}
	s, err := secrets.New(opts)
	if err != nil {
		return nil, fmt.Errorf("--secret-rules: %s: %w", o.rules, err)
	}
	return s, nil
}
