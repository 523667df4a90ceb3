package analyzer

import (
	"context"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/finding"
	"peel/source"
	"peel/source/oci"
)

// past is a history: each step is a time in hours, and the words; those that
// begin with "-" have no layer.
type past []struct {
	hour float64
	step string
}

func (p past) history() (list []v1.History) {
	for _, s := range p {
		h := v1.History{CreatedBy: s.step, Created: v1.Time{Time: time.Unix(int64(s.hour*3600), 0)}}
		if s.step[0] == '-' {
			h.CreatedBy, h.EmptyLayer = s.step[1:], true
		}
		list = append(list, h)
	}
	return list
}

func TestBaseInHistory(t *testing.T) {
	for what, c := range map[string]struct {
		past          past
		layers, steps int
	}{
		"alpine": {past{{100, "ADD alpine-minirootfs.tar.gz / # buildkit"}, {100, `-CMD ["/bin/sh"]`}, {900, "-WORKDIR /app"}, {900, "COPY a /"}}, 1, 2},
		"python on debian": {past{{1, "# debian.sh --arch 'amd64' out/ 'bookworm'"}, {50, "-ENV PATH=x"}, {50, "RUN apt-get"}, {50.1, `-CMD ["python3"]`},
			{200, "COPY . /app"}, {200, "RUN pip"}, {200, `-CMD ["python3" "a.py"]`}}, 2, 4},
		"python itself":    {past{{1, "# debian.sh --arch 'amd64' out/ 'bookworm'"}, {50, "-ENV PATH=x"}, {50, "RUN apt-get"}, {50.1, `-CMD ["python3"]`}}, 1, 1},
		"debian itself":    {past{{1, "# debian.sh --arch 'amd64' out/ 'bookworm'"}}, -1, -1},
		"labels after CMD": {past{{1, "ADD file:12 in / "}, {1, `-CMD ["bash"]`}, {1, "-LABEL a=b"}, {80, "COPY a /"}}, 1, 3},
		"classic builder":  {past{{1, "/bin/sh -c #(nop) ADD file:12 in / "}, {1, `-/bin/sh -c #(nop)  CMD ["bash"]`}, {80, "/bin/sh -c make"}}, 1, 2},
		"distroless":       {past{{0, "bazel build //a"}, {0, "bazel build //b"}, {80, "COPY app / # buildkit"}}, 2, 2},
		"bazel alone":      {past{{0, "bazel build //a"}, {0, "bazel build //b"}}, -1, -1},
		"one build":        {past{{1, "ADD rootfs.tar /"}, {1, `-CMD ["a"]`}, {1.1, "COPY a /"}}, -1, -1},
		"scratch":          {past{{1, "COPY a /"}, {1, `-CMD ["a"]`}}, -1, -1},
		"CMD alone below":  {past{{1, `-CMD ["a"]`}, {80, "COPY a /"}}, -1, -1},
		"written between":  {past{{1, "COPY a /"}, {1, `-CMD ["a"]`}, {1.5, "COPY b /"}, {80, "COPY c /"}}, -1, -1},
		"nothing later":    {past{{1, "COPY a /"}, {1, `-CMD ["a"]`}, {80, "-ENV A=1"}}, -1, -1},
		"empty":            {nil, -1, -1},
	} {
		if layers, steps := baseInHistory(c.past.history()); layers != c.layers || steps != c.steps {
			t.Errorf("%s: %d layers, %d steps, want %d, %d", what, layers, steps, c.layers, c.steps)
		}
	}
	timeless := past{{1, "ADD x /"}, {1, `-CMD ["a"]`}, {80, "COPY c /"}}.history()
	timeless[2].Created = v1.Time{}
	if layers, _ := baseInHistory(timeless); layers != unknownBase {
		t.Error("a step without a time is taken for a later one")
	}
}

// annotated is an image of a source that has annotations.
type annotated struct {
	oci.Image
	values map[string]string
}

func (a annotated) Annotations() []oci.Annotations {
	return []oci.Annotations{{Where: "index.annotations", Values: a.values}}
}

func (annotated) Attestations(context.Context) ([]oci.Attestation, error) { return nil, nil }

func TestBaseByName(t *testing.T) {
	named := map[string]string{baseName: "docker.io/library/debian:12", baseDigest: "sha256:12"}
	history := past{{1, "ADD a /"}, {1, `-CMD ["a"]`}, {80, "COPY b /"}}.history()
	image := func(labels, around map[string]string, manifest string, history []v1.History) *source.Image {
		img := &source.Image{Image: annotated{values: around}, RawManifest: []byte(manifest), Layers: make([]*source.Layer, 2)}
		img.Config = &v1.ConfigFile{History: history, Config: v1.Config{Labels: labels}}
		return img
	}
	own := past{{1, "ADD a /"}, {1, `-CMD ["a"]`}, {80, "-LABEL " + baseName + "=x"}, {80, "COPY b /"}}.history()
	theirs := past{{1, "ADD a /"}, {1, "-LABEL " + baseName + "=x"}, {1, `-CMD ["a"]`}, {80, "COPY b /"}}.history()
	for what, c := range map[string]struct {
		img    *source.Image
		by     By
		layers int
	}{
		"manifest":               {image(nil, nil, `{"annotations":{"`+baseName+`":"docker.io/library/debian:12","`+baseDigest+`":"sha256:12"}}`, nil), ByAnnotations, -1},
		"index":                  {image(nil, named, "", nil), ByAnnotations, -1},
		"label":                  {image(named, nil, "", own), ByLabels, 1},
		"label of the base":      {image(named, nil, "", theirs), ByNobody, 1},
		"annotation over labels": {image(map[string]string{baseName: "other"}, named, "", history), ByAnnotations, 1},
	} {
		b := findBase(c.img)
		if b == nil || b.ByName != c.by || b.Layers != c.layers || (b.Name == named[baseName] && b.Digest == named[baseDigest]) != (c.by != ByNobody) {
			t.Errorf("%s: %+v", what, b)
		}
	}
	if b := findBase(image(nil, nil, "[", nil)); b != nil {
		t.Errorf("of nothing: %+v", b)
	}
}

// Without the base at hand the layers and steps of findings are told apart, and
// of the config nothing is said.
func TestAttributeByHistory(t *testing.T) {
	layer := func(n int) *int { return &n }
	s := subject{base: &BaseImage{Layers: 1, Steps: 2}}
	list := []finding.Finding{
		{Layer: layer(0)}, {Layer: layer(1)}, {Where: "history[1].created_by"}, {Where: "history[2].created_by"}, {Where: "config.User"},
	}
	s.attribute(list)
	for i, want := range []any{true, false, true, false, nil} {
		switch got := list[i].FromBase; {
		case got == nil != (want == nil), got != nil && *got != want:
			t.Errorf("%+v", list[i])
		}
	}
}
