package sourcetest

import (
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// CraneArchive writes what go-containerregistry's tarball package writes, and
// so crane, kaniko, ko and bazel:
//
//	sha256:<config hex>
//	<digest hex>.tar.gz   once for each layer, however often it occurs
//	manifest.json
//
// A layer of Compression None becomes Gzip, as the name says. The others keep
// theirs, so .tar.gz may well be zstd: the real tools do that too.
func CraneArchive(w io.Writer, imgs ...Image) error { return Pack{}.CraneArchive(w, imgs...) }

// CraneArchive is the function of that name with p's options.
func (p Pack) CraneArchive(w io.Writer, imgs ...Image) error {
	var b bundle
	var manifest []dockerManifest
	for _, img := range imgs {
		img = img.compressed()
		built, err := img.build(nil)
		if err != nil {
			return err
		}
		config, err := img.config(built)
		if err != nil {
			return err
		}
		m := dockerManifest{Config: sha256Of(config).String(), RepoTags: img.Names}
		b.file(m.Config, config)
		for _, l := range built {
			m.Layers = append(m.Layers, craneName(l.Digest))
			b.file(craneName(l.Digest), l.Blob)
		}
		manifest = append(manifest, m)
	}
	if err := b.dockerMetadata(manifest, nil); err != nil {
		return err
	}
	return p.write(w, &b)
}

func craneName(digest v1.Hash) string { return digest.Hex + ".tar.gz" }

// compressed is the image with Gzip in place of None.
func (img Image) compressed() Image {
	layers := make([]Layer, len(img.Layers))
	for i, l := range img.Layers {
		if l.Compression == None {
			l.Compression = Gzip
		}
		layers[i] = l
	}
	img.Layers = layers
	return img
}
