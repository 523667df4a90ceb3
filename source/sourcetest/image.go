package sourcetest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Image is the description of one image.
type Image struct {
	// Names are tags ("example/app:1") in the docker shapes and ref.name
	// annotations in OCI layouts.
	Names  []string
	Layers []Layer

	// Platform is linux/amd64 if nil. It is on the image's descriptor in an
	// index.json only if set, in a nested Index always.
	Platform *v1.Platform
	Created  time.Time // Epoch if zero

	// Config changes the finished config before it is written.
	Config func(*v1.ConfigFile)
	// RawConfig changes its bytes, to what v1.ConfigFile cannot hold.
	RawConfig func([]byte) []byte

	// Docker takes Docker's schema 2 media types in place of OCI's.
	Docker bool
	// Annotations are on the manifest.
	Annotations map[string]string
}

// config is the image's config (OCI image spec, config.md).
func (img Image) config(layers []Built) ([]byte, error) {
	p := img.platform()
	cfg := v1.ConfigFile{
		Architecture: p.Architecture,
		OS:           p.OS,
		OSVersion:    p.OSVersion,
		Variant:      p.Variant,
		Created:      v1.Time{Time: orEpoch(img.Created)},
		RootFS:       v1.RootFS{Type: "layers", DiffIDs: []v1.Hash{}},
	}
	for _, b := range layers {
		cfg.RootFS.DiffIDs = append(cfg.RootFS.DiffIDs, b.DiffID)
	}
	for _, l := range img.Layers {
		if !l.NoHistory {
			cfg.History = append(cfg.History, l.history())
		}
	}
	if img.Config != nil {
		img.Config(&cfg)
	}
	raw, err := marshal(cfg)
	if err == nil && img.RawConfig != nil {
		raw = img.RawConfig(raw)
	}
	return raw, err
}

func (img Image) platform() v1.Platform {
	if img.Platform == nil {
		return v1.Platform{OS: "linux", Architecture: "amd64"}
	}
	return *img.Platform
}

// filled is the layers that have a blob.
func (img Image) filled() []Layer {
	var layers []Layer
	for _, l := range img.Layers {
		if !l.Empty {
			layers = append(layers, l)
		}
	}
	return layers
}

// build gives the bytes of the filled layers, each after c if c is not nil.
func (img Image) build(c *Compression) ([]Built, error) {
	var built []Built
	for i, l := range img.filled() {
		if c != nil {
			l.Compression, l.Blob = *c, nil
		}
		b, err := l.Build()
		if err != nil {
			return nil, fmt.Errorf("building layer %d: %w", i, err)
		}
		built = append(built, b)
	}
	return built, nil
}

func (img Image) manifestTypes() (manifest, config types.MediaType) {
	if img.Docker {
		return types.DockerManifestSchema2, types.DockerConfigJSON
	}
	return types.OCIManifestSchema1, types.OCIConfigJSON
}

func marshal(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encoding %T: %w", v, err)
	}
	return b, nil
}

func sha256Of(b []byte) v1.Hash {
	sum := sha256.Sum256(b)
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum[:])}
}
