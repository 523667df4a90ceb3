package history

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
	"peel/analyzer/text"
)

// step is one line of the history, as the Containerfile had it.
type step struct {
	index int    // into Config.History
	layer *int   // that it made; nil for none
	word  string // RUN, COPY, ADD, …
	text  string // what follows
}

// maxStep bounds what is looked at of one step.
const maxStep = 256 << 10

// runSteps are the steps that are a RUN.
func runSteps(img *evidence.Image) []step {
	return slices.DeleteFunc(steps(img), func(s step) bool { return s.word != "RUN" })
}

// steps are those of the history that say something.
func steps(img *evidence.Image) (list []step) {
	for i, h := range img.Config.History {
		s := text.Instruction(h.CreatedBy[:min(len(h.CreatedBy), maxStep)])
		word, rest, _ := strings.Cut(s, " ")
		st := step{index: i, word: strings.ToUpper(word), text: rest}
		if i < len(img.StepLayer) && img.StepLayer[i] >= 0 {
			st.layer = &img.StepLayer[i]
		}
		list = append(list, st)
	}
	return list
}

// quoted is what findings show of a step: never the whole of it, which may
// hold what nobody should see.
func quoted(s string) string {
	const most = 80
	s = userinfo.ReplaceAllString(s, "://…@")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

var userinfo = regexp.MustCompile(`://[^/\s@]*@`)

// at is a finding on a step. A text is a hint, and no more.
func (s *step) at(c *check.Check, match string) finding.Finding {
	f := c.At(fmt.Sprintf("history[%d].created_by", s.index), quoted(match))
	f.Confidence, f.Layer = finding.Unsure, s.layer
	return f
}

// runs answers a check that looks for a pattern in RUN steps.
func runs(pattern string) func(*check.Check, *evidence.Image) check.Answer {
	re := regexp.MustCompile(pattern)
	return func(c *check.Check, img *evidence.Image) check.Answer {
		var list []finding.Finding
		for _, s := range runSteps(img) {
			if m := re.FindString(s.text); m != "" {
				list = append(list, s.at(c, strings.TrimSpace(m)))
			}
		}
		return check.Found(list...)
	}
}

// commands splits a RUN into its commands.
func commands(s string) []string {
	return splitter.Split(s, -1)
}

var splitter = regexp.MustCompile(`\s*(?:&&|\|\||[;|\n])\s*`)

var update = regexp.MustCompile(`^(?:sudo )?(?:apt-get|apt|apk|yum|dnf|microdnf|zypper)(?: -\S+)* (?:update|makecache|refresh|ref)\b`)

var install = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*(?:sudo )?(?:apt-get|apt|apk|yum|dnf|microdnf|zypper|aptitude)(?: -\S+)* (?:install|add|upgrade|dist-upgrade|full-upgrade|in|reinstall|build-dep|module)\b` +
	`|^(?:sudo )?zypper(?: -\S+)* (?:update|up)\b`)

// upgrades are managers whose update is an upgrade.
var upgrades = regexp.MustCompile(`^(?:sudo )?(?:yum|dnf|microdnf)\b`)

func updateAlone(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	for _, s := range runSteps(img) {
		match, installs := "", false
		for _, cmd := range commands(s.text) {
			if m := update.FindString(cmd); m != "" && !upgrades.MatchString(m) {
				match = m
			}
			installs = installs || install.MatchString(cmd)
		}
		if match != "" && !installs {
			list = append(list, s.at(c, match))
		}
	}
	return check.Found(list...)
}

// added are the words of an ADD whose files a COPY could bring.
func addLocal(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	first := true
	for _, s := range steps(img) {
		base := first
		first = first && s.layer == nil
		if s.word != "ADD" || base && s.layer != nil { // the root file system of a base image is added so
			continue
		}
		src := strings.Fields(s.text)
		if len(src) == 0 || strings.Contains(s.text, "://") || strings.Contains(s.text, "git@") || archive.MatchString(s.text) || strings.HasPrefix(src[0], "multi:") {
			continue
		}
		list = append(list, s.at(c, "ADD "+src[0]))
	}
	return check.Found(list...)
}

var archive = regexp.MustCompile(`(?i)\.(tar|tgz|tbz2?|txz|tzst|gz|bz2|xz|zst)\b`)

var (
	download = regexp.MustCompile(`\b(?:curl|wget)\b[^&|;]*?((?:https?|ftp)://[^\s"'|;&)]+)`)
	verified = regexp.MustCompile(`\b(?:sha(?:1|224|256|384|512)sum|md5sum|gpgv?|cosign|minisign|signify|shasum|openssl dgst|rpm --checksig|rpmkeys|apt-key|gpg2|sqv)\b|--checksum[= ]|\.asc\b|\.gpg\b|keyrings?/`)
)

func unverified(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	for _, s := range steps(img) {
		switch s.word {
		case "ADD":
			if url := addURL.FindString(s.text); url != "" && !strings.Contains(s.text, "--checksum") {
				f := s.at(c, url)
				if strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "ftp://") {
					f.Severity = finding.Medium
				}
				list = append(list, f)
			}
		case "RUN":
			m := download.FindStringSubmatch(s.text)
			if m == nil || verified.MatchString(s.text) || local(m[1]) {
				continue
			}
			f := s.at(c, m[1])
			if !strings.HasPrefix(m[1], "https:") {
				f.Severity, f.Reason = finding.Medium, "whoever is on the way can change it"
			}
			list = append(list, f)
		}
	}
	return check.Found(list...)
}

var addURL = regexp.MustCompile(`\b(?:https?|ftp)://[^\s"',\]]+`)

// local reports whether a URL is of the machine itself.
func local(url string) bool {
	return strings.Contains(url, "://localhost") || strings.Contains(url, "://127.") || strings.Contains(url, "://[::1]")
}

// installers take packages whose version nobody wrote down.
var installers = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*(?:sudo )?(apt-get|apt|apk|pip|pip3|npm|gem)(?: -\S+)* (?:install|add|i)\b(.*)$`)

// pins is how each writes a version.
var pins = map[string]*regexp.Regexp{
	"apt-get": regexp.MustCompile(`=`), "apt": regexp.MustCompile(`=`), "apk": regexp.MustCompile(`[=~<>]`),
	"pip": regexp.MustCompile(`==|@|~=`), "pip3": regexp.MustCompile(`==|@|~=`), "npm": regexp.MustCompile(`.@`), "gem": regexp.MustCompile(`:`),
}

func unpinned(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	for _, s := range runSteps(img) {
		for _, cmd := range commands(s.text) {
			if names := floating(cmd); len(names) > 0 {
				m := installers.FindStringSubmatch(cmd)
				list = append(list, s.at(c, m[1]+": "+strings.Join(names, " ")))
				break
			}
		}
	}
	return check.Found(list...)
}

// floating are the packages of a command that have no version.
func floating(cmd string) (names []string) {
	m := installers.FindStringSubmatch(cmd)
	if m == nil || strings.Contains(m[2], "$") {
		return nil
	}
	words := strings.Fields(m[2])
	for i, w := range words {
		switch {
		case strings.HasPrefix(w, "-"), strings.HasPrefix(w, "."), strings.HasPrefix(w, "/"), strings.Contains(w, "://"):
			continue
		case i > 0 && takesValue(words[i-1]):
			continue
		case strings.ContainsAny(w, "()<>{}`'\"\\"):
			continue
		case !pins[m[1]].MatchString(w):
			names = append(names, w)
		}
	}
	return names
}

// takesValue reports whether an option is followed by a value of its own.
func takesValue(w string) bool {
	switch w {
	case "-r", "--requirement", "-t", "--virtual", "--target", "-c", "--constraint", "-e", "--editable", "--index-url",
		"-i", "--extra-index-url", "--prefix", "--repository", "-X", "--root", "-p", "--target-release", "-o", "-v", "--version":
		return true
	}
	return false
}

func manyFiles(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	for _, s := range runSteps(img) {
		for _, cmd := range commands(s.text) {
			if aptInstall.MatchString(cmd) && !strings.Contains(s.text, "no-install-recommends") && !strings.Contains(s.text, "APT::Install-Recommends") {
				list = append(list, s.at(c, aptInstall.FindString(cmd)))
				break
			}
		}
	}
	return check.Found(list...)
}

var aptInstall = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*(?:sudo )?apt(?:-get)?(?: -\S+)* install\b`)

// secretName is what build arguments that hold secrets are called.
var secretName = regexp.MustCompile(`(?i)(^|_)(password|passwd|secret|token|api_?key|private_?key|access_?key|credentials?|auth)(_|$)`)

func secretArg(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	seen := map[string]bool{}
	for _, s := range steps(img) {
		if s.word != "ARG" {
			continue
		}
		for kv := range strings.FieldsSeq(s.text) {
			name, _, _ := strings.Cut(kv, "=")
			if secretName.MatchString(name) && !notSecret.MatchString(name) && !seen[name] {
				seen[name] = true
				list = append(list, s.at(c, "ARG "+name))
			}
		}
	}
	return check.Found(list...)
}

var notSecret = regexp.MustCompile(`(?i)(_(file|path|url|host|id|name|version)$)`)
