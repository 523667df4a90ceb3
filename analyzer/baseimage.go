package analyzer

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/finding"
	"peel/analyzer/secrets"
	"peel/analyzer/text"
	"peel/source"
)

// BaseImage is what is known of the image that another one is built on.
type BaseImage struct {
	Name   string // "debian:12"; "" if it is not known
	Digest string // "sha256:…"; "" if it is not known
	Layers int    // of the image, from the bottom; negative if that is not known
	Steps  int    // of the history, from its beginning; negative if that is not known
	// ByName and ByLayers say how each was found.
	ByName   By
	ByLayers By
	// Confidence is of Layers: Sure if they were compared with the base's own.
	Confidence finding.Confidence
}

// unknownBase is the number of layers, or steps, of a base that is not known.
const unknownBase = secrets.UnknownBase

// By is how something was found out about a base image.
type By string

// The ways to know a base image.
const (
	ByNobody      By = ""
	ByGiven       By = "given"
	ByAnnotations By = "annotations" // of the manifest or an index around it
	ByLabels      By = "labels"
	ByHistory     By = "history"
)

// The keys of the OCI image spec that name a base image (annotations.md).
const (
	baseName   = "org.opencontainers.image.base.name"
	baseDigest = "org.opencontainers.image.base.digest"
)

// findBase finds out what the image says of its base, without asking anybody: by
// its annotations and labels for the name, by its history for the layers.
func findBase(img *source.Image) *BaseImage {
	b := &BaseImage{Layers: unknownBase, Steps: unknownBase}
	layers, steps := unknownBase, unknownBase
	if img.Config != nil {
		layers, steps = baseInHistory(img.Config.History)
	}
	if layers >= 0 && layers < len(img.Layers) {
		b.Layers, b.Steps, b.ByLayers, b.Confidence = layers, steps, ByHistory, finding.Likely
	}
	b.named(img, steps)
	if b.Layers < 0 && b.Name == "" && b.Digest == "" {
		return nil
	}
	return b
}

// named takes the name from the annotations, or else from the labels. A label
// that a step of the base itself has set speaks of the base's own base.
func (b *BaseImage) named(img *source.Image, steps int) {
	var m struct {
		Annotations map[string]string `json:"annotations"`
	}
	_ = json.Unmarshal(img.RawManifest, &m) // what is no manifest has none
	around := []map[string]string{m.Annotations}
	for _, a := range img.Annotations() {
		around = append(around, a.Values)
	}
	for _, a := range around {
		if a[baseName] != "" || a[baseDigest] != "" {
			b.Name, b.Digest, b.ByName = a[baseName], a[baseDigest], ByAnnotations
			return
		}
	}
	if img.Config == nil {
		return
	}
	labels := img.Config.Config.Labels
	if labels[baseName] == "" && labels[baseDigest] == "" {
		return
	}
	for _, h := range img.Config.History[:max(0, min(steps, len(img.Config.History)))] {
		if strings.Contains(h.CreatedBy, "LABEL") && strings.Contains(h.CreatedBy, baseName) {
			return
		}
	}
	b.Name, b.Digest, b.ByName = labels[baseName], labels[baseDigest], ByLabels
}

// buildGap is the time between two steps after which they are not of one build.
const buildGap = time.Hour

// distributions are the tools by which some make all of their images, and no
// one else an image of steps of a Containerfile: debuerreotype (Debian), Bazel
// (distroless).
var distributions = regexp.MustCompile(`^(?:# debian\.sh |bazel build )`)

// baseInHistory finds where the steps of the base image end, and how many layers
// they made; unknownBase if nothing shows it. Only what two signs speak for
// counts: the base ends with CMD or ENTRYPOINT, and the next step is of a later
// build; or distributions made the first layers with tools of their own. What a
// base between these and the image has made may still be taken for its own.
func baseInHistory(history []v1.History) (layers, steps int) {
	steps = distribution(history)
	for i := len(history) - 2; i >= 0; i-- {
		word := text.Keyword(text.Instruction(history[i].CreatedBy))
		if !history[i].EmptyLayer || word != "CMD" && word != "ENTRYPOINT" {
			continue
		}
		if end := endOf(history, i); end > steps {
			steps = end
			break
		}
	}
	if steps <= 0 || filledIn(history[:steps]) == 0 || filledIn(history[steps:]) == 0 {
		return unknownBase, unknownBase
	}
	return filledIn(history[:steps]), steps
}

// endOf is where the build ends that has a CMD at i: at the first step of a
// later one, if until there nothing was written. 0 if there is none.
func endOf(history []v1.History, i int) int {
	for n := i + 1; n < len(history); n++ {
		if later(history[n-1], history[n]) {
			return n
		}
		if !history[n].EmptyLayer {
			return 0
		}
	}
	return 0
}

// distribution is how many steps at the beginning are those of a distribution's
// own image.
func distribution(history []v1.History) (n int) {
	for n < len(history) && distributions.MatchString(history[n].CreatedBy) {
		n++
	}
	return n
}

func filledIn(history []v1.History) (n int) {
	for _, h := range history {
		if !h.EmptyLayer {
			n++
		}
	}
	return n
}

// later reports whether a step is of a later build than the one before it.
func later(before, after v1.History) bool {
	return !before.Created.IsZero() && !after.Created.IsZero() && after.Created.Sub(before.Created.Time) > buildGap
}

// baseOf is what is known of an image's base: of the one that was given, else
// what the image tells itself. why says what speaks against the one given; a
// guess then does not take its place.
func baseOf(img *source.Image, given *Base) (b *BaseImage, why string) {
	if given == nil {
		return findBase(img), ""
	}
	layers, why := given.under(img)
	if layers < 0 {
		return nil, why
	}
	return &BaseImage{
		Name: given.Reference, Digest: given.Digest, Layers: layers, Steps: given.steps(img.Config),
		ByName: ByGiven, ByLayers: ByGiven, Confidence: finding.Sure,
	}, ""
}

// baseLayers is how many layers, from the bottom, are the base's; negative if
// that is not known.
func (s *subject) baseLayers() int {
	if s.base == nil {
		return unknownBase
	}
	return s.base.Layers
}

// brings is what the base has put into the image, as far as that is known.
func (s *subject) brings() secrets.Base {
	layers := s.baseLayers()
	switch {
	case layers < 0:
		return secrets.NoBase
	case s.given == nil:
		return secrets.Base{Layers: layers, Steps: s.base.Steps, NoWords: true}
	case s.given.Config == nil:
		return secrets.Base{Layers: layers}
	}
	return secrets.Base{Layers: layers, Steps: s.base.Steps, Words: inherited(s.given.Config)}
}

// attribute says of findings that do not know it whether the base brings them.
func (s *subject) attribute(list []finding.Finding) {
	switch layers := s.baseLayers(); {
	case layers < 0:
	case s.given != nil:
		s.given.attribute(list, layers, s.img)
	default:
		for i := range list {
			list[i].FromBase = s.base.brings(&list[i])
		}
	}
}

// brings reports whether a finding is in a layer or a step of the base; nil of
// what is elsewhere, and what the finding itself knows.
func (b *BaseImage) brings(f *finding.Finding) *bool {
	if f.FromBase != nil {
		return f.FromBase
	}
	if f.Layer != nil {
		return known(true, *f.Layer < b.Layers)
	}
	step, ok := StepOf(f.Where)
	return known(ok, step < b.Steps)
}
