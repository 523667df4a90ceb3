package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"peel/analyzer/policy"
	"peel/analyzer/report"
)

// findingsOptions are the flags of peel findings.
type findingsOptions struct {
	rootOptions
	asJSON    bool
	checklist bool
	failOn    string
}

const findingsLong = `findings reads an image and prints what is wrong with it, the gravest first: all of it, and
nothing else. --checklist answers the questions that people ask of a production image, each with
the checks that it goes by: pass, fail, unknown (the evidence is missing here) or not visible in
an image (no image tells).

Exit codes: 0 the image was read, whatever was found; 1 --fail-on is given, and there is such a
finding; 2 usage or configuration; 3 the image could not be read, or not wholly.`

const findingsExample = `  peel findings debian:12
  peel findings --checklist app.tar
  peel findings --json --scanners secrets --fail-on high app.tar`

func newFindingsCmd(s streams) *cobra.Command {
	o := &findingsOptions{rootOptions: rootOptions{streams: s}}
	cmd := &cobra.Command{
		Use:     "findings [flags] IMAGE",
		Short:   "Print what is wrong with an image, or the checklist of a production image",
		Long:    findingsLong,
		Example: findingsExample,
		Args:    o.oneImage,

		ValidArgsFunction: o.completeImage,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runFindings(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	o.addSourceFlags(f)
	o.scan.addFlags(f)
	f.Lookup("scanners").Usage = "families of checks that run: " + strings.Join(defaultScanners(), ", ")
	f.BoolVar(&o.asJSON, "json", false, "print JSON: the findings as the report has them, or the lines of the checklist")
	f.BoolVar(&o.checklist, "checklist", false, "answer the checklist of a production image")
	f.StringVar(&o.failOn, failOnFlag, "off", "end with exit code 1 on findings of this severity or above, or of checks by their ids: high,S050")
	completeFlags(cmd)
	return cmd
}

func runFindings(ctx context.Context, o *findingsOptions) error {
	rules := policy.Rules{}
	if err := rules.Set(policy.FailOn, o.failOn); err != nil {
		return usage(fmt.Errorf("--%s: %w", failOnFlag, err))
	}
	if err := o.prepare(); err != nil {
		return err
	}
	if o.secrets == nil && len(o.scan.families()) == 0 {
		return usage(errors.New("--scanners: none of these has findings"))
	}
	if o.scan.packages() {
		return usage(errors.New("--scanners: packages are no findings: run peel packages"))
	}
	a, readErr, err := o.read(ctx)
	if err != nil {
		return err
	}
	masked := a.Redactor.Writer(o.streams.out)
	if o.asJSON {
		masked = a.Redactor.JSON(o.streams.out)
	}
	r := report.New(a, report.Meta{PeelVersion: version()})
	if err := writing("stdout", errors.Join(o.print(masked, r, report.Checklist(a)), masked.Close())); err != nil {
		return err
	}
	v := policy.Evaluate(rules, report.Figures(a))
	return o.conclude(a, readErr, &v)
}

func (o *findingsOptions) print(w io.Writer, r *report.Report, lines []report.ChecklistLine) error {
	switch {
	case o.asJSON && o.checklist:
		return encodeJSON(w, lines)
	case o.asJSON:
		return encodeJSON(w, r.Findings)
	case o.checklist:
		return report.WriteChecklist(w, r, lines)
	}
	return report.WriteFindings(w, r, report.TextOptions{})
}
