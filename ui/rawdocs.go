package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"peel/analyzer"
	"peel/analyzer/attached"
	"peel/analyzer/redact"
	"peel/ui/text"
)

// What is read of attached documents for the screen, in bytes. Their lines take
// up to nine times as much memory as their text; an SBOM of a large image has
// some 10 MB.
const (
	maxShownText = 16 << 20 // of one text
	maxShownAll  = 16 << 20 // of all that are open
)

// attachedDoc is the name of the document that holds what is attached.
const attachedDoc = "attached"

// attachments are the attached documents of a raw pane. They are made into lines
// when somebody opens them, for they may be long.
type attachments struct {
	docs    []attached.Document
	root    int   // node of all of them
	shown   int64 // bytes of text that is made into lines
	wanted  int   // 1 + the document to be read; 0 for none
	reading int   // 1 + the one that is being read
	pending string
}

// documentMsg brings the lines of an attached document.
type documentMsg struct {
	generation, doc int
	redactor        *redact.Redactor // they were masked by
	nodes           []jsonNode
	bytes           int64
}

// attach adds what is attached to the documents of the image.
func (p *rawPane) attach(a *analyzer.Analysis) {
	p.att = attachments{docs: a.Attached.Documents, root: len(p.nodes)}
	if len(a.Attached.Documents) == 0 {
		var why string
		switch {
		case a.Attached.Listed && a.Attached.Incomplete == "":
			why = "nothing: neither signature nor SBOM nor provenance"
		case a.Attached.Listed:
			why = "cannot be told: " + text.OneLine(a.Attached.Incomplete)
		case a.Finished:
			why = "the source was not asked"
		default:
			why = "the source is still asked"
		}
		p.nodes = append(p.nodes, jsonNode{key: attachedDoc, raw: []byte(why), end: len(p.nodes) + 1})
		p.open = append(p.open, false)
		return
	}
	p.nodes = append(p.nodes, jsonNode{key: attachedDoc, kind: '{', kids: len(a.Attached.Documents), doc: &docNode{n: -1, words: text.Plural(len(a.Attached.Documents), "document")}})
	p.open = append(p.open, true)
	hide := hider{a.Redactor}
	for i := range a.Attached.Documents {
		doc := &a.Attached.Documents[i]
		var names []string
		var size int64
		for j := range doc.Texts {
			names = append(names, doc.Texts[j].Name)
			size += doc.Texts[j].Bytes()
		}
		p.nodes = append(p.nodes, jsonNode{
			key: fmt.Sprintf("[%q]", doc.Digest), kind: '{', kids: len(doc.Texts), depth: 1, end: len(p.nodes) + 1,
			doc: &docNode{
				n: i, unread: true, label: hide.oneLine(documentLabel(a, doc)),
				words: strings.Join(names, ", ") + ", " + text.Bytes(size) + "  " + shortDigest(doc.Digest),
			},
		})
		p.open = append(p.open, false)
	}
	p.nodes[p.att.root].end = len(p.nodes)
}

// isUnread is true for an attached document whose nodes are not there yet.
func (n *jsonNode) isUnread() bool { return n.doc != nil && n.doc.unread }

// want asks for the lines of a document, if its node lacks them.
func (p *rawPane) want(at int) {
	if p.nodes[at].isUnread() {
		p.att.wanted = p.nodes[at].doc.n + 1
	}
}

// readDocument reads the document that somebody opened.
func (m *Model) readDocument() tea.Cmd {
	t := &m.raw().att
	n := t.wanted - 1
	if n < 0 || t.reading > 0 || m.analysis == nil || n >= len(m.analysis.Attached.Documents) {
		return nil
	}
	t.wanted, t.reading = 0, n+1
	gen, doc, r := m.generation, &m.analysis.Attached.Documents[n], m.analysis.Redactor
	return func() tea.Msg {
		nodes, size := documentNodes(doc)
		return documentMsg{gen, n, r, nodes, size}
	}
}

// documentNodes makes a document into nodes, as if it were the whole list.
func documentNodes(doc *attached.Document) (nodes []jsonNode, size int64) {
	for i := range doc.Texts {
		t := &doc.Texts[i]
		if t.Bytes() > maxShownText {
			why := text.Bytes(t.Bytes()) + ": too long to be shown here"
			nodes = append(nodes, jsonNode{key: t.Name, raw: []byte(why), end: len(nodes) + 1})
			continue
		}
		size += t.Bytes()
		nodes = parseJSON(nodes, t.Name, t.Masked())
	}
	return nodes, size
}

// documentRead shows the lines of a document, and goes to where somebody waits
// for them to go.
func (m *Model) documentRead(msg documentMsg) tea.Cmd {
	p := m.raw()
	if msg.generation != m.generation || p.att.reading != msg.doc+1 {
		return nil
	}
	p.att.reading = 0
	if m.analysis.Redactor != msg.redactor { // there is more to mask by now
		p.att.wanted = msg.doc + 1
		return m.readDocument()
	}
	if p.att.shown += msg.bytes; p.att.shown > maxShownAll {
		p.detach()
		p.att.shown = msg.bytes
	}
	p.insert(msg.doc, msg.nodes)
	if where := p.att.pending; where != "" {
		p.att.pending = ""
		p.Reveal(where)
	}
	return m.readDocument()
}

// detach takes the lines of all attached documents away.
func (p *rawPane) detach() {
	for i := p.att.root + 1; i < len(p.nodes); i++ {
		if n := &p.nodes[i]; n.doc != nil && !n.doc.unread {
			k := n.end - i - 1
			n.doc.unread, p.open[i] = true, false
			p.nodes, p.open = slices.Delete(p.nodes, i+1, i+1+k), slices.Delete(p.open, i+1, i+1+k)
			p.shift(i, -k)
		}
	}
	p.build()
}

// shift corrects the ends after k nodes came behind node at.
func (p *rawPane) shift(at, k int) {
	p.nodes[p.att.root].end += k
	p.nodes[at].end += k
	for i := at + 1 + max(k, 0); i < len(p.nodes); i++ {
		p.nodes[i].end += k
	}
}

// insert puts the nodes of a document below its own.
func (p *rawPane) insert(doc int, nodes []jsonNode) {
	at := slices.IndexFunc(p.nodes, func(n jsonNode) bool { return n.isUnread() && n.doc.n == doc })
	if at < 0 {
		return
	}
	below := p.nodes[at].depth + 1
	open := make([]bool, len(nodes))
	for i := range nodes {
		open[i] = nodes[i].depth == 0 && nodes[i].key != "manifest"
		nodes[i].depth += below
		nodes[i].end += at + 1
	}
	p.nodes[at].doc.unread = false
	p.open[at] = true
	p.nodes, p.open = slices.Insert(p.nodes, at+1, nodes...), slices.Insert(p.open, at+1, open...)
	p.shift(at, len(nodes))
	p.build()
	if s := &p.scroll; s.cursor < len(p.rows) && p.rows[s.cursor] == at && s.cursor > s.top+p.h/3 {
		s.top = s.cursor - p.h/3 // what came can be seen
		s.clamp(len(p.rows), p.h)
	}
}

// attachedPath turns the place of a finding in a statement, "attestation[2].…",
// into that in its document.
func (p *rawPane) attachedPath(where string) string {
	rest, ok := strings.CutPrefix(where, "attestation[")
	if !ok {
		return where
	}
	digits, rest, _ := strings.Cut(rest, "]")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return where
	}
	for i := range p.att.docs {
		for _, t := range p.att.docs[i].Texts {
			if t.Statement == n {
				return fmt.Sprintf("%s[%q][%q]%s", attachedDoc, p.att.docs[i].Digest, t.Name, rest)
			}
		}
	}
	return where
}
