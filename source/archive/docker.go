package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"peel/source/layer"
	"peel/source/oci"
)

// saved is an image in manifest.json, docker save's table of contents
// (moby, image/tarexport).
type saved struct {
	Config   string
	RepoTags []string
	Layers   []string

	numbers []int // its places in manifest.json, from 0
}

// savedImages reads manifest.json. An image that it lists under several names, one
// by one, is there once.
func savedImages(m members) ([]saved, error) {
	raw, err := m.document("manifest.json", oci.MaxManifest)
	if err != nil {
		return nil, err
	}
	var list []saved
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("%w: reading manifest.json: %w", ErrNotArchive, err)
	}
	var out []saved
	at := map[string]int{}
	for n, s := range list {
		key := strings.Join(append([]string{s.Config}, s.Layers...), "\x00")
		i, again := at[key]
		if !again {
			i, at[key] = len(out), len(out)
			out = append(out, saved{Config: s.Config, Layers: s.Layers})
		}
		out[i].numbers = append(out[i].numbers, n)
		for _, tag := range s.RepoTags {
			if !slices.Contains(out[i].RepoTags, tag) {
				out[i].RepoTags = append(out[i].RepoTags, tag)
			}
		}
	}
	return out, nil
}

// pickSaved finds the image that sel picks.
func pickSaved(m members, list []saved, sel oci.Selector) (*saved, error) {
	var problem string
	fits := func(*saved) bool { return len(list) == 1 }
	switch {
	case len(list) == 0:
		return nil, fmt.Errorf("%w: manifest.json names no image", ErrNotArchive)
	case sel.Number > 0:
		fits = func(s *saved) bool { return slices.Contains(s.numbers, sel.Number-1) }
		problem = fmt.Sprintf("there is no image %s", sel)
	case sel.Name != "":
		fits = func(s *saved) bool { return sel.Matches(s.RepoTags...) }
		problem = fmt.Sprintf("no image is called %q", sel.Name)
	case sel.Digest != (v1.Hash{}):
		// Such an archive has no manifest digests; the image's id is its config's.
		fits = func(s *saved) bool { return strings.Contains(s.Config, sel.Digest.Hex) }
		problem = fmt.Sprintf("no image has the id %s", sel.Digest)
	default:
		problem = fmt.Sprintf("there are %d images", len(list))
	}
	for i := range list {
		if fits(&list[i]) {
			return &list[i], nil
		}
	}
	e := &oci.ChoiceError{Problem: problem}
	for i := range list {
		e.Images = append(e.Images, oci.Choice{Number: list[i].numbers[0], Listed: describeSaved(m, &list[i])})
	}
	return nil, e
}

// dockerImage is an image of manifest.json. It has no manifest of its own: one
// is made when somebody asks, for which layers may have to be read.
type dockerImage struct {
	v1.Image
	core *dockerCore
}

var _ oci.Image = (*dockerImage)(nil)

func newDockerImage(m members, s *saved) (*dockerImage, error) {
	if s.Config == "" {
		return nil, fmt.Errorf("%w: manifest.json names no config", ErrNotArchive)
	}
	raw, err := m.document(s.Config, oci.MaxConfig)
	if err != nil {
		return nil, missing("config", err)
	}
	cfg, _, err := oci.ParseConfig(raw)
	if err != nil {
		return nil, err
	}
	if err := checkConfigName(s.Config, raw); err != nil {
		return nil, err
	}
	core := &dockerCore{rawConfig: raw, config: cfg}
	for i, name := range s.Layers {
		f, err := m.get(name)
		if err != nil {
			return nil, missing(fmt.Sprintf("layer %d", i+1), err)
		}
		core.files = append(core.files, f)
	}
	core.manifest = sync.OnceValues(core.makeManifest)
	img, err := partial.CompressedToImage(core)
	if err != nil {
		return nil, err
	}
	return &dockerImage{img, core}, nil
}

// missing tells a part that manifest.json names, but that is not in the
// archive, from a file that is not there.
func missing(part string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: the %s of the image: %v", oci.ErrMissing, part, err) //nolint:errorlint // the path that the user gave does exist
	}
	return fmt.Errorf("%s: %w", part, err)
}

// checkConfigName verifies a config whose name is its digest, as all tools name it.
func checkConfigName(name string, raw []byte) error {
	hex := strings.TrimPrefix(strings.TrimSuffix(path.Base(name), ".json"), "sha256:")
	if _, err := v1.NewHash("sha256:" + hex); err != nil {
		return nil
	}
	got, _, err := v1.SHA256(bytes.NewReader(raw))
	if err == nil && got.Hex != hex {
		err = fmt.Errorf("config %s: %w: its bytes have %s", name, layer.ErrDigest, got)
	}
	return err
}

// ConfigFile implements v1.Image: unlike partial's it reads what has flaws.
func (d *dockerImage) ConfigFile() (*v1.ConfigFile, error) { return d.core.config, nil }

// Blobs implements oci.Image.
func (d *dockerImage) Blobs() ([]oci.Blob, error) {
	blobs := make([]oci.Blob, len(d.core.files))
	for i, f := range d.core.files {
		diffID := oci.DiffID(d.core.config, i)
		blobs[i] = oci.Blob{DiffID: diffID, Size: f.size, Index: f.index, ReadErr: f.err}
		if f.index != nil {
			blobs[i].ReadErr = f.index.Explain(f.err, "", diffID, 0)
		}
		if f.open != nil {
			blobs[i].Open = func(context.Context) (io.ReadCloser, error) { return f.open() }
		}
	}
	return blobs, nil
}

// dockerCore is the least from which partial makes a v1.Image.
type dockerCore struct {
	rawConfig []byte
	config    *v1.ConfigFile
	files     []*member // the layers
	manifest  func() (*v1.Manifest, error)
}

func (c *dockerCore) RawConfigFile() ([]byte, error)      { return c.rawConfig, nil }
func (c *dockerCore) MediaType() (types.MediaType, error) { return types.DockerManifestSchema2, nil }

// diffID is the zero Hash of a layer to which the config gives none.
func (c *dockerCore) diffID(n int) v1.Hash {
	h, err := v1.NewHash(oci.DiffID(c.config, n))
	if err != nil {
		return v1.Hash{}
	}
	return h
}

func (c *dockerCore) RawManifest() ([]byte, error) {
	m, err := c.manifest()
	if err != nil {
		return nil, err
	}
	return json.Marshal(m)
}

// makeManifest describes the layers as they lie in the archive. The digest of
// a plain layer is its diffID; a compressed one has to be read.
func (c *dockerCore) makeManifest() (*v1.Manifest, error) {
	m := &v1.Manifest{SchemaVersion: 2, MediaType: types.DockerManifestSchema2}
	var err error
	m.Config = v1.Descriptor{MediaType: types.DockerConfigJSON}
	if m.Config.Digest, m.Config.Size, err = v1.SHA256(bytes.NewReader(c.rawConfig)); err != nil {
		return nil, err
	}
	for i, f := range c.files {
		d, err := f.descriptor(c.diffID(i))
		if err != nil {
			return nil, err
		}
		m.Layers = append(m.Layers, d)
	}
	return m, nil
}

func (f *member) descriptor(diffID v1.Hash) (v1.Descriptor, error) {
	d := v1.Descriptor{MediaType: types.DockerUncompressedLayer, Size: f.size, Digest: diffID}
	if f.index != nil {
		if f.index.Compression != "none" {
			d.MediaType = types.DockerLayer
		}
		var err error
		d.Digest, err = v1.NewHash(f.index.Digest)
		return d, err
	}
	rc, err := f.open()
	if err != nil {
		return d, err
	}
	defer rc.Close()
	head := make([]byte, 4)
	n, _ := io.ReadFull(rc, head)
	kind := layer.Sniff(head[:n])
	if kind != layer.KindGzip && kind != layer.KindZstd {
		return d, nil
	}
	if d.MediaType = types.DockerLayer; kind == layer.KindZstd {
		d.MediaType = types.OCILayerZStd
	}
	d.Digest, _, err = v1.SHA256(io.MultiReader(bytes.NewReader(head[:n]), rc))
	return d, err
}

// LayerByDigest implements partial.CompressedImageCore.
func (c *dockerCore) LayerByDigest(h v1.Hash) (partial.CompressedLayer, error) {
	m, err := c.manifest()
	if err != nil {
		return nil, err
	}
	for i, d := range m.Layers {
		if d.Digest == h {
			return dockerLayer{c.files[i], d, c.diffID(i)}, nil
		}
	}
	return nil, fmt.Errorf("%w: %s", oci.ErrMissing, h)
}

type dockerLayer struct {
	file   *member
	desc   v1.Descriptor
	diffID v1.Hash
}

// DiffID implements partial.WithDiffID: a layer of a stream cannot be read for it.
func (l dockerLayer) DiffID() (v1.Hash, error) { return l.diffID, nil }

func (l dockerLayer) Digest() (v1.Hash, error)            { return l.desc.Digest, nil }
func (l dockerLayer) Size() (int64, error)                { return l.desc.Size, nil }
func (l dockerLayer) MediaType() (types.MediaType, error) { return l.desc.MediaType, nil }

func (l dockerLayer) Compressed() (io.ReadCloser, error) {
	if l.file.open == nil {
		return nil, errors.New("the layer is in a stream, which cannot be read twice")
	}
	return l.file.open()
}
