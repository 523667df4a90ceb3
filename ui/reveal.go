package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"peel/analyzer/finding"
	"peel/ui/text"
)

// maxClear bounds the bytes of a value that are shown in clear: a key has 4 kB.
const maxClear = 8 << 10

// reveal asks whether to show the values of findings in clear, or hides them
// again. Without the option there is nothing to ask.
func (m *Model) reveal() {
	switch {
	case !m.opts.ShowSecrets:
		m.notice = "secrets stay masked: start peel with --show-secrets to be asked"
	case m.clear:
		m.clear = false
		m.notice = "secrets are masked again"
	default:
		m.asking = true
	}
}

// question is what reveal asks.
const question = "Show secrets in clear on this screen? y/N"

// answer takes the key that answers the question; only y is yes.
func (m *Model) answer(k tea.KeyPressMsg) {
	m.asking = false
	m.clear = k.String() == "y" || k.String() == "Y"
	if !m.clear {
		m.notice = "secrets stay masked"
	}
}

// clearValues shows the values of a finding, if the user wants it so. It is the
// only place that does.
func (m *Model) clearValues(d *doc, f *finding.Finding) {
	if !m.clear || !m.opts.ShowSecrets {
		return
	}
	for _, v := range m.session.SecretsOf(f) {
		if v == "" {
			continue
		}
		d.raw(m.th.Error, "Clear")
		rest := ""
		if len(v) > maxClear {
			rest = fmt.Sprintf("and %s more", text.Plural(len(v)-maxClear, "byte"))
			v = v[:maxClear]
		}
		for s := range strings.SplitSeq(strings.TrimRight(v, "\n"), "\n") {
			for _, l := range text.Wrap(text.Clean(s), d.w-4, "") {
				d.raw(m.th.Text, "  "+l)
			}
		}
		if rest != "" {
			d.raw(m.th.Dim, "  "+rest)
		}
	}
}
