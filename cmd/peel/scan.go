package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"peel/analyzer/report"
	"peel/analyzer/secrets"
)

// scanOptions choose the families of checks, and what they go by.
type scanOptions struct {
	scanners []string
	rules    string // file of rules for secrets
	allow    string // file of accepted secrets
}

// allScanners are the families there are; those that run unasked must not cost
// more than half of the reading itself, on images as they are.
var (
	allScanners     = []string{report.ScanWaste, report.ScanSecrets}
	defaultScanners = allScanners
)

func (o *scanOptions) addFlags(f *pflag.FlagSet) {
	f.StringSliceVar(&o.scanners, "scanners", defaultScanners, "families of checks that run: "+strings.Join(allScanners, ", "))
	f.StringVar(&o.rules, "secret-rules", "", "file of more rules for secrets, in gitleaks' TOML format")
	f.StringVar(&o.allow, "secret-allow", "", "file of secrets that are known and accepted")
}

// secrets makes the scanner; nil if secrets are not to be looked for. Waste is
// always computed: it is what the trees are made of.
func (o *scanOptions) secrets() (*secrets.Scanner, error) {
	for _, s := range o.scanners {
		if !slices.Contains(allScanners, s) {
			return nil, fmt.Errorf("--scanners: %q is not among %s", s, strings.Join(allScanners, ", "))
		}
	}
	if !slices.Contains(o.scanners, report.ScanSecrets) {
		if o.rules != "" || o.allow != "" {
			return nil, fmt.Errorf("--secret-rules and --secret-allow need %s among the --scanners", report.ScanSecrets)
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
