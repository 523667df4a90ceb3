package analyzer

import (
	"slices"

	"peel/analyzer/check"
	"peel/analyzer/finding"
	"peel/analyzer/redact"
	"peel/analyzer/secrets"
)

// examined is the stage of the findings.
type examined struct {
	findings []finding.Finding // gravest first; the secrets of some are in clear in Secret
	outcomes []check.Outcome
	score    *check.Score
	notes    []string
	redactor *redact.Redactor // masks all secrets that were found
	own      places           // that have ordinary words for secrets
}

// examine puts the image to the checks. Secrets come first, for what the others
// quote from the image has to be masked.
func examine(s *subject, r *records, m *merged, a *attachments, o *Options) examined {
	e := lookForSecrets(s, m, a, o)
	if len(o.Checks) > 0 {
		outcomes, found := check.Run(o.Checks, evidenceOf(s, r, m, a, o))
		for i := range found {
			redactFinding(e.redactor, &found[i])
		}
		e.outcomes = append(e.outcomes, outcomes...)
		e.findings = append(e.findings, found...)
	}
	s.attribute(e.findings)
	finding.Sort(e.findings)
	e.score = check.ScoreOf(e.outcomes, e.findings)
	return e
}

// lookForSecrets finds the secrets. Where nobody asked for them, those of the
// documents are masked all the same, for reports repeat these.
func lookForSecrets(s *subject, m *merged, a *attachments, o *Options) examined {
	img := secrets.Image{
		Tree: m.tree, Config: s.img.Config, StepLayer: stepLayers(s.img, s.steps), RawManifest: s.img.RawManifest,
		Annotations: s.img.Annotations(), Attestations: a.statements, Base: secrets.NoBase,
	}
	if o.Secrets == nil {
		found := o.documents.Assemble(img)
		return examined{redactor: redactorOf(found), own: ownPlaces(found.Own)}
	}
	img.Layers, img.Owned, img.Base = m.found, m.owned, s.brings()
	found := o.Secrets.Assemble(img)
	return examined{
		findings: found.Findings, notes: found.Notes, redactor: redactorOf(found), own: ownPlaces(found.Own),
		outcomes: check.Tally(secrets.Family, found.Findings, m.partial),
	}
}

func redactorOf(found secrets.Result) *redact.Redactor {
	return redact.New(found.Values, found.Words...)
}

// published are the findings without the secrets in clear.
func (e *examined) published() []finding.Finding {
	list := slices.Clone(e.findings)
	for i := range list {
		f := &list[i]
		f.Masked = f.Secret != ""
		f.Secret, f.Secrets = "", nil
	}
	return list
}

// secretsOf are those in clear of a published finding.
func (e *examined) secretsOf(f *finding.Finding) []string {
	i := slices.IndexFunc(e.findings, func(g finding.Finding) bool {
		return g.Secret != "" && g.ID == f.ID && g.Fingerprint == f.Fingerprint && g.Path == f.Path && g.Where == f.Where && g.Line == f.Line
	})
	if i < 0 {
		return nil
	}
	return append([]string{e.findings[i].Secret}, e.findings[i].Secrets...)
}

// Examined reports whether any family that has findings was asked for.
func (a *Analysis) Examined() bool { return len(a.Families) > 0 }

// Severities are those of the findings, for a policy; nil if no family of
// checks that has findings was asked for.
func (a *Analysis) Severities() []finding.Severity {
	if !a.Examined() {
		return nil
	}
	list := make([]finding.Severity, len(a.Findings))
	for i := range a.Findings {
		list[i] = a.Findings[i].Severity
	}
	return list
}

// CheckCounts counts the findings by the ids of checks that they name, their own and
// those in Also.
func (a *Analysis) CheckCounts() map[string]int {
	counts := map[string]int{}
	for i := range a.Findings {
		f := &a.Findings[i]
		counts[f.ID]++
		for _, id := range f.Also {
			if id != f.ID {
				counts[id]++
			}
		}
	}
	return counts
}
