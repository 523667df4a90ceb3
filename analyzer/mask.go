package analyzer

import (
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"peel/analyzer/finding"
	"peel/analyzer/redact"
	"peel/source"
	"peel/source/oci"
)

// masked is the last stage: all that is published of the others and may hold
// secrets, with these masked.
type masked struct {
	image    *source.Image
	steps    []Step
	findings []finding.Finding
	places   *Places
	attached Attachments
	notes    []string
	redactor *redact.Redactor
}

// mask makes the stage anew from the ones before it, which are in clear: later
// layers may have brought more secrets.
func mask(s *subject, m *merged, a *attachments, e *examined) masked {
	out := masked{
		image: maskImage(e.redactor, e.own, s.img), steps: e.own.steps(s.steps), findings: e.published(),
		attached: a.Attachments.masked(e.redactor), notes: slices.Concat(s.notes, a.notes, e.notes), redactor: e.redactor,
	}
	for i := range out.steps {
		eachTextOfStep(i, &out.steps[i].History, anywhere(e.redactor))
	}
	redactAll(e.redactor, out.notes)
	out.places = locate(out.findings, m.tree, len(s.layers))
	return out
}

// maskImage is what may be shown of an image. It lists what that is: there is no
// way from it to the documents in clear, nor to the bytes of layers.
func maskImage(r *redact.Redactor, own places, img *source.Image) *source.Image {
	out := &source.Image{
		Image:     maskedImage{empty.Image, mediaType(img)},
		Reference: img.Reference, Kind: img.Kind, Location: img.Location, Name: img.Name, Names: img.Names,
		Platform: img.Platform, Platforms: img.Platforms, Attempts: img.Attempts,
		IndexDigest: img.IndexDigest, ManifestDigest: img.ManifestDigest, ConfigDigest: img.ConfigDigest,
		RawManifest: redactJSON(r, img.RawManifest), RawIndex: redactJSON(r, img.RawIndex),
		RawConfig: redactJSON(r, own.raw(img.RawConfig, img.Config)), Config: redactConfig(r, own.config(img.Config)), NoConfig: img.NoConfig,
		Notes: slices.Clone(img.Notes),
	}
	redactAll(r, out.Notes)
	for _, l := range img.Layers {
		out.Layers = append(out.Layers, &source.Layer{Blob: oci.Blob{
			Digest: l.Digest, DiffID: l.DiffID, MediaType: l.MediaType, Size: l.Size, Unpacked: l.Unpacked,
		}})
	}
	return out
}

// maskedImage is an image of which nothing but the media type can be read.
type maskedImage struct {
	v1.Image
	mediaType types.MediaType
}

func mediaType(img *source.Image) types.MediaType {
	if img.Image == nil {
		return ""
	}
	mt, err := img.MediaType()
	if err != nil {
		return "" // not known
	}
	return mt
}

// MediaType implements v1.Image.
func (m maskedImage) MediaType() (types.MediaType, error) { return m.mediaType, nil }

// Blobs implements oci.Image.
func (m maskedImage) Blobs() ([]oci.Blob, error) { return nil, nil }

func redactJSON(r *redact.Redactor, raw []byte) []byte {
	if r == nil || len(raw) == 0 {
		return raw
	}
	return through(raw, r.JSON)
}

func redactConfig(r *redact.Redactor, c *v1.ConfigFile) *v1.ConfigFile {
	if r == nil || c == nil {
		return c
	}
	c = c.DeepCopy()
	eachText(c, anywhere(r))
	return c
}

// anywhere masks a string wherever it stands.
func anywhere(r *redact.Redactor) func(where, s string) string {
	return func(_, s string) string { return r.String(s) }
}

// redactFinding masks what a check quotes from the image.
func redactFinding(r *redact.Redactor, f *finding.Finding) {
	f.Match, f.Reason, f.Where = r.String(f.Match), r.String(f.Reason), r.String(f.Where)
}

func redactAll(r *redact.Redactor, list []string) {
	for i := range list {
		list[i] = r.String(list[i])
	}
}
