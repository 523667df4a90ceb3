package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

const (
	repoTag   = "peel-bench:latest"
	gzipLevel = 6 // what docker and buildkit use
	// tweakEvery is the distance between bytes changed in a copy: far enough to
	// leave compression as it is.
	tweakEvery = 16 << 10
)

const (
	typeIndex    = "application/vnd.oci.image.index.v1+json"
	typeManifest = "application/vnd.oci.image.manifest.v1+json"
	typeConfig   = "application/vnd.oci.image.config.v1+json"
	typeLayer    = "application/vnd.oci.image.layer.v1.tar"
)

// descriptor points to a blob, as in the OCI image spec.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Platform    map[string]string `json:"platform,omitempty"`
}

// blob is a file of blobs/sha256 that waits for its place in the archive.
type blob struct {
	descriptor
	diffID string // layers only
	file   string // where it lies meanwhile, or
	text   []byte
}

func (b blob) name() string { return "blobs/sha256/" + strings.TrimPrefix(b.Digest, "sha256:") }

// writeArchive writes what pl says to out and returns its size. Until it is
// complete everything lies in a directory beside it, which the next attempt clears.
func writeArchive(out string, p params, pl *plan) (int64, error) {
	partial := out + ".partial"
	if err := os.RemoveAll(partial); err != nil {
		return 0, fmt.Errorf("clearing away an earlier attempt: %w", err)
	}
	if err := os.Mkdir(partial, 0o755); err != nil {
		return 0, fmt.Errorf("creating the work directory: %w", err)
	}
	defer os.RemoveAll(partial)

	var layers [layerCount]blob
	var errs [layerCount]error
	var wg sync.WaitGroup
	for i := range pl.layers {
		wg.Go(func() {
			file := filepath.Join(partial, fmt.Sprintf("layer%d", i))
			if layers[i], errs[i] = writeLayer(file, p.Layers == "gzip", &pl.layers[i]); errs[i] != nil {
				errs[i] = fmt.Errorf("writing layer %d: %w", i, errs[i])
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return 0, err
	}

	whole := filepath.Join(partial, "archive")
	size, err := bundle(whole, layers[:])
	if err != nil {
		return 0, fmt.Errorf("writing the archive: %w", err)
	}
	if err := os.Rename(whole, out); err != nil {
		return 0, fmt.Errorf("moving the archive into place: %w", err)
	}
	return size, nil
}

// writeLayer writes l to file, as a tar or a gzipped one, and notes the sizes in l.
func writeLayer(file string, compress bool, l *layer) (blob, error) {
	f, err := os.Create(file)
	if err != nil {
		return blob{}, err
	}
	defer f.Close()
	buffered := bufio.NewWriterSize(f, 1<<20)
	kept := &meter{w: buffered, hash: sha256.New()}
	plain := &meter{w: kept, hash: sha256.New()}
	mediaType := typeLayer
	var zw *gzip.Writer
	if compress {
		if zw, err = gzip.NewWriterLevel(kept, gzipLevel); err != nil {
			return blob{}, err
		}
		plain.w = zw
		mediaType += "+gzip"
	}

	tw := tar.NewWriter(plain)
	for _, e := range l.entries {
		if err := e.write(tw); err != nil {
			return blob{}, fmt.Errorf("adding %s: %w", e.name, err)
		}
	}
	if err := tw.Close(); err != nil {
		return blob{}, err
	}
	if zw != nil {
		if err := zw.Close(); err != nil {
			return blob{}, err
		}
	}
	if err := buffered.Flush(); err != nil {
		return blob{}, err
	}
	l.stat.Tar, l.stat.Blob = plain.n, kept.n
	return blob{
		descriptor: descriptor{MediaType: mediaType, Digest: kept.digest(), Size: kept.n},
		diffID:     plain.digest(),
		file:       file,
	}, f.Close()
}

// write adds e and, for a file, its contents.
func (e entry) write(tw *tar.Writer) error {
	if err := tw.WriteHeader(e.header()); err != nil {
		return err
	}
	if e.typeflag != tar.TypeReg || e.size == 0 {
		return nil
	}
	f, err := os.Open(e.from)
	if err != nil {
		return err
	}
	defer f.Close()
	var r io.Reader = f
	if e.tweak != 0 {
		// Copies differ in where the first change lies.
		r = &tweaker{r: f, next: int64(e.tweak * 2_654_435_761 % uint64(min(e.size, tweakEvery)))}
	}
	if _, err := io.CopyN(tw, r, e.size); err != nil {
		return fmt.Errorf("reading %s: %w", e.from, err)
	}
	return nil
}

// tweaker changes one byte in every tweakEvery.
type tweaker struct {
	r    io.Reader
	at   int64
	next int64 // offset of the next byte to change
}

func (t *tweaker) Read(b []byte) (int, error) {
	n, err := t.r.Read(b)
	for ; t.next < t.at+int64(n); t.next += tweakEvery {
		b[t.next-t.at] ^= 1
	}
	t.at += int64(n)
	return n, err
}

// meter counts and hashes what goes to w.
type meter struct {
	w    io.Writer
	hash hash.Hash
	n    int64
}

func (m *meter) Write(b []byte) (int, error) {
	n, err := m.w.Write(b)
	m.hash.Write(b[:n])
	m.n += int64(n)
	return n, err
}

func (m *meter) digest() string { return "sha256:" + hex.EncodeToString(m.hash.Sum(nil)) }

// bundle writes the archive around the layers: the members in the order of their
// names, as docker save does, so that the manifest comes behind the blobs.
func bundle(file string, layers []blob) (int64, error) {
	config, err := jsonBlob(typeConfig, configOf(layers))
	if err != nil {
		return 0, err
	}
	var descriptors []descriptor
	var names []string
	sources := make(map[string]descriptor)
	for _, l := range layers {
		descriptors = append(descriptors, l.descriptor)
		names = append(names, l.name())
		sources[l.diffID] = l.descriptor
	}
	manifest, err := jsonBlob(typeManifest, map[string]any{
		"schemaVersion": 2,
		"mediaType":     typeManifest,
		"config":        config.descriptor,
		"layers":        descriptors,
	})
	if err != nil {
		return 0, err
	}
	top := manifest.descriptor
	top.Annotations = map[string]string{
		"io.containerd.image.name":          "docker.io/library/" + repoTag,
		"org.opencontainers.image.ref.name": "latest",
	}
	top.Platform = map[string]string{"architecture": "amd64", "os": "linux"}

	blobs := append([]blob{config, manifest}, layers...)
	slices.SortFunc(blobs, func(a, b blob) int { return strings.Compare(a.name(), b.name()) })

	f, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	out := &archiveWriter{tw: tar.NewWriter(f)}
	out.dir("blobs/")
	out.dir("blobs/sha256/")
	for _, b := range blobs {
		out.blob(b)
	}
	out.json("index.json", map[string]any{
		"schemaVersion": 2, "mediaType": typeIndex, "manifests": []descriptor{top},
	})
	out.json("manifest.json", []any{map[string]any{
		"Config": config.name(), "RepoTags": []string{repoTag}, "Layers": names, "LayerSources": sources,
	}})
	out.json("oci-layout", map[string]string{"imageLayoutVersion": "1.0.0"})
	if out.err != nil {
		return 0, out.err
	}
	if err := out.tw.Close(); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), f.Close()
}

func configOf(layers []blob) any {
	created := unix(fixedTime).Format(time.RFC3339)
	steps := [layerCount]string{
		base:   "ADD rootfs.tar / # buildkit",
		tools:  "RUN /bin/sh -c install-tools # buildkit",
		rework: "RUN /bin/sh -c chmod -R g+w /usr # buildkit",
		clean:  "RUN /bin/sh -c clean-up # buildkit",
		app:    "COPY . / # buildkit",
	}
	type step struct {
		Created    string `json:"created"`
		CreatedBy  string `json:"created_by"`
		EmptyLayer bool   `json:"empty_layer,omitempty"`
	}
	var history []step
	var diffIDs []string
	for i, l := range layers {
		diffIDs = append(diffIDs, l.diffID)
		history = append(history, step{Created: created, CreatedBy: steps[i]})
	}
	history = append(history, step{Created: created, CreatedBy: `CMD ["/bin/sh"]`, EmptyLayer: true})
	return map[string]any{
		"architecture": "amd64",
		"os":           "linux",
		"created":      created,
		"config": map[string]any{
			"Env": []string{"PATH=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin"},
			"Cmd": []string{"/bin/sh"},
		},
		"rootfs":  map[string]any{"type": "layers", "diff_ids": diffIDs},
		"history": history,
	}
}

func jsonBlob(mediaType string, v any) (blob, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return blob{}, err
	}
	sum := sha256.Sum256(text)
	return blob{
		descriptor: descriptor{
			MediaType: mediaType,
			Digest:    "sha256:" + hex.EncodeToString(sum[:]),
			Size:      int64(len(text)),
		},
		text: text,
	}, nil
}

// archiveWriter keeps the first error and does nothing after it.
type archiveWriter struct {
	tw  *tar.Writer
	err error
}

func (w *archiveWriter) dir(name string) {
	w.member(tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o755}, nil)
}

func (w *archiveWriter) blob(b blob) {
	var r io.Reader = bytes.NewReader(b.text)
	if b.file != "" {
		f, err := os.Open(b.file)
		if err != nil {
			w.err = errors.Join(w.err, err)
			return
		}
		defer f.Close()
		r = f
	}
	w.member(tar.Header{Typeflag: tar.TypeReg, Name: b.name(), Mode: 0o644, Size: b.Size}, r)
}

func (w *archiveWriter) json(name string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		w.err = errors.Join(w.err, err)
		return
	}
	w.member(tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(text))}, bytes.NewReader(text))
}

func (w *archiveWriter) member(h tar.Header, r io.Reader) {
	if w.err != nil {
		return
	}
	h.ModTime = unix(fixedTime)
	if w.err = w.tw.WriteHeader(&h); w.err == nil && r != nil {
		_, w.err = io.CopyN(w.tw, r, h.Size)
	}
}

func unix(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
