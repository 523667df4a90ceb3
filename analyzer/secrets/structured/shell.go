package structured

import "strings"

// word is a word of a command line, without its quotes.
type word struct {
	text string
	off  int
	stop bool // ends a command: ; && | and the like, or a redirection
}

// maxWords is the most words that are read of one command line.
const maxWords = 20000

// splitShell takes a command line apart as a POSIX shell does, without
// expanding anything. It takes exec forms (JSON lists) as well.
func splitShell(s string) []word {
	var words []word
	for i := 0; i < len(s) && len(words) < maxWords; {
		switch c := s[i]; {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			i++
		case strings.IndexByte(";|&()", c) >= 0:
			words = append(words, word{text: string(c), off: i, stop: true})
			i++
		default:
			w, end := shellWord(s, i)
			words = append(words, w)
			i = max(end, i+1)
		}
	}
	return words
}

// shellWord reads the word at begin. A substitution is kept as it is.
func shellWord(s string, begin int) (word, int) {
	var b strings.Builder
	i := begin
	for i < len(s) && strings.IndexByte(" \t\r\n;|&()", s[i]) < 0 {
		switch c := s[i]; {
		case c == '\'':
			end := indexFrom(s, i+1, "'")
			b.WriteString(s[i+1 : end])
			i = end + 1
		case c == '"':
			i = doubleQuoted(s, i+1, &b)
		case c == '\\' && i+1 < len(s):
			if s[i+1] != '\n' {
				b.WriteByte(s[i+1])
			}
			i += 2
		case c == '$' && strings.HasPrefix(s[i:], "$("):
			end := min(indexFrom(s, i, ")")+1, len(s))
			b.WriteString(s[i:end])
			i = end
		case c == '$' && strings.HasPrefix(s[i:], "${"):
			end := min(indexFrom(s, i, "}")+1, len(s))
			b.WriteString(s[i:end])
			i = end
		default:
			b.WriteByte(c)
			i++
		}
	}
	return word{text: b.String(), off: begin}, i
}

// doubleQuoted reads to the closing quote, and gives what is after it.
func doubleQuoted(s string, i int, b *strings.Builder) int {
	for i < len(s) && s[i] != '"' {
		if s[i] == '\\' && i+1 < len(s) {
			if strings.IndexByte("\"\\$`\n", s[i+1]) < 0 {
				b.WriteByte('\\')
			}
			i++
		}
		b.WriteByte(s[i])
		i++
	}
	return min(i+1, len(s))
}

// indexFrom is where sub is in s from i on, the length of s if nowhere.
func indexFrom(s string, i int, sub string) int {
	if i >= len(s) {
		return len(s)
	}
	if n := strings.Index(s[i:], sub); n >= 0 {
		return i + n
	}
	return len(s)
}

// baseName is the name of a program without its directory and .exe.
func baseName(s string) string {
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	return strings.TrimSuffix(strings.ToLower(s), ".exe")
}
