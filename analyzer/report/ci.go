package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/finding"
	"peel/analyzer/policy"
	"peel/analyzer/text"
)

// What a log has room for: the rest is in the report, and behind --verbose.
const (
	ciWidth  = 120 // columns
	ciPlaces = 5   // of findings of one check
	ciCauses = 5   // of waste
	ciLayers = 40
)

// WriteCI writes a report for the log of a pipeline: the verdict and its reasons
// first, then what failed, with places and the fix, a line for each layer, and the
// totals. A line stands for itself and can be searched for.
func WriteCI(w io.Writer, r *Report) error {
	c := &ciWriter{textWriter: textWriter{out: bufio.NewWriter(w), r: r, opts: TextOptions{Width: ciWidth}.defaults()}}
	for _, part := range []func(){c.verdict, c.failed, c.wasted, c.layerLines, c.totals} {
		part()
	}
	return flushing(&c.textWriter)
}

type ciWriter struct{ textWriter }

// marks are how lines begin.
var marks = map[policy.Status]string{policy.Pass: "ok", policy.Fail: "FAIL", policy.Skipped: "skip", policy.Unknown: "????"}

// verdict is the first line, and the reasons.
func (c *ciWriter) verdict() {
	img := &c.r.Image
	overall := "READ"
	if v := c.r.Policy; v != nil {
		switch {
		case v.Failed():
			overall = "FAIL"
		case v.Pass:
			overall = "PASS"
		default:
			overall = "UNKNOWN"
		}
	}
	facts := []string{text.Clean(cmp.Or(img.Reference, img.Name, img.Location, "image"))}
	if img.Platform != "" {
		facts = append(facts, text.Clean(img.Platform))
	}
	facts = append(facts, c.atLeast()+size(img.SizeBytes)+" in "+plural(img.LayerCount, "layer"))
	if img.ManifestDigest != "" {
		facts = append(facts, text.Clean(img.ManifestDigest))
	}
	c.line("%s %s", overall, strings.Join(facts, ", "))
	for _, e := range c.r.Errors {
		if e.Layer != nil {
			c.line("  ERROR layer %d: %s", *e.Layer+1, text.Clean(e.Message))
		} else {
			c.line("  ERROR %s", text.Clean(e.Message))
		}
	}
	if c.r.Policy == nil {
		return
	}
	rules := slices.Clone(c.r.Policy.Rules)
	order := []policy.Status{policy.Fail, policy.Unknown, policy.Pass, policy.Skipped}
	slices.SortStableFunc(rules, func(a, b policy.Result) int {
		return cmp.Compare(slices.Index(order, a.Status), slices.Index(order, b.Status))
	})
	for _, rule := range rules {
		if rule.Status != policy.Skipped {
			c.line("  %-4s %-26s %s", marks[rule.Status], rule.Name, text.Clean(rule.Message))
		}
	}
}

// fails tells the findings that break the policy.
func (c *ciWriter) fails() func(*Finding) bool {
	if c.r.Policy == nil {
		return func(*Finding) bool { return false }
	}
	breaks := c.r.Policy.Breaking()
	return func(f *Finding) bool {
		s, err := finding.ParseSeverity(f.Severity)
		return err == nil && breaks(s, append([]string{f.ID}, f.Also...)...)
	}
}

// group is the findings of one check that say the same.
type group struct {
	id, severity, title string
	list                []*Finding
}

// groups are the findings that a condition holds for, in their order, which is
// by severity.
func groups(list []Finding, of func(*Finding) bool) []group {
	var out []group
	for i := range list {
		f := &list[i]
		if !of(f) {
			continue
		}
		at := slices.IndexFunc(out, func(g group) bool { return g.id == f.ID && g.severity == f.Severity && g.title == f.Title })
		if at < 0 {
			at = len(out)
			out = append(out, group{id: f.ID, severity: f.Severity, title: f.Title})
		}
		out[at].list = append(out[at].list, f)
	}
	return out
}

// failed tells the findings that break the policy: each check once, with its
// places and its fix.
func (c *ciWriter) failed() {
	all := groups(c.r.Findings, c.fails())
	if len(all) == 0 {
		return
	}
	c.section()
	fixed := map[string]bool{}
	for i, g := range all {
		c.line("%-8s %s %s%s", g.severity, g.id, text.Clean(g.title), times(len(g.list)))
		for _, f := range g.list[:min(len(g.list), ciPlaces)] {
			c.line("%s", c.cut("         "+f.inCI()))
		}
		if more := len(g.list) - ciPlaces; more > 0 {
			c.line("         and %d more", more)
		}
		last := i == len(all)-1 || all[i+1].id != g.id
		if known, ok := check.Lookup(g.id); ok && last && !fixed[g.id] {
			fixed[g.id] = true
			c.prose("         ", "fix: %s", known.Fix)
		}
	}
}

func times(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" (%d times)", n)
}

// inCI is where a finding is and what tells it from others, on one line.
func (f *Finding) inCI() string {
	parts := []string{f.place()}
	if f.Layer != nil {
		where := fmt.Sprintf("layer %d", *f.Layer+1)
		if f.DeletedIn != nil {
			where += fmt.Sprintf(", deleted in layer %d and still in the image", *f.DeletedIn+1)
		}
		parts = append(parts, where)
	}
	if f.FromBase != nil && *f.FromBase {
		parts = append(parts, "from the base image")
	}
	if f.Match != "" {
		parts = append(parts, text.Clean(f.Match))
	}
	return strings.Join(parts, "  ")
}

// wasted tells what wastes most, if a rule about waste failed.
func (c *ciWriter) wasted() {
	failed := c.r.Policy != nil && slices.ContainsFunc(c.r.Policy.Rules, func(r policy.Result) bool {
		return r.Status == policy.Fail && r.Name != policy.FailOn
	})
	causes := c.r.WasteCauses
	if !failed || len(causes) == 0 {
		return
	}
	c.section()
	told := map[string]bool{}
	for i := range causes[:min(len(causes), ciCauses)] {
		cause := &causes[i]
		first := ""
		if len(cause.Top) > 0 {
			first = ": " + text.Clean(cause.Top[0].Path)
		}
		if cause.Count > 1 {
			first += " and others"
		}
		c.line("%s", c.cut(fmt.Sprintf("waste    %s: layer %d %s %s of layer %d%s", size(cause.Bytes), cause.KilledBy+1, acts[cause.Hint.ID],
			plural(cause.Count, "file"), cause.Layer+1, first)))
		if !told[cause.Hint.ID] {
			told[cause.Hint.ID] = true
			c.prose("         ", "fix: %s", cause.Hint.Fix)
		}
	}
	if more := len(causes) - ciCauses; more > 0 {
		c.line("waste    and %s more", plural(more, "cause"))
	}
}

// layerLines has a line for each layer, the top one first as in the screens.
func (c *ciWriter) layerLines() {
	list := c.r.Layers
	if len(list) == 0 {
		return
	}
	c.section()
	for n, l := range slices.Backward(list) {
		if len(list)-n > ciLayers {
			c.line("layer    and %s below", plural(n+1, "layer"))
			return
		}
		bytes, waste := "?", ""
		if l.SizeBytes != nil {
			bytes = text.Bytes(*l.SizeBytes)
		}
		if l.WastedBytes != nil && *l.WastedBytes > 0 {
			waste = "waste " + text.Bytes(*l.WastedBytes)
		}
		state := ""
		if l.State != "read" {
			state = strings.ToUpper(l.State) + " "
		}
		c.line("%s", strings.TrimRight(c.cut(fmt.Sprintf("layer %-3d %9s  %-15s  %s%s", l.Index+1, bytes, waste, state, text.Clean(text.Instruction(l.CreatedBy)))), " "))
	}
}

func (c *ciWriter) totals() {
	c.section()
	img := &c.r.Image
	parts := []string{c.atLeast() + size(img.SizeBytes)}
	if c.compressed() {
		parts = append(parts, size(*img.CompressedBytes)+" compressed")
	}
	waste := "waste " + c.atLeast() + size(img.WastedBytes)
	if img.WastedBytes > 0 && !c.r.Partial {
		waste += " (" + percent(float64(img.WastedBytes), float64(img.SizeBytes)) + ")"
	}
	parts = append(parts, waste, plural(img.FileCount, "file"))
	if img.Efficiency != nil {
		parts = append(parts, fmt.Sprintf("efficiency %.4f", *img.Efficiency))
	}
	if s := c.r.Score; s != nil {
		parts = append(parts, fmt.Sprintf("score %d of 100", s.Value))
	}
	c.line("total    %s", strings.Join(parts, ", "))
	if n := len(c.r.Findings); n > 0 {
		c.line("total    %s%s", plural(n, "finding"), severityCounts(c.r.Findings))
	} else if len(c.r.Scanners) > 0 {
		c.line("total    no findings%s", c.inPart())
	}
	for _, n := range c.r.Notes {
		c.line("note     %s", text.Clean(n))
	}
	c.line("more     peel findings IMAGE, peel checks ID, peel --ci --verbose, or --json FILE")
}
