package secrets

import (
	"bytes"
	"math"
)

// entropy is Shannon's, in bits a byte, of the bytes' frequencies.
func entropy(b []byte) float64 {
	if len(b) == 0 {
		return 0
	}
	var count [256]int
	for _, c := range b {
		count[c]++
	}
	sum := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(b))
			sum -= p * math.Log2(p)
		}
	}
	return sum
}

// distinct counts the different bytes.
func distinct(b []byte) int {
	var seen charset
	n := 0
	for _, c := range b {
		if !seen.has(c) {
			seen.add(c, c)
			n++
		}
	}
	return n
}

// runLen is how many bytes from b[i] on are in the set, at most limit.
func runLen(b []byte, i int, set *charset, limit int) int {
	end := min(len(b), i+limit)
	n := i
	for n < end && set.has(b[n]) {
		n++
	}
	return max(n-i, 0)
}

// runBack is runLen before b[i].
func runBack(b []byte, i int, set *charset, limit int) int {
	n := i
	for n > 0 && i-n < limit && set.has(b[n-1]) {
		n--
	}
	return i - n
}

// containsFold finds an ASCII lower-case word in any case.
func containsFold(b []byte, word string) bool {
	return indexFold(b, word) >= 0
}

func indexFold(b []byte, word string) int {
	for i := 0; i+len(word) <= len(b); i++ {
		if lower[b[i]] == word[0] && equalFold(b[i:i+len(word)], word) {
			return i
		}
	}
	return -1
}

func equalFold(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i := range b {
		if lower[b[i]] != word[i] {
			return false
		}
	}
	return true
}

// masks are marks that no token has by chance: the text stands for a value, or
// hides it.
var masks = [][]byte{
	[]byte("${"), []byte("{{"), []byte("$("), []byte("<%"), []byte("xxxxx"), []byte("XXXXX"), []byte("****"), []byte("....."), []byte("\xe2\x80\xa6"), []byte("\xe2\x80\xa2"),
}

// masked reports whether a token is none.
func masked(v []byte) bool {
	for _, mark := range masks {
		if bytes.Contains(v, mark) {
			return true
		}
	}
	return len(v) == 0 || distinct(v) <= 2 || v[0] == '<' && v[len(v)-1] == '>' || v[0] == '$' && runLen(v, 1, wordChars, len(v)) == len(v)-1
}

// interpolations also are signs, in values without a form of their own.
var interpolations = [][]byte{
	[]byte("}}"), []byte("%>"), []byte("%("), []byte("#{"), []byte("@{"), []byte("]]"), []byte("[["), []byte("xxxx"), []byte("XXXX"),
	[]byte("...."), []byte("____"), []byte("----"), []byte("0000000000"),
}

// fillers say in words that a value is to be filled in.
var fillers = []string{
	"changeme", "change_me", "change-me", "changeit", "change_it", "change-it", "replaceme", "replace_me", "replace-me",
	"replace_with", "replace-with", "placeholder", "your_", "your-", "yourpass", "yoursecret", "yourtoken", "yourapi", "yourkey",
	"my_secret", "mysecret", "mypassword", "my_password", "my-secret", "insert_", "insert-", "enter_", "redacted", "removed", "dummy", "foobar",
	"todo", "fixme", "example", "sample", "xxxxx", "password", "passwd", "passphrase", "secr3t", "supersecret", "topsecret",
	"notasecret", "not_a_secret", "not-a-secret", "undefined", "lorem", "qwerty", "secretkey", "secret_key", "secret-key",
	"goes_here", "goes-here", "goeshere",
}

// nothings are values that are none.
var nothings = map[string]bool{
	"true": true, "false": true, "null": true, "none": true, "nil": true, "undefined": true, "yes": true, "no": true,
	"string": true, "secret": true, "password": true, "pass": true, "token": true, "test": true, "testing": true,
	"required": true, "optional": true, "default": true, "disabled": true, "enabled": true, "unset": true, "empty": true,
	"hidden": true, "private": true, "public": true, "root": true, "admin": true, "user": true, "username": true,
}

// stands reports whether a value only stands for another: a variable, a
// template, a mask. shortly says why.
func stands(v []byte) bool {
	if masked(v) || nothings[string(bytes.ToLower(v))] {
		return true
	}
	for _, mark := range interpolations {
		if bytes.Contains(v, mark) {
			return true
		}
	}
	first, last := v[0], v[len(v)-1]
	switch {
	case first == '$' && len(v) > 1 && runLen(v, 1, identity, len(v)) == len(v)-1: // $NAME
		return true
	case first == '%' && last == '%', first == '@' && last == '@', first == '<' && last == '>',
		first == '[' && last == ']', first == '{' && last == '}', first == '(' && last == ')':
		return true
	case first == '%' && len(v) <= 4: // %s
		return true
	}
	return len(v) >= 10 && distinct(v) <= 3 || bytes.HasSuffix(v, []byte("..."))
}

// filler is the word in a value that says it is to be replaced, or "".
func filler(v []byte) string {
	for _, word := range fillers {
		if containsFold(v, word) {
			return word
		}
	}
	return ""
}

// sequence reports whether most of a value counts up or down, or repeats
// itself, as what is typed for want of a secret does.
func sequence(v []byte) bool {
	steps := 0
	for i := 1; i < len(v); i++ {
		if d := int(v[i]) - int(v[i-1]); d == 1 || d == -1 || d == 0 {
			steps++
		}
	}
	if steps*2 > len(v) {
		return true
	}
	for period := 1; period <= len(v)/3; period++ {
		if bytes.Equal(v[period:], v[:len(v)-period]) {
			return true
		}
	}
	return false
}
