// Package bigram tells words from random letters by how often one letter
// follows another.
package bigram

import (
	"math"
	"sync"

	"peel/analyzer/secrets/gitleaks"
)

// counts of letters that follow each other.
type counts [26][26]float64

func (c *counts) add(text string) {
	for i := 1; i < len(text); i++ {
		if x, y := letter(text[i-1]), letter(text[i]); x >= 0 && y >= 0 {
			c[x][y]++
		}
	}
}

// stopWords are counts of the words that gitleaks takes for signs of no secret.
func stopWords() *counts {
	c := new(counts)
	for _, r := range gitleaks.Default.Rules {
		for _, a := range r.Allow {
			for _, w := range a.StopWords {
				c.add(w)
			}
		}
	}
	return c
}

// rareness is that of each pair of letters, by the stop words and by the sentences
// that describe gitleaks' rules.
var rareness = sync.OnceValue(func() *[26][26]float32 {
	c := stopWords()
	for _, r := range gitleaks.Default.Rules {
		c.add(r.Description)
	}
	all := 0.0
	for i := range c {
		for _, n := range c[i] {
			all += n
		}
	}
	table := new([26][26]float32)
	for x := range c {
		for y, n := range c[x] {
			table[x][y] = float32(-math.Log2((n + 0.5) / all))
		}
	}
	return table
})

// Rareness is a measure of how seldom two bytes follow each other in any text, in
// bits: that of letters is learned.
func Rareness(a, b byte) float32 {
	x, y := letter(a), letter(b)
	switch {
	case x >= 0 && y >= 0:
	case a == b: // a rule of dashes
		return repeated
	case a == ' ' || b == ' ':
		return spaced
	default:
		return signed
	}
	return rareness()[x][y]
}

// Rareness of pairs with a sign, a digit or a blank, estimated.
const (
	repeated = 4
	spaced   = 6
	signed   = 10
)

// Table says how much likelier a letter is after another in words than in
// random text, in bits: the row is the first of the two.
var Table = sync.OnceValue(func() *[26][26]float32 {
	count := stopWords()
	table := new([26][26]float32)
	for x := range count {
		sum := 0.0
		for _, n := range count[x] {
			sum += n + 0.5
		}
		for y, n := range count[x] {
			table[x][y] = float32(math.Log2((n + 0.5) / sum * 26))
		}
	}
	return table
})

// letter is the number of an ASCII letter of either case, from 0; -1 for any
// other byte.
func letter(c byte) int {
	if c |= 0x20; c < 'a' || c > 'z' {
		return -1
	}
	return int(c - 'a')
}

// Wordy reports whether a value is made of words, as names and sentences are,
// not of random letters.
func Wordy[T string | []byte](v T) bool {
	table := Table()
	var sum float32
	pairs, inWords, run := 0, 0, 0
	var runSum float32
	flush := func() {
		// Four letters in a row that follow each other as in words.
		if run >= 4 && runSum/float32(run-1) > 0.3 {
			inWords += run
		}
		run, runSum = 0, 0
	}
	for i := range len(v) {
		c := v[i]
		if letter(c) < 0 {
			flush()
			continue
		}
		if i > 0 && letter(v[i-1]) >= 0 && sameWord(v[i-1], c) {
			s := table[letter(v[i-1])][letter(c)]
			sum += s
			runSum += s
			pairs++
			run++
			continue
		}
		flush()
		run = 1
	}
	flush()
	if inWords*2 > len(v) {
		return true
	}
	return pairs*2 > len(v) && sum/float32(pairs) > 0.4
}

// sameWord reports whether two neighbours can be of one word: of one case, or a
// capital and what follows it.
func sameWord(a, b byte) bool {
	aUp, bUp := a < 'a', b < 'a'
	return aUp == bUp || aUp && !bUp
}
