package secrets

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"peel/analyzer/secrets/betterleaks"
	"peel/analyzer/secrets/gitleaks"
	"peel/analyzer/secrets/structured"
	"peel/source/layer"
)

// Options of a Scanner.
type Options struct {
	// ExtraRules is a rule file in gitleaks' TOML format; its rules are used
	// beside the own ones.
	ExtraRules []byte
	// Allow are findings that are not to be reported.
	Allow []Allow
	// Now decides which tokens have expired; the zero time is the present.
	Now time.Time
}

// Scanner knows all rules, and what it has seen of an image. One serves all
// layers of one image, side by side.
type Scanner struct {
	opts    Options
	matcher *matcher
	uses    []use // by keyword

	mu   sync.Mutex
	seen map[contentKey]*content // scanned contents; nil for one without secrets
	pool sync.Pool               // of *stream
}

// contentKey tells contents apart. What a file is named may tell how it is read.
type contentKey struct {
	digest layer.Digest
	syntax structured.Syntax
}

// use is what a keyword may be a sign of.
type use struct {
	rules   []*rule
	scanner func(t *text, b []byte, from, to int)
	binary  bool // scanner looks at binaries too
	form    bool // files that begin with it have a parser
}

var _ layer.Inspector = (*Scanner)(nil)

// OwnRules makes a scanner without any options.
func OwnRules() *Scanner {
	s, err := New(Options{})
	if err != nil {
		panic(err) // of a rule file, and there is none
	}
	return s
}

// New makes a scanner. An error is one of the rule file.
func New(opts Options) (*Scanner, error) {
	if opts.Now.IsZero() {
		opts.Now = time.Now()
	}
	s := &Scanner{opts: opts, seen: map[contentKey]*content{}}
	s.pool.New = func() any { return newStream(s) }
	rules := defaultRules()
	if opts.ExtraRules != nil {
		var err error
		if rules, err = extend(rules, opts.ExtraRules); err != nil {
			return nil, err
		}
	}
	s.build(rules)
	return s, nil
}

// extend adds the rules of a file, and leaves out those that it disables or has
// under the same id.
func extend(rules []*rule, file []byte) ([]*rule, error) {
	set, err := gitleaks.Parse(file)
	if err != nil {
		return nil, err
	}
	gone := map[string]bool{}
	for _, id := range set.Disabled {
		gone[id] = true
	}
	var own []*rule
	for i := range set.Rules {
		r := adopt(&set.Rules[i], set.Allow)
		if len(r.words) == 0 {
			return nil, fmt.Errorf("reading rule %q: it needs a keyword of at least %d characters", r.id, minKeyword)
		}
		gone[r.id] = true
		own = append(own, r)
	}
	var out []*rule
	for _, r := range rules {
		if !gone[r.id] {
			out = append(out, r)
		}
	}
	return append(out, own...), nil
}

var defaultRules = sync.OnceValue(func() []*rule {
	var rules []*rule
	for i := range gitleaks.Default.Rules {
		if g := &gitleaks.Default.Rules[i]; !replaced[g.ID] {
			rules = append(rules, anywhere(adopt(g, gitleaks.Default.Allow)))
		}
	}
	for i := range betterleaks.Rules {
		rules = append(rules, adopt(&betterleaks.Rules[i], gitleaks.Default.Allow))
	}
	return append(rules, ownRules()...)
})

// build gives every keyword its uses, and makes the matcher.
func (s *Scanner) build(rules []*rule) {
	var words []keyword
	index := map[keyword]int{}
	put := func(k keyword) *use {
		n, ok := index[k]
		if !ok {
			n = len(words)
			index[k] = n
			words = append(words, k)
			s.uses = append(s.uses, use{})
		}
		return &s.uses[n]
	}
	for _, r := range rules {
		for _, k := range r.words {
			u := put(k)
			u.rules = append(u.rules, r)
		}
	}
	for _, sc := range slices.Concat(scanners, codingScanners()) {
		for _, k := range sc.words {
			u := put(k)
			u.scanner, u.binary = sc.scan, sc.binary
		}
	}
	for _, k := range formWords {
		put(k).form = true
	}
	s.matcher = newMatcher(words)
}
