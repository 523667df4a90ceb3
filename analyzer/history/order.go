package history

import (
	"regexp"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
)

// fetches are the commands that install what a project depends on.
var fetches = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*(?:sudo )?(?:` +
	`(?:npm|pnpm|yarn|bun)(?: -\S+)* (?:ci|install|i)\b|yarn$|` +
	`(?:python3? -m )?pip3?(?: -\S+)* install\b|poetry install\b|uv (?:sync|pip install)\b|pipenv (?:install|sync)\b|` +
	`bundle install\b|composer install\b|go mod download\b|cargo fetch\b|dotnet restore\b|mvn\b.*dependency:|` +
	`(?:apt-get|apt|apk|yum|dnf|microdnf|zypper)(?: -\S+)* (?:install|add|in)\b)`)

// copiedTooEarly takes the first copy of a whole directory for that of the
// sources. What the root file system was added with, below all others, is none.
func copiedTooEarly(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	var copied *step
	all := steps(img)
	base := true
	for i := range all {
		s := &all[i]
		switch {
		case s.word == "RUN" && copied != nil:
			for _, cmd := range commands(s.text) {
				if m := fetches.FindString(cmd); m != "" {
					f := s.at(c, m)
					f.Reason = "the copy before it: " + quoted(copied.word+" "+copied.text)
					list = append(list, f)
					break
				}
			}
		case (s.word == "COPY" || s.word == "ADD") && !base && copied == nil && wholeDirectory(s.text):
			copied = s
		}
		base = base && s.layer == nil
	}
	return check.Found(list...)
}

// wholeDirectory reports whether the first source of a COPY is the build context
// or, as the classic builder writes it, some directory of it.
func wholeDirectory(text string) bool {
	for word := range strings.FieldsSeq(text) {
		switch {
		case strings.HasPrefix(word, "--from"):
			return false // another stage, which is cached by what it makes
		case strings.HasPrefix(word, "--"):
			continue
		}
		return word == "." || word == "./" || word == "*" || strings.HasPrefix(word, "dir:")
	}
	return false
}
