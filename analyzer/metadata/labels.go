package metadata

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/github/go-spdx/v2/spdxexp"
	"golang.org/x/mod/semver"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
)

// prefix is of the keys that the OCI image spec defines (annotations.md,
// "Pre-Defined Annotation Keys").
const prefix = "org.opencontainers.image."

// DefaultRequired are the labels that an image should have unasked: those that
// lead from an image to what it was made of.
var DefaultRequired = []string{"source", "revision", "version", "licenses"}

// key is one of the spec's keys.
type key struct {
	id, name string
	about    string // what it holds, for texts
	example  string
	// wrong tells what is wrong with a value; "" for nothing.
	wrong func(string) string
	// sev is of a malformed value.
	sev finding.Severity
	// legacy is the key of label-schema.org that it replaced.
	legacy string
	peers  string
}

// keys are all fourteen.
var keys = []key{
	{"M001", "created", "when the image was built, as RFC 3339", "2026-01-15T09:00:00Z", wrongTime, finding.Low, "build-date", "DL3053"},
	{"M002", "authors", "whom to ask", "Jo Doe <jo@example.org>", wrongContact, finding.Info, "", "DL3048"},
	{"M003", "url", "where to learn more, as a URL", "https://example.org/app", wrongURL, finding.Low, "url", "DL3052"},
	{"M004", "documentation", "where its manual is, as a URL", "https://example.org/app/docs", wrongURL, finding.Low, "usage", "DL3052"},
	{"M005", "source", "where its source code is, as a URL", "https://example.org/git/app", wrongURL, finding.Low, "vcs-url", "DL3049, DL3052"},
	{"M006", "version", "the version of the software", "1.4.2", wrongVersion, finding.Info, "version", "DL3049, DL3056"},
	{"M007", "revision", "the commit it was built from", "6c2343f5c1bb6d5b0d0cf3f4a93ad0c2d5a1e7b9", wrongRevision, finding.Info, "vcs-ref", "DL3049, DL3055"},
	{"M008", "vendor", "who distributes it", "Example Inc.", nil, finding.Info, "vendor", "DL3049"},
	{"M009", "licenses", "its licences, as an SPDX expression", "Apache-2.0 OR MIT", wrongLicence, finding.Low, "license", "DL3054"},
	{"M010", "ref.name", "the reference of the image", "1.4.2", wrongRefName, finding.Low, "", ""},
	{"M011", "title", "its name for people", "Example app", nil, finding.Info, "name", "DL3049, DL3051"},
	{"M012", "description", "what it does, for people", "Serves examples over HTTP", nil, finding.Info, "description", "DL3049, DL3051"},
	{"M013", "base.digest", "the digest of the base image", "sha256:" + strings.Repeat("0123456789abcdef", 4), wrongDigest, finding.Low, "", ""},
	{"M014", "base.name", "the reference of the base image", "registry.example.org/debian:12", wrongReference, finding.Low, "", ""},
}

// Keys are the names of the spec's keys, without their prefix.
func Keys() []string {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = k.name
	}
	return list
}

// labelCheck answers one key: missing, empty, malformed, at odds with the
// annotation, taken over from the base image.
func (k key) run(c *check.Check, img *evidence.Image) check.Answer {
	label, has := img.Run().Labels[prefix+k.name]
	note, noted := img.Annotations[prefix+k.name]
	if note == "" && strings.HasPrefix(k.name, "base.") {
		noted = false // so buildah tells of an image that has no base
	}
	if !has && !noted {
		return k.missing(c, img)
	}
	var list []finding.Finding
	where := fmt.Sprintf("config.Labels[%q]", prefix+k.name)
	if has {
		list = append(list, k.value(c, where, label)...)
		if f, ok := k.inherited(c, img, where, label); ok {
			list = append(list, f)
		}
	}
	if noted && (!has || note != label) {
		at := fmt.Sprintf("manifest.annotations[%q]", prefix+k.name)
		list = append(list, k.value(c, at, note)...)
		if has && k.name != "created" { // which tools set when they write
			f := c.At(at, note)
			f.Title, f.Severity = "label and annotation "+k.name+" differ", finding.Low
			f.Reason = fmt.Sprintf("the label says %q", label)
			list = append(list, f)
		}
	}
	return check.Found(list...)
}

func (k key) missing(c *check.Check, img *evidence.Image) check.Answer {
	if !slices.Contains(img.RequiredLabels, k.name) {
		return check.Moot("the label is not required")
	}
	f := c.Finding()
	f.Where, f.Title, f.Group = "config.Labels", "missing label "+k.name, "missing labels"
	if old := img.Run().Labels["org.label-schema."+k.legacy]; k.legacy != "" && old != "" {
		f.Reason = "org.label-schema." + k.legacy + " is set, which it replaces"
	}
	return check.Found(f)
}

func (k key) value(c *check.Check, where, value string) []finding.Finding {
	f := c.At(where, value)
	switch {
	case strings.TrimSpace(value) == "":
		f.Title, f.Match = "empty label "+k.name, ""
		return []finding.Finding{f}
	case k.wrong == nil:
		return nil
	}
	if reason := k.wrong(value); reason != "" {
		f.Title, f.Severity, f.Reason = "malformed label "+k.name, k.sev, reason
		return []finding.Finding{f}
	}
	return nil
}

// inherited reports a label that only the base image's steps set.
func (k key) inherited(c *check.Check, img *evidence.Image, where, value string) (finding.Finding, bool) {
	base, known := baseSteps(img)
	if !known || k.name == "licenses" || strings.HasPrefix(k.name, "base.") {
		return finding.Finding{}, false
	}
	last := -1
	for i, h := range img.Config.History {
		if setsLabel(h.CreatedBy, prefix+k.name) {
			last = i
		}
	}
	if last < 0 || last >= base {
		return finding.Finding{}, false
	}
	f := c.At(where, value)
	f.Title = "label " + k.name + " inherited from the base image"
	f.Confidence = finding.Likely
	f.Reason = fmt.Sprintf("step %d of the history, which belongs to the base image, set it, and none since", last+1)
	return f, true
}

// setsLabel reports whether a build step sets a label.
func setsLabel(step, name string) bool {
	_, rest, ok := strings.Cut(step, "LABEL ")
	return ok && (strings.HasPrefix(rest, name+"=") || strings.Contains(rest, " "+name+"="))
}

// baseSteps is how many steps of the history belong to the base image. Base
// images end with a CMD or ENTRYPOINT; one that is followed by steps with files
// is theirs. It is not known if there is none.
func baseSteps(img *evidence.Image) (steps int, known bool) {
	filled := false
	for i := len(img.Config.History) - 1; i >= 0; i-- {
		h := img.Config.History[i]
		word, _, _ := strings.Cut(instructionOf(h.CreatedBy), " ")
		if filled && h.EmptyLayer && (word == "CMD" || word == "ENTRYPOINT") {
			return i + 1, true
		}
		filled = filled || !h.EmptyLayer
	}
	return 0, false
}

func wrongTime(v string) string {
	if _, err := time.Parse(time.RFC3339, v); err != nil {
		return "it is no time as RFC 3339 writes it"
	}
	return ""
}

func wrongURL(v string) string {
	u, err := url.Parse(v)
	switch {
	case err != nil:
		return "it cannot be parsed as a URL"
	case u.Scheme == "":
		return "it has no scheme, such as https:"
	case u.Host == "" && u.Opaque == "":
		return "it names no host"
	}
	return ""
}

// wrongContact takes the text as it is, but for addresses in it.
func wrongContact(v string) string {
	if strings.Contains(v, "@") && !strings.Contains(v, "://") {
		if _, err := mail.ParseAddressList(v); err != nil && !strings.Contains(v, " ") {
			return "the mail address in it is none"
		}
	}
	return ""
}

// wrongVersion asks for what the spec allows and tools expect.
func wrongVersion(v string) string {
	if !semver.IsValid("v" + strings.TrimPrefix(v, "v")) {
		return "it is no semantic version"
	}
	return ""
}

var commit = regexp.MustCompile(`^([0-9a-f]{7,40}|[0-9a-f]{64}|[0-9]{1,9})$`)

func wrongRevision(v string) string {
	if !commit.MatchString(v) {
		return "it is no commit's hash or number"
	}
	return ""
}

// maxExpression bounds what is parsed as a licence expression.
const maxExpression = 4096

func wrongLicence(v string) string {
	if len(v) > maxExpression {
		return "it is too long for a licence expression"
	}
	if _, err := spdxexp.ExtractLicenses(v); err != nil {
		return "it is no SPDX licence expression"
	}
	return ""
}

// refName is the grammar of the spec (annotations.md, "Rules").
var refName = regexp.MustCompile(`^[A-Za-z0-9]+([-._:@/+]|--)?[A-Za-z0-9]*(([-._:@/+]|--)[A-Za-z0-9]+)*$`)

func wrongRefName(v string) string {
	if !refName.MatchString(v) {
		return "the OCI image spec does not allow this form"
	}
	return ""
}

var digest = regexp.MustCompile(`^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$`)

func wrongDigest(v string) string {
	if !digest.MatchString(v) {
		return "it is no digest such as sha256:… with 64 hex digits"
	}
	return ""
}

var reference = regexp.MustCompile(`^([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@[a-z0-9+._-]+:[0-9a-f]{32,})?$`)

func wrongReference(v string) string {
	if !reference.MatchString(v) {
		return "it is no image reference"
	}
	return ""
}
