package main

import (
	"math/rand/v2"
	"regexp/syntax"
	"strings"
)

// drawer makes random texts that regular expressions match.
type drawer struct{ *rand.Rand }

// Repetitions without an upper bound get at most so many more than the least.
const moreRepeats = 6

// draw gives a text that a regular expression matches; "" if it cannot be read.
// The parts that may be left out are mostly left out: they are what may stand
// around a secret.
func (d drawer) draw(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	var b strings.Builder
	d.write(&b, re)
	return b.String()
}

func (d drawer) write(b *strings.Builder, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		text := string(re.Rune)
		if re.Flags&syntax.FoldCase != 0 {
			text = strings.ToLower(text)
		}
		b.WriteString(text)
	case syntax.OpCharClass:
		b.WriteRune(d.class(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteRune(rune('a' + d.IntN(26)))
	case syntax.OpAlternate:
		d.write(b, re.Sub[d.IntN(len(re.Sub))])
	case syntax.OpStar, syntax.OpQuest:
		if d.IntN(4) == 0 {
			d.write(b, re.Sub[0])
		}
	case syntax.OpPlus:
		d.repeat(b, re.Sub[0], 1, 1+moreRepeats)
	case syntax.OpRepeat:
		most := re.Max
		if most < 0 || re.Min > 0 && most > re.Min+moreRepeats {
			most = re.Min + moreRepeats
		}
		if re.Min == 0 {
			most = min(most, 1)
		}
		d.repeat(b, re.Sub[0], re.Min, most)
	default:
		for _, sub := range re.Sub {
			d.write(b, sub)
		}
	}
}

func (d drawer) repeat(b *strings.Builder, re *syntax.Regexp, least, most int) {
	for range least + d.IntN(most-least+1) {
		d.write(b, re)
	}
}

// class is a printable character of a class; letters and digits come first.
func (d drawer) class(ranges []rune) rune {
	var plain, other []rune
	for i := 0; i+1 < len(ranges); i += 2 {
		for r := max(ranges[i], ' '); r <= min(ranges[i+1], '~'); r++ {
			if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
				plain = append(plain, r)
			} else {
				other = append(other, r)
			}
		}
	}
	switch {
	case len(plain) > 0 && (len(other) == 0 || d.IntN(20) > 0):
		return plain[d.IntN(len(plain))]
	case len(other) > 0:
		return other[d.IntN(len(other))]
	}
	return ' '
}

const alphanumeric = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// value is a random secret of letters and digits.
func (d drawer) value(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphanumeric[d.IntN(len(alphanumeric))]
	}
	b[n/2] = byte('2' + d.IntN(8)) // what is planted has a digit
	return string(b)
}

var words = strings.Fields("amber anchor apricot autumn badger bamboo barley beacon bramble bronze candle canyon cedar clover cobalt copper coral crimson dolphin ember falcon fennel ferret garnet ginger glacier granite hazel heron indigo ivory jasmine juniper kestrel lantern lemon linen lupine maple marble meadow mosaic nectar nutmeg olive orchid otter pebble pepper pigeon quartz raven ribbon saffron scarlet sparrow summit thistle timber tulip umber velvet walnut willow yarrow zephyr")

// passphrase is what a person thinks up: two words.
func (d drawer) passphrase() string {
	return words[d.IntN(len(words))] + "-" + words[d.IntN(len(words))]
}
