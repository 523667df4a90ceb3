package sourcetest

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"peel/source"
	"peel/source/layer"
)

// Facts are what an image says of itself, whatever shape it was found in: two
// shapes of one image have the same, but for ConfigDigest where a tool rewrote
// the config.
type Facts struct {
	ConfigDigest string
	DiffIDs      []string
	Entries      [][]string // of each layer, in the order of its tar, with content hashes
}

// Check reads all of an opened image and holds it against the laws that every
// source keeps: what it lists is what go-containerregistry's view of it lists,
// the bytes are those that it promises, and a second reading gives the same.
func Check(t testing.TB, img *source.Image) Facts {
	t.Helper()
	c := &checker{TB: t, img: img}
	c.documents()
	layers := c.listing()
	facts := Facts{ConfigDigest: img.ConfigDigest}
	gzipped := true
	for i, l := range img.Layers {
		idx := c.layer(i, l)
		facts.DiffIDs = append(facts.DiffIDs, idx.DiffID)
		facts.Entries = append(facts.Entries, describe(idx))
		c.promises(i, layers[i], idx)
		gzipped = gzipped && idx.Compression == "gzip"
	}
	c.validate(gzipped)
	return facts
}

type checker struct {
	testing.TB
	img *source.Image
}

func (c *checker) must(err error, doing string) {
	c.Helper()
	if err != nil {
		c.Fatalf("%s: %v", doing, err)
	}
}

func (c *checker) same(what string, got, want any) {
	c.Helper()
	if !reflect.DeepEqual(got, want) {
		c.Errorf("%s: %v, want %v", what, got, want)
	}
}

// documents checks the digests of config and manifest.
func (c *checker) documents() {
	c.Helper()
	c.same("config digest", c.img.ConfigDigest, sha256Of(c.img.RawConfig).String())
	name, err := c.img.ConfigName()
	c.must(err, "naming the config")
	c.same("config name", name.String(), c.img.ConfigDigest)
	if c.img.RawManifest == nil {
		c.same("manifest digest without a manifest", c.img.ManifestDigest, "")
		return
	}
	c.same("manifest digest", c.img.ManifestDigest, sha256Of(c.img.RawManifest).String())
	raw, err := c.img.Image.RawManifest()
	c.must(err, "getting the manifest")
	if !bytes.Equal(raw, c.img.RawManifest) {
		c.Error("the manifest of the v1.Image is another one")
	}
}

// listing checks that both views have the same layers.
func (c *checker) listing() []v1.Layer {
	c.Helper()
	layers, err := c.img.Image.Layers()
	c.must(err, "listing the layers")
	if have, want := len(c.img.Layers), len(c.img.Config.RootFS.DiffIDs); have != want || len(layers) != want {
		c.Fatalf("%d layers, %d in the v1.Image, %d diffIDs in the config", have, len(layers), want)
	}
	for i, want := range c.img.Config.RootFS.DiffIDs {
		c.same(fmt.Sprintf("promised diffID of layer %d", i), c.img.Layers[i].DiffID, want.String())
	}
	return layers
}

// layer reads a layer, twice where its source lets it.
func (c *checker) layer(i int, l *source.Layer) *layer.Index {
	c.Helper()
	ctx := context.Background()
	idx, err := l.Scan(ctx, layer.Options{})
	c.must(err, fmt.Sprintf("reading layer %d", i))
	if !idx.Complete {
		c.Errorf("layer %d was read without an error, but is not complete", i)
	}
	again, err := l.Scan(ctx, layer.Options{})
	c.must(err, fmt.Sprintf("reading layer %d again", i))
	if !reflect.DeepEqual(idx, again) {
		c.Errorf("layer %d is another one at the second reading", i)
	}
	if l.Index != nil {
		return idx // of a stream
	}
	blob, err := l.Open(ctx)
	c.must(err, fmt.Sprintf("opening layer %d", i))
	defer blob.Close()
	digest, n, err := v1.SHA256(blob)
	c.must(err, fmt.Sprintf("reading the blob of layer %d", i))
	c.same(fmt.Sprintf("digest of blob %d", i), idx.Digest, digest.String())
	c.same(fmt.Sprintf("size of blob %d", i), idx.StoredBytes, n)
	return idx
}

// promises compares what the image says of a layer with what was read.
func (c *checker) promises(i int, l v1.Layer, idx *layer.Index) {
	c.Helper()
	own := c.img.Layers[i]
	diffID, err := l.DiffID()
	c.must(err, "asking for the diffID")
	digest, err := l.Digest()
	c.must(err, "asking for the digest")
	size, err := l.Size()
	c.must(err, "asking for the size")
	at := func(what string) string { return fmt.Sprintf("%s of layer %d", what, i) }
	c.same(at("diffID"), []string{own.DiffID, diffID.String()}, []string{idx.DiffID, idx.DiffID})
	if own.Unpacked {
		c.same(at("digest of an unpacked layer"), own.Digest, "")
		return
	}
	c.same(at("v1 digest"), digest.String(), idx.Digest)
	c.same(at("v1 size"), size, idx.StoredBytes)
	if own.Digest != "" {
		c.same(at("digest"), own.Digest, idx.Digest)
	}
	if own.Size > 0 {
		c.same(at("size"), own.Size, idx.StoredBytes)
	}
}

// validate asks go-containerregistry, which reads gzip alone.
func (c *checker) validate(gzipped bool) {
	c.Helper()
	for _, l := range c.img.Layers {
		if l.Open == nil || l.Unpacked {
			return
		}
	}
	var opts []validate.Option
	if !gzipped {
		opts = append(opts, validate.Fast)
	}
	if err := validate.Image(c.img.Image, opts...); err != nil {
		c.Errorf("go-containerregistry: %v", err)
	}
}

// describe gives a line for each entry.
func describe(idx *layer.Index) []string {
	lines := make([]string, len(idx.Entries))
	for i := range idx.Entries {
		e := &idx.Entries[i]
		lines[i] = fmt.Sprintf("%s %q %04o %d:%d size=%d link=%q dev=%d,%d time=%d xattr=%q %x",
			e.Type, e.Path, e.Mode, e.UID, e.GID, e.Size, e.Link, e.Major, e.Minor, e.ModTime, e.Xattr, e.Digest[:8])
	}
	return lines
}
