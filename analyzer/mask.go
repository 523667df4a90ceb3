package analyzer

import (
	"bytes"
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
		out.steps[i].History = redactHistory(e.redactor, out.steps[i].History)
	}
	redactAll(e.redactor, out.notes)
	out.places = locate(out.findings, m.tree, len(s.layers))
	return out
}

// maskImage is what may be shown of an image. It lists what that is: there is no
// way from it to the documents in clear, nor to the bytes of layers.
func maskImage(r *redact.Redactor, own places, img *source.Image) *source.Image {
	config := own.config(img.Config)
	out := &source.Image{
		Image:     maskedImage{empty.Image, mediaType(img)},
		Reference: img.Reference, Kind: img.Kind, Location: img.Location, Name: img.Name, Names: img.Names,
		Platform: img.Platform, Platforms: img.Platforms, Attempts: img.Attempts,
		IndexDigest: img.IndexDigest, ManifestDigest: img.ManifestDigest, ConfigDigest: img.ConfigDigest,
		RawManifest: redactJSON(r, img.RawManifest), RawIndex: redactJSON(r, img.RawIndex),
		RawConfig: redactJSON(r, own.raw(img.RawConfig, img.Config, config)), Config: redactConfig(r, config), NoConfig: img.NoConfig,
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
	var b bytes.Buffer
	w := r.JSON(&b)
	if _, err := w.Write(raw); err != nil || w.Close() != nil {
		return nil // a buffer does not fail
	}
	return b.Bytes()
}

func redactHistory(r *redact.Redactor, h v1.History) v1.History {
	h.CreatedBy, h.Comment, h.Author = r.String(h.CreatedBy), r.String(h.Comment), r.String(h.Author)
	return h
}

func redactConfig(r *redact.Redactor, c *v1.ConfigFile) *v1.ConfigFile {
	if r == nil || c == nil {
		return c
	}
	c = c.DeepCopy()
	c.Author = r.String(c.Author)
	for i := range c.History {
		c.History[i] = redactHistory(r, c.History[i])
	}
	g := &c.Config
	for _, list := range [][]string{g.Env, g.Cmd, g.Entrypoint, g.OnBuild, g.Shell} {
		redactAll(r, list)
	}
	if g.Healthcheck != nil {
		redactAll(r, g.Healthcheck.Test)
	}
	for k, v := range g.Labels {
		g.Labels[k] = r.String(v)
	}
	return c
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
