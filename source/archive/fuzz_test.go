package archive_test

import (
	"archive/tar"
	"bytes"
	"context"
	"testing"
	"time"

	"peel/source/archive"
	"peel/source/layer"
	. "peel/source/sourcetest"
)

func seeds(f *testing.F) [][]byte {
	f.Helper()
	img := Image{Names: []string{"app:1"}, Layers: []Layer{{Files: []File{Reg("a", "b")}}, {Files: []File{Reg("c", "d")}}}}
	var all [][]byte
	for _, write := range []func(*bytes.Buffer) error{
		func(b *bytes.Buffer) error { return DockerArchive20(b, img) },
		func(b *bytes.Buffer) error { return DockerArchive25(b, img) },
		func(b *bytes.Buffer) error { return PodmanArchive(b, img) },
		func(b *bytes.Buffer) error { return OCIArchive(b, Index{Entries: []Entry{img}}) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			f.Fatal(err)
		}
		all = append(all, b.Bytes())
	}
	return all
}

func open(t *testing.T, b []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	opts := archive.Options{Scan: layer.Options{MaxBytes: 8 << 20, MaxEntries: 5000}}
	streamed, err := archive.OpenStream(ctx, bytes.NewReader(b), opts)
	check(t, streamed, err)
	random, err := archive.OpenReaderAt(ctx, bytes.NewReader(b), int64(len(b)), opts)
	check(t, random, err)
	if ctx.Err() != nil {
		t.Fatal("hangs")
	}
}

func check(t *testing.T, img *archive.Image, err error) {
	t.Helper()
	if (img == nil) == (err == nil) {
		t.Fatalf("image %v with %v", img, err)
	}
	if img == nil {
		return
	}
	defer img.Close()
	blobs, err := img.Blobs()
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range blobs {
		if b.Index == nil && b.Open == nil {
			t.Fatalf("layer %d can neither be read nor was it", i)
		}
	}
}

// FuzzOpen guards that any bytes at all are an image or an error.
func FuzzOpen(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	f.Fuzz(open)
}

// FuzzDocuments is FuzzOpen with the tar around the documents already right.
func FuzzDocuments(f *testing.F) {
	f.Add([]byte(`[{"Config":"config.json","RepoTags":["a:1"],"Layers":["layer.tar"]}]`), []byte(nil), []byte(`{"rootfs":{"diff_ids":["sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"]}}`))
	f.Add([]byte(nil), []byte(`{"manifests":[{"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2,"platform":{"os":"linux","architecture":"amd64"}}]}`), []byte(`{}`))
	f.Add([]byte(`null`), []byte(`null`), []byte(`null`))
	f.Add([]byte(`[null]`), []byte(`{"manifests":[null]}`), []byte(`{"rootfs":null,"history":[null]}`))
	f.Fuzz(func(t *testing.T, manifestJSON, indexJSON, config []byte) {
		var b bytes.Buffer
		tw := tar.NewWriter(&b)
		for name, content := range map[string][]byte{
			"manifest.json": manifestJSON, "index.json": indexJSON, "config.json": config, "layer.tar": []byte("{}"),
			"blobs/sha256/44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a": []byte("{}"),
		} {
			if content == nil {
				continue
			}
			if err := tw.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content))}); err != nil {
				t.Fatal(err)
			}
			if _, err := tw.Write(content); err != nil {
				t.Fatal(err)
			}
		}
		if err := tw.Close(); err != nil {
			t.Fatal(err)
		}
		open(t, b.Bytes())
	})
}

// FuzzList feeds foreign bytes to what looks at every file of a directory.
func FuzzList(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		archive.RecogniseReader(bytes.NewReader(b))
		found, err := archive.ListReader(context.Background(), bytes.NewReader(b), int64(len(b)))
		if err != nil && found != nil {
			t.Errorf("%d images with %v", len(found), err)
		}
		for _, i := range found {
			if i.Size < 0 {
				t.Errorf("%+v", i)
			}
		}
	})
}
