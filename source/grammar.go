package source

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/distribution/reference"
	"github.com/google/go-containerregistry/pkg/name"
)

// nameError says which rule of the grammar a name breaks, and what it would be
// without that.
type nameError struct {
	rule string
	try  string // "" if nobody can guess what was meant
}

func (e *nameError) Error() string {
	if e.try == "" {
		return e.rule
	}
	return fmt.Sprintf("%s; write %s", e.rule, e.try)
}

// parseName reads the name of an image in a registry, in the grammar of
// distribution (reference, "Grammar"). The error names the rule that is broken.
func parseName(s string) (name.Reference, error) {
	if !imageID.MatchString(s) { // which engines have, and only they
		if _, err := reference.ParseDockerRef(s); err != nil {
			if e := brokenRule(s); e != nil {
				return nil, e
			}
			return nil, err
		}
	}
	return name.ParseReference(s, name.WeakValidation)
}

var imageID = regexp.MustCompile(`^[a-f0-9]{64}$`)

// Parts of the grammar.
const (
	maxTag  = 128
	maxName = 255
	minHex  = 32
)

var (
	tagRule   = regexp.MustCompile(`^\w[\w.-]*$`)
	partRule  = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$`)
	separator = regexp.MustCompile(`[._-]{2,}`)
	algorithm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*$`)
	hexRule   = regexp.MustCompile(`^[0-9a-fA-F]*$`)
)

// hexLengths are those of the digests in use (OCI image spec, descriptor.md,
// "Registered Algorithms").
var hexLengths = map[string]int{"sha256": 64, "sha384": 96, "sha512": 128}

// brokenRule finds the first rule that a name breaks; nil if it breaks none that
// is known here.
func brokenRule(s string) *nameError {
	for _, scheme := range []string{"https://", "http://", "oci://"} {
		if rest, ok := strings.CutPrefix(s, scheme); ok {
			return &nameError{"the name of an image has no " + scheme + " in front", rest}
		}
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }); i >= 0 {
		return &nameError{"the name of an image has no spaces", strings.Join(strings.Fields(s), "")}
	}
	rest, digest, digested := strings.Cut(s, "@")
	if digested {
		if e := brokenDigest(rest, digest); e != nil {
			return e
		}
	}
	name, tag, tagged := cutTag(rest)
	if tagged {
		if e := brokenTag(name, tag); e != nil {
			return e
		}
	}
	host, path := cutHost(name)
	if e := brokenHost(host, path); e != nil {
		return e
	}
	if e := brokenPath(s, path); e != nil {
		return e
	}
	if len(path) > maxName {
		return &nameError{rule: fmt.Sprintf("a repository has %d characters at most, this one has %d", maxName, len(path))}
	}
	return nil
}

// cutTag splits at the last colon, unless that is a port's.
func cutTag(s string) (name, tag string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 || strings.Contains(s[i:], "/") {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// cutHost splits off what is taken for a registry: it has a dot or a port, or is
// localhost.
func cutHost(name string) (host, path string) {
	first, rest, ok := strings.Cut(name, "/")
	if ok && (first == "localhost" || strings.ContainsAny(first, ".:[")) {
		return first, rest
	}
	return "", name
}

func brokenDigest(name, digest string) *nameError {
	algo, hex, ok := strings.Cut(digest, ":")
	switch want := hexLengths[algo]; {
	case !ok && hexRule.MatchString(digest) && len(digest) == hexLengths["sha256"]:
		return &nameError{"a digest begins with its algorithm", name + "@sha256:" + digest}
	case !ok || !algorithm.MatchString(algo):
		return &nameError{rule: fmt.Sprintf("%q is no digest: behind an @ stands sha256: and 64 hexadecimal digits", digest)}
	case !hexRule.MatchString(hex):
		return &nameError{rule: fmt.Sprintf("the digest has characters that are no hexadecimal digits: %q", hex)}
	case want > 0 && len(hex) != want:
		return &nameError{rule: fmt.Sprintf("a %s digest has %d digits, this one has %d", algo, want, len(hex))}
	case want == 0 && len(hex) < minHex:
		return &nameError{rule: fmt.Sprintf("a digest has %d digits at least, this one has %d", minHex, len(hex))}
	case strings.ToLower(hex) != hex:
		return &nameError{"a digest is written in lower case", name + "@" + algo + ":" + strings.ToLower(hex)}
	}
	return nil
}

func brokenTag(name, tag string) *nameError {
	switch {
	case tag == "":
		return &nameError{"nothing follows the colon, where the tag should be", name}
	case len(tag) > maxTag:
		return &nameError{rule: fmt.Sprintf("a tag has %d characters at most, this one has %d", maxTag, len(tag))}
	case tag[0] == '.' || tag[0] == '-':
		return &nameError{"a tag begins with a letter, a digit or an underscore", name + ":" + strings.TrimLeft(tag, ".-")}
	case !tagRule.MatchString(tag):
		return &nameError{rule: fmt.Sprintf("a tag has letters, digits and _ . - alone, %q has others", tag)}
	}
	return nil
}

func brokenHost(host, path string) *nameError {
	name, port, ok := strings.Cut(host, ":")
	switch {
	case host == "" || strings.HasPrefix(host, "["):
	case path == "":
		return &nameError{rule: fmt.Sprintf("after the registry %s no repository is named", host)}
	case ok && strings.Trim(port, "0123456789") != "" || ok && port == "":
		return &nameError{rule: fmt.Sprintf("the port of the registry, %q, is no number", port)}
	case strings.HasPrefix(name, "-") || strings.HasSuffix(name, "-") || strings.Contains(name, "..") || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "."):
		return &nameError{rule: fmt.Sprintf("%q is no host name", name)}
	}
	return nil
}

// brokenPath looks at the parts of a repository.
func brokenPath(whole, path string) *nameError {
	lower := strings.Replace(whole, path, strings.ToLower(path), 1)
	if path == "" {
		return &nameError{rule: "no repository is named"}
	}
	for part := range strings.SplitSeq(path, "/") {
		switch {
		case part == "" && strings.HasSuffix(path, "/"):
			return &nameError{"a repository does not end in a slash", strings.Replace(whole, path, strings.TrimRight(path, "/"), 1)}
		case part == "":
			return &nameError{"a part of the repository is empty", regexp.MustCompile(`//+`).ReplaceAllString(strings.TrimLeft(whole, "/"), "/")}
		case partRule.MatchString(part):
		case strings.ToLower(part) != part && partRule.MatchString(strings.ToLower(part)):
			return &nameError{"a repository is written in lower case", lower}
		case strings.Trim(part, "._-") != part:
			return &nameError{rule: fmt.Sprintf("a part of a repository begins and ends with a letter or a digit, %q does not", part)}
		case separator.MatchString(part):
			return &nameError{rule: fmt.Sprintf("in a repository one dot, one or two underscores or dashes stand between letters and digits, %q has %q", part, separator.FindString(part))}
		default:
			return &nameError{rule: fmt.Sprintf("a repository has lower-case letters, digits and . _ - alone, %q has others", part)}
		}
	}
	return nil
}
