package secrets

import (
	"crypto/sha256"

	"peel/analyzer/finding"
	"peel/source/layer"
)

// Scan finds the secrets in one text, which need not belong to an image.
func (s *Scanner) Scan(path string, b []byte) []finding.Finding {
	in := s.Begin()
	e := layer.Entry{Path: path, Size: int64(len(b)), Digest: sha256.Sum256(b), Type: layer.Regular}
	idx := &layer.Index{}
	if in.Open(0, &e) {
		e.Kind = layer.Sniff(b[:min(len(b), layer.SniffLen)])
		in.Write(b)
		idx.Entries = append(idx.Entries, e)
		in.Close(0, &idx.Entries[0])
	}
	idx.SetFacts(FactsName, in.Facts())
	return s.Assemble(Image{Layers: []*layer.Index{idx}, Base: NoBase}).Findings
}
