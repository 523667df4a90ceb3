package sourcetest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Mutated writes an OCI layout of an ordinary image to a directory, but that one
// or several values in its config, manifest, image index or index.json are gone,
// or others: what no tool writes, and hands do. Digests and sizes are right. The
// same seed gives the same layout; what says what was changed.
func Mutated(dir string, seed uint64) (what string, err error) {
	rnd := rand.New(rand.NewPCG(seed, 42))
	m := &mutator{rnd: rnd, at: rnd.IntN(4), s: new(store)}
	img := Image{
		Config: func(c *v1.ConfigFile) {
			c.Author = "a"
			c.Config = v1.Config{
				Cmd: []string{"/app"}, Entrypoint: []string{"/bin/sh", "-c"}, Env: []string{"PATH=/bin", "A=b"}, User: "root", WorkingDir: "/",
				Labels: map[string]string{"org.opencontainers.image.title": "x", "org.opencontainers.image.base.name": "debian:12"}, ExposedPorts: map[string]struct{}{"80/tcp": {}},
				Volumes: map[string]struct{}{"/data": {}}, Healthcheck: &v1.HealthConfig{Test: []string{"CMD", "true"}, Retries: 3}, StopSignal: "SIGTERM", OnBuild: []string{"RUN a"}, Shell: []string{"/bin/sh"},
			}
		},
		Layers: []Layer{
			{CreatedBy: "ADD rootfs /", Files: []File{Reg("etc/passwd", "root:x:0:0::/:/bin/sh\n"), Reg("bin/sh", "#!").Mode(0o755)}},
			Step("ENV A=b"),
			{CreatedBy: "RUN make", Files: []File{Reg("app", "#!/bin/sh\nexec true\n").Mode(0o755)}},
		},
		Annotations: map[string]string{"org.opencontainers.image.title": "x"},
	}
	layers, err := img.build(nil)
	if err != nil {
		return "", err
	}
	raw, err := img.config(layers)
	if err != nil {
		return "", err
	}
	raw = m.change(0, "config", raw)
	manifest := v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Config: m.s.describe(types.OCIConfigJSON, raw), Annotations: img.Annotations}
	for i, l := range img.filled() {
		m.s.put(layers[i].Blob)
		manifest.Layers = append(manifest.Layers, l.descriptor(layers[i], false))
	}
	d := m.document(1, "manifest", types.OCIManifestSchema1, manifest)
	d.Platform = &v1.Platform{OS: "linux", Architecture: "amd64"}
	if rnd.IntN(2) == 0 {
		d.Platform = nil
	}
	if rnd.IntN(2) == 0 {
		d = m.document(2, "image index", types.OCIImageIndex, v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{d}})
	}
	d.Annotations = map[string]string{"org.opencontainers.image.ref.name": "1"}
	top, err := json.Marshal(v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{d}})
	if err != nil {
		return "", err
	}
	files := map[string][]byte{"index.json": m.change(3, "index.json", top), "oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`)}
	for h, b := range m.s.blobs {
		files["blobs/sha256/"+strings.TrimPrefix(fmt.Sprint(h), "sha256:")] = b
	}
	for name, b := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			return "", err
		}
	}
	return strings.Join(m.done, "; "), nil
}

// mutator changes one document of an image.
type mutator struct {
	rnd  *rand.Rand
	at   int // which document
	s    *store
	done []string
}

func (m *mutator) document(n int, name string, mt types.MediaType, v any) v1.Descriptor {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return m.s.describe(mt, m.change(n, name, raw))
}

// change mutates one to three values of a document, if it is the one chosen.
func (m *mutator) change(n int, name string, raw []byte) []byte {
	if n != m.at {
		return raw
	}
	var doc any
	if json.Unmarshal(raw, &doc) != nil {
		return raw
	}
	for range 1 + m.rnd.IntN(3) {
		doc = m.value(name, doc, 0)
	}
	out, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return out
}

// value descends to a value at random and changes it.
func (m *mutator) value(path string, v any, depth int) any {
	if depth > 0 && m.rnd.IntN(3) == 0 {
		return m.other(path)
	}
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			return m.other(path)
		}
		names := make([]string, 0, len(v))
		for k := range v {
			names = append(names, k)
		}
		slices.Sort(names)
		if m.rnd.IntN(8) == 0 {
			m.done = append(m.done, "half of "+path+" is gone")
			for _, k := range names {
				if m.rnd.IntN(2) == 0 {
					delete(v, k)
				}
			}
			return v
		}
		k := names[m.rnd.IntN(len(names))]
		if m.rnd.IntN(4) == 0 {
			m.done = append(m.done, path+"."+k+" is gone")
			delete(v, k)
			return v
		}
		v[k] = m.value(path+"."+k, v[k], depth+1)
		return v
	case []any:
		if len(v) == 0 {
			return m.other(path)
		}
		i := m.rnd.IntN(len(v))
		switch m.rnd.IntN(5) {
		case 0:
			m.done = append(m.done, fmt.Sprintf("%s[%d] is gone", path, i))
			return slices.Delete(v, i, i+1)
		case 1:
			m.done = append(m.done, fmt.Sprintf("%s[%d] is there twice", path, i))
			return slices.Insert(v, i, v[i])
		}
		v[i] = m.value(fmt.Sprintf("%s[%d]", path, i), v[i], depth+1)
		return v
	}
	return m.other(path)
}

// other is a value that is hardly right anywhere.
func (m *mutator) other(path string) any {
	deep := any("deep")
	for range 500 {
		deep = []any{deep}
	}
	list := []any{
		nil, true, false, 0, -1, 1e18, 1.5, "", "x", "\x1b[31mred", "9999-99-99T99:99:99Z", "0001-01-01T00:00:00Z", "sha256:" + strings.Repeat("0", 64), "sha256:x",
		strings.Repeat("long ", 2000), "../../etc/passwd", []any{}, []any{nil}, []any{1, "a", nil}, []any{"a", "b"}, map[string]any{}, map[string]any{"a": nil}, map[string]any{"": 1}, deep,
	}
	v := list[m.rnd.IntN(len(list))]
	short := fmt.Sprintf("%.40q", fmt.Sprint(v))
	m.done = append(m.done, path+" = "+short)
	return v
}
