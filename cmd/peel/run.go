package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"peel/analyzer"
	"peel/analyzer/packages"
	"peel/analyzer/policy"
	"peel/analyzer/redact"
	"peel/analyzer/report"
	"peel/analyzer/text"
	"peel/source"
	"peel/source/layer"
)

func runRoot(ctx context.Context, o *rootOptions) error {
	rules, err := o.loadRules()
	if err != nil {
		return usage(err)
	}
	if err := o.prepare(); err != nil {
		return err
	}
	if o.interactive() {
		return runUI(ctx, o)
	}
	if o.scan.packages() {
		if err := o.keepPackages(); err != nil {
			return err
		}
	}
	if o.ui.secrets {
		return usage(errors.New("--show-secrets is for the screens alone, and asks there: reports and files never hold a secret in clear"))
	}
	if o.json != "" && o.json != "-" {
		if err := checkWritable(o.json); err != nil {
			return err
		}
	}
	return runReport(ctx, o, rules)
}

func (o *rootOptions) checkLimits() error {
	if o.maxEnts <= 0 {
		return usage(fmt.Errorf("--max-entries: %d is no number of entries", o.maxEnts))
	}
	return nil
}

// checkWritable finds out before an image is read whether a report on it can be
// written, and leaves what is there as it is.
func checkWritable(path string) error {
	info, err := os.Stat(path)
	there := err == nil
	if there && !info.Mode().IsRegular() && !info.IsDir() {
		return nil // whoever reads from a pipe would take this for the report
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return usage(fmt.Errorf("writing the report: %w", err))
	}
	f.Close()
	if !there {
		os.Remove(path)
	}
	return nil
}

// interactive is true if nobody asked for a report and there is somebody to
// look at screens.
func (o *rootOptions) interactive() bool {
	return o.streams.outTTY && !o.plain && !o.ci && o.json == "" &&
		o.streams.env("TERM") != "dumb" && o.streams.env("NO_TUI") == ""
}

// defaultRulesFile is dive's.
const defaultRulesFile = ".dive-ci"

// loadRules reads the thresholds: defaults, then the file, then the flags.
func (o *rootOptions) loadRules() (policy.Rules, error) {
	rules, err := o.readRules()
	if err != nil {
		return rules, err
	}
	for _, name := range ruleFlags {
		if v := o.rules[name]; v != nil {
			if err := rules.Set(ruleOf(name), *v); err != nil {
				return rules, fmt.Errorf("--%s: %w", name, err)
			}
		}
	}
	return rules, nil
}

// readRules reads the file. The one that happens to lie in the working
// directory is looked at only if the image is to be judged.
func (o *rootOptions) readRules() (policy.Rules, error) {
	path := o.ciFile
	if path == "" {
		if !o.ci {
			return policy.Default(), nil
		}
		path = defaultRulesFile
	}
	b, err := os.ReadFile(path)
	switch {
	case err == nil:
		rules, err := policy.Parse(b)
		if err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
		return rules, err
	case o.ciFile != "" || !errors.Is(err, fs.ErrNotExist):
		return policy.Rules{}, fmt.Errorf("reading the rules: %w", err)
	}
	return policy.Default(), nil
}

func (o *rootOptions) scanOptions() layer.Options {
	return layer.Options{MaxBytes: int64(o.maxSize), MaxEntries: o.maxEnts}
}

func (o *rootOptions) sourceOptions(opening *layer.Progress) source.Options {
	scan := o.scanOptions()
	scan.Progress = opening
	opts := o.analysis(nil)
	scan.Inspectors = append(opts.Scan.Inspectors, opts.Inspectors()...)
	return source.Options{
		Source: source.Kind(o.source), Root: o.storeRoot(), Platform: o.platform, Scan: scan,
		Stdin: o.streams.in, UserAgent: "peel/" + version(), Insecure: !o.tlsVerify, Waiting: o.waiting,
	}
}

// storeRoot is --root as an absolute path, which stores ask for; "" if it was not given.
func (o *rootOptions) storeRoot() string {
	if o.root == "" {
		return ""
	}
	if abs, err := filepath.Abs(o.root); err == nil {
		return abs
	}
	return o.root
}

func (o *rootOptions) analysis(base *analyzer.Base) analyzer.Options {
	scan := o.scanOptions()
	if o.keeper != nil {
		scan.Inspectors = []layer.Inspector{o.keeper}
	}
	return analyzer.Options{
		Scan: scan, Secrets: o.secrets, Base: base,
		Checks: o.scan.families(), RequiredLabels: o.scan.labels, Key: o.scan.key,
	}
}

func runReport(ctx context.Context, o *rootOptions, rules policy.Rules) error {
	var found *packages.Result
	a, readErr, err := o.readThen(ctx, func(a *analyzer.Analysis, show *meter) (err error) {
		if o.keeper != nil && context.Cause(ctx) == nil {
			found, err = findPackages(ctx, a, false, show.doing)
		}
		return err
	})
	if err != nil {
		return err
	}
	meta := report.Meta{PeelVersion: version(), Unsearched: o.secrets == nil}
	if found != nil {
		meta.Inventory = &found.Inventory
	}
	if o.ci {
		v := policy.Evaluate(rules, report.Figures(a))
		meta.Policy = &v
	}
	if err := o.write(report.New(a, meta), a.Redactor); err != nil {
		return err
	}
	if err := o.conclude(a, readErr, meta.Policy); err != nil || meta.Inventory == nil {
		return err
	}
	return o.lacking(meta.Inventory, nil)
}

// conclude turns the outcome into an exit code. That the image could not be
// wholly read weighs more than what is known of the rest.
func (o *rootOptions) conclude(a *analyzer.Analysis, readErr error, v *policy.Verdict) error {
	switch {
	case readErr != nil || a.Partial():
		fmt.Fprintln(o.streams.err, "peel: the image was not wholly read, the figures stand for a part of it")
		if readErr != nil {
			fmt.Fprintf(o.streams.err, "  %s\n", a.Redactor.String(lines(readErr)))
		}
		return codeError(exitImage)
	case v != nil && v.Unknown && !v.Failed():
		fmt.Fprintf(o.streams.err, "peel: the policy cannot be decided: the contents of %d files could not be read\n", a.Withheld())
		return codeError(exitImage)
	case v != nil && !v.Pass:
		return codeError(exitPolicy)
	}
	return nil
}

// write masks the secrets in all that goes out. It puts the JSON report where it
// shall go, and the text on stdout unless JSON is there, or was all that was asked
// for.
func (o *rootOptions) write(r *report.Report, hide *redact.Redactor) error {
	asJSON := func(w io.Writer) error { return writeFormat(w, report.FormatOf("json"), r, hide) }
	switch {
	case o.json == "-":
		return writing("stdout", asJSON(o.streams.out))
	case o.json != "":
		if err := writeFile(o.json, asJSON); err != nil {
			return err
		}
		if !o.ci && !o.plain {
			fmt.Fprintf(o.streams.err, "peel: wrote %s\n", text.Clean(o.json))
			return nil
		}
	}
	return writing("stdout", writeFormat(o.streams.out, report.FormatOf(o.textFormat()), r, hide))
}

// textFormat is the text for whoever reads: a log, or a person.
func (o *rootOptions) textFormat() string {
	switch {
	case o.verbose:
		return "plain-verbose"
	case o.ci && !o.plain:
		return "ci"
	}
	return "plain"
}

// writeFormat writes a report with its secrets masked.
func writeFormat(w io.Writer, f report.Format, r *report.Report, hide *redact.Redactor) error {
	masked := hide.Writer(w)
	if f.JSON {
		masked = hide.JSON(w)
	}
	return errors.Join(f.Write(masked, r), masked.Close())
}

func writing(what string, err error) error {
	if err != nil {
		return fmt.Errorf("writing the report to %s: %w", what, err)
	}
	return nil
}

// writeFile leaves no half-written file behind under the name asked for.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return usage(fmt.Errorf("writing the report: %w", err))
	}
	info, statErr := f.Stat()
	err = errors.Join(write(f), f.Close())
	if err != nil && statErr == nil && info.Mode().IsRegular() { // a device such as /dev/full stays
		os.Remove(path)
	}
	return writing(path, err)
}
