package metadata_test

import (
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/checktest"
	"peel/source"
	. "peel/source/sourcetest"
)

// buildah writes the annotations of the base for an image from scratch too, with
// nothing in them: they were reported as empty, and as no match for the label.
func TestNoBaseIsNoFault(t *testing.T) {
	const manifest = `{"schemaVersion":2,"annotations":{"org.opencontainers.image.base.digest":"","org.opencontainers.image.base.name":""}}`
	for _, labels := range []map[string]string{nil, {"org.opencontainers.image.base.name": "example.org/base:1"}} {
		img := Image{Layers: []Layer{{Files: []File{Reg("app", "x")}}}, Config: func(c *v1.ConfigFile) { c.Config.Labels = labels }}
		a := checktest.AnalyzeWith(t, img, func(i *source.Image) { i.RawManifest = []byte(manifest) })
		for _, f := range a.Findings {
			if (f.ID == "M013" || f.ID == "M014") && !strings.HasPrefix(f.Title, "missing label") {
				t.Errorf("labels %v: %s %s at %s", labels, f.ID, f.Title, f.Where)
			}
		}
	}
}
