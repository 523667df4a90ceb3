package secrets

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"unicode/utf8"

	"peel/analyzer/finding"
)

// Bounds of what is decoded.
const (
	// maxEncoded is the longest encoded stretch in bytes that is decoded: what is
	// longer is a file, an image, a source map.
	maxEncoded = 16 << 10
	// minEncoded is the shortest: fewer bytes hold no token.
	minEncoded = 16
	// maxDecoded is how deep what was decoded is decoded again.
	maxDecoded = 2
)

// signs begin tokens, or are words for secrets: what an encoded text is looked for
// by, in the letters that the encoding makes of them.
var signs = []string{
	"ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "AKIA", "ASIA", "xoxb-", "xoxp-", "sk_live_", "rk_live_", "sk-proj-", "sk-ant-", "npm_", "pypi-", "dop_v1_", "AIzaSy", "hvs.", "dckr_pat_", "shpat_", "hf_", "SG.",
	"-----BEGIN ", "password", "PASSWORD", "Password", "passwd", "secret", "SECRET", "token", "TOKEN", "api_key", "API_KEY", "apikey", "apiKey", "://", "_authToken",
}

// codings are the encodings, each with the words that it makes of the signs.
var codings = []struct {
	name   string
	words  []keyword
	decode decoder
}{
	{"base64", base64Words(), fromBase64},
	{"hex", hexWords(), fromHex},
	{"percent-encoding", percentWords(), fromPercent},
	{"Unicode escapes", escapeWords(), fromEscapes},
}

// decoder decodes the stretch around b[from:to]. What cannot be decoded is empty.
type decoder func(b []byte, from, to int) (start, end int, plain []byte)

// codingScanners look for what each encoding makes of the signs.
func codingScanners() (out []scannerOf) {
	for _, c := range codings {
		out = append(out, scannerOf{c.words, func(t *text, b []byte, from, to int) { t.encoded(b, from, to, c.name, c.decode) }, false})
	}
	return out
}

// encoded decodes the stretch around b[from:to] and scans what comes out with all
// rules. What is found stands for the whole stretch.
func (t *text) encoded(b []byte, from, to int, name string, decode decoder) {
	if t.depth >= maxDecoded || from < t.lastEncoded {
		return
	}
	start, end, plain := decode(b, from, to)
	if len(plain) < minSecretFile || !isPlainText(plain) || !t.afford(end-start+len(plain)) {
		return
	}
	t.lastEncoded = end
	sub := text{s: t.s, line: 1, lastGen: -1, lastEncoded: -1, work: t.work, effort: t.effort, depth: t.depth + 1}
	sub.scan(plain, 0, len(plain))
	t.work, t.tired = sub.work, t.tired || sub.tired
	for _, m := range sub.found {
		if m.sev <= finding.Low || len(t.found) >= maxMatches {
			continue
		}
		m.more = append(m.more, string(b[start:end]))
		m.reason = join(m.reason, "decoded from "+name)
		m.rank = max(m.rank, rankField)
		t.add(b, start, end, m)
	}
}

// isPlainText reports whether decoded bytes are text that a person may have written.
func isPlainText(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// base64Words are the signs as base64 has them, at each of the three offsets into
// its groups: the letters that do not depend on what is around.
func base64Words() (out []keyword) {
	seen := map[string]bool{}
	for _, s := range signs {
		for pad := range 3 {
			for _, word := range inBase64(s, pad) {
				if word = strings.ToLower(word); !seen[word] {
					seen[word] = true
					out = append(out, keyword{text: word, next: base64Set})
				}
			}
		}
	}
	return out
}

// inBase64 is a sign with so many bytes before it. A word of four letters would cost
// the matcher many grams: where the bits of a fifth are known in part, it is given
// with each of those that this can be.
func inBase64(sign string, pad int) (words []string) {
	const least = 4
	all := strings.Repeat("\x00", pad) + sign
	first, known := (pad*8+5)/6, len(all)*8/6
	word := base64.RawStdEncoding.EncodeToString([]byte(all))[first:known]
	free := (known+1)*6 - len(all)*8 // bits of the next letter that are not known
	switch {
	case len(word) > least || len(word) == least && free >= 6:
		return []string{word}
	case len(word) < least:
		return nil
	}
	for n := range 1 << free {
		next := base64.RawStdEncoding.EncodeToString(append([]byte(all), byte(n<<(8-free)), 0, 0))
		words = append(words, next[first:known+1])
	}
	return words
}

func fromBase64(b []byte, from, to int) (start, end int, plain []byte) {
	start = from - runBack(b, from, base64Alphabet, maxEncoded)
	end = to + runLen(b, to, base64Alphabet, maxEncoded)
	if end-start < minEncoded || end-start > maxEncoded {
		return 0, 0, nil
	}
	return start, end, unbase64(b[start:end])
}

var base64Alphabet = chars("a-zA-Z0-9+/_-")

// hexWords are the signs in hex digits.
func hexWords() (out []keyword) {
	for _, s := range signs {
		if len(s) >= 4 {
			out = append(out, keyword{text: hex.EncodeToString([]byte(s))})
		}
	}
	return out
}

func fromHex(b []byte, from, to int) (start, end int, plain []byte) {
	start = from - runBack(b, from, hexDigits, maxEncoded)
	end = to + runLen(b, to, hexDigits, maxEncoded)
	if end-start < minEncoded || end-start > maxEncoded || (end-start)%2 != 0 || (from-start)%2 != 0 {
		return 0, 0, nil
	}
	plain = make([]byte, (end-start)/2)
	if _, err := hex.Decode(plain, b[start:end]); err != nil {
		return 0, 0, nil
	}
	return start, end, plain
}

// percentWords are what is before a secret in a URL within a URL.
func percentWords() []keyword {
	return phrases("%3a%2f%2f", "password%3d", "passwd%3d", "secret%3d", "token%3d", "api_key%3d", "apikey%3d", "%3aghp_", "%2b%2f%2f")
}

var percentSet = chars("a-zA-Z0-9%._~!$*+;/@-")

func fromPercent(b []byte, from, to int) (start, end int, plain []byte) {
	start = from - runBack(b, from, percentSet, maxEncoded)
	end = to + runLen(b, to, percentSet, maxEncoded)
	clear, err := url.PathUnescape(string(b[start:end]))
	if err != nil || end-start > maxEncoded {
		return 0, 0, nil
	}
	return start, end, []byte(clear)
}

// escapeWords are words for secrets, and the signs of tokens, in the escapes of JSON and
// Java, and JSON's own for what it escapes needlessly.
func escapeWords() (out []keyword) {
	for _, s := range []string{"pass", "secr", "toke", "ghp_", "AKIA", "glpa", "xoxb"} {
		word := ""
		for i := range len(s) {
			word += `\u00` + hex.EncodeToString([]byte{s[i]})
		}
		out = append(out, keyword{text: strings.ToLower(word)})
	}
	return out
}

func fromEscapes(b []byte, from, to int) (start, end int, plain []byte) {
	const escape = 6 // \u0070
	start, end = from, to
	for start >= escape && isEscape(b[start-escape:]) && end-start < maxEncoded {
		start -= escape
	}
	for end-start < maxEncoded && end < len(b) && b[end] != '"' && b[end] != '\n' {
		end++
	}
	for i := start; i < end; i++ {
		if isEscape(b[i:end]) {
			var c [1]byte
			if _, err := hex.Decode(c[:], b[i+4:i+escape]); err != nil {
				return 0, 0, nil
			}
			plain = append(plain, c[0])
			i += escape - 1
			continue
		}
		plain = append(plain, b[i])
	}
	return start, end, plain
}

func isEscape(b []byte) bool {
	return len(b) >= 6 && bytes.Equal(bytes.ToLower(b[:4]), []byte(`\u00`)) && hexDigits.has(b[4]) && hexDigits.has(b[5])
}
