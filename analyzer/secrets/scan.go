package secrets

import (
	"bytes"

	"peel/analyzer/finding"
	"peel/source/layer"
)

// match is one secret in a text, before it has a place in an image.
type match struct {
	rule       *rule
	start, end int64 // of the value in the text, in bytes
	line       int   // from 1; 0 in a binary
	lines      []int // further ones with the same value, until they are merged
	value      string
	more       []string // further secrets of the same finding: the other half of a pair
	sev        finding.Severity
	conf       finding.Confidence
	reason     string
	rank       int8      // of two that overlap, the higher stays
	inner      string    // path inside archives
	notAt      []pattern // paths at which it is none, by a rule file
}

// Ranks of matches.
const (
	rankGeneric int8 = iota
	rankField
	rankURL
	rankAssigned
	rankToken
	rankBlock
	rankStructured
)

// maxMatches bounds the findings of one content: a file that has more is a
// corpus of test data.
const maxMatches = 1000

// text scans one text, piece by piece.
type text struct {
	s      *Scanner
	binary bool // only what its form alone tells
	base   int64
	line   int // of lineAt, from 1
	lineAt int // offset into the piece
	hits   []hit
	found  []match
	work   int     // bytes that regular expressions have looked at
	effort *effort // of the layer; nil for what is in none
	formed bool    // it begins as files do that have a parser
	keyed  bool    // it has a word for a secret, or a command that takes one
	tired  bool    // there were too many
	half   bool    // the first byte of a 16-bit character waits for the second
	first  byte
	// Of strings of 16-bit characters: their bytes, and the keywords in them.
	narrow      []byte
	wideHits    []hit
	lastEncoded int // where the last encoded stretch ended in the piece
	depth       int // how many times this was decoded
	lastGen     int // where the last generic value began in the piece: two words of one name find it twice
}

func (t *text) reset(s *Scanner, binary bool) {
	*t = text{s: s, binary: binary, line: 1, hits: t.hits[:0], narrow: t.narrow, wideHits: t.wideHits, lastGen: -1, lastEncoded: -1}
}

// scan looks for what begins in b[from:to]; from is even. What lies around is
// context, as much as lookBehind and lookAhead say, unless the text ends there.
func (t *text) scan(b []byte, from, to int) {
	if t.binary {
		t.hits = t.s.matcher.findBinary(t.hits[:0], b, from, to)
	} else {
		t.hits = t.s.matcher.find(t.hits[:0], b, from, to)
	}
	t.lastGen, t.lastEncoded = -1, -1
	for _, h := range t.hits {
		if len(t.found) >= maxMatches {
			break
		}
		t.candidate(b, h)
	}
	if t.binary {
		t.wide(b, from, to)
	}
	t.advance(b, to)
}

// advance counts lines up to an offset of the piece.
func (t *text) advance(b []byte, to int) {
	if t.binary || to <= t.lineAt {
		return
	}
	t.line += bytes.Count(b[t.lineAt:to], newline)
	t.lineAt = to
}

var newline = []byte{'\n'}

// shift says that the first n bytes of the piece are gone.
func (t *text) shift(n int) {
	t.base += int64(n)
	t.lineAt -= n
}

func (t *text) candidate(b []byte, h hit) {
	k := &t.s.matcher.keywords[h.keyword]
	end := h.pos + len(k.text)
	uses := &t.s.uses[h.keyword]
	if uses.form && t.base == 0 && h.pos < layer.SniffLen {
		t.formed = true
	}
	if uses.scanner != nil && (!t.binary || uses.binary) {
		uses.scanner(t, b, h.pos, end)
	}
	var a assignment
	var state uint8 // of a: 0 not read, 1 there is none, 2 read
	for _, r := range uses.rules {
		if t.binary && !r.strong {
			continue
		}
		switch r.how {
		case token:
			t.token(b, h.pos, r)
		case near:
			if r.inValue && r.set != nil && runBack(b, h.pos, r.set, tokenLeft)+runLen(b, h.pos, r.set, tokenRight) < r.least {
				continue
			}
			t.around(b, max(h.pos-nearWindow, 0), min(h.pos+nearWindow, len(b)), r)
		case block:
			t.around(b, max(h.pos-nearWindow, 0), min(h.pos+blockWindow, len(b)), r)
		case assigned:
			if state == 0 {
				var ok bool
				if a, ok = assign(b, h.pos, end); ok {
					state = 2
				} else {
					state = 1
				}
			}
			if state == 2 && (!r.oneCase || oneCase(b[h.pos:end])) {
				t.assigned(b, &a, r)
			}
		}
	}
}

// oneCase reports whether a word is in lower case, in capitals, or begins with
// one.
func oneCase(b []byte) bool {
	up := 0
	for _, c := range b {
		if 'A' <= c && c <= 'Z' {
			up++
		}
	}
	return up == 0 || up == len(b) || up == 1 && b[0] < 'a'
}

// token tries a rule whose keyword is a part of the secret.
func (t *text) token(b []byte, pos int, r *rule) {
	var left, right int
	if r.set != nil {
		right = runLen(b, pos, r.set, min(r.most+4, tokenRight))
		if !r.first {
			left = runBack(b, pos, r.set, min(r.most, tokenLeft))
		}
		if left+right < r.least {
			t.work += right / 8
			return
		}
	} else {
		right = nearWindow
	}
	if r.wanted != nil && !containsAny(b[max(pos-nearWindow, 0):min(pos+8, len(b))], r.wanted) {
		return
	}
	lo, hi := max(pos-left-2, 0), min(pos+right+4, len(b))
	if !t.afford(hi - lo) {
		return
	}
	for _, m := range r.pattern.get().FindAllSubmatchIndex(b[lo:hi], -1) {
		if lo+m[0] <= pos && pos < lo+m[1] {
			t.accept(b, lo, m, r, rankToken)
			return
		}
	}
}

// around tries a rule on a stretch of text.
func (t *text) around(b []byte, lo, hi int, r *rule) {
	if r.set != nil && !hasRun(b[lo:hi], r.set, r.least) {
		return
	}
	if r.wanted != nil && !containsAny(b[lo:hi], r.wanted) {
		return
	}
	if !t.afford(hi - lo) {
		return
	}
	for _, m := range r.pattern.get().FindAllSubmatchIndex(b[lo:hi], 8) {
		t.accept(b, lo, m, r, rankAssigned)
	}
}

// Bounds of what regular expressions may look at in one text, in bytes: some
// times the text itself, something more for short ones, and so much in all.
// Only a text that is made to be slow has so many keywords.
const (
	workFactor = 2
	workFree   = 1 << 20
	workMost   = 64 << 20
)

// afford reports whether n bytes more may be looked at.
func (t *text) afford(n int) bool {
	t.work += n
	ok := int64(t.work) <= min(workFree+workFactor*(t.base+streamBuf), workMost)
	if t.effort != nil {
		ok = t.effort.afford(n) && ok
	}
	t.tired = t.tired || !ok
	return ok
}

func containsAny(b []byte, words []string) bool {
	for _, w := range words {
		if containsFold(b, w) {
			return true
		}
	}
	return false
}

// hasRun reports whether n bytes of the set follow each other somewhere.
func hasRun(b []byte, set *charset, n int) bool {
	for i := n - 1; i < len(b); {
		back := runBack(b, i+1, set, n)
		if back >= n {
			return true
		}
		i += n - back
	}
	return n <= 0
}

// assigned tries a rule on the value that a name is given.
func (t *text) assigned(b []byte, a *assignment, r *rule) {
	v := b[a.start:a.end]
	if len(v) < r.least || r.set != nil && runLen(v, 0, r.set, len(v)) < len(v) {
		return
	}
	if m := r.pattern.get().FindIndex(v); m != nil {
		whole := []int{a.nameStart, a.end, a.start, a.end}
		t.accept(b, 0, whole, r, rankAssigned)
	}
}
