package source

import (
	"bytes"
	"context"

	"peel/source/archive"
	"peel/source/sample"
)

// sampleStore is the image that is built into peel.
var sampleStore = store{
	kind: Sample, gives: []Kind{Sample}, prefixes: []prefix{{"sample:", Sample}},
	takes: func(r *Reference) bool { return r.Kind == Sample },
	open:  (*opener).sample,
	list:  listSample,
}

func (o *opener) sample() (*Image, string, error) {
	b := sample.Archive()
	img, err := archive.OpenReaderAt(o.ctx, bytes.NewReader(b), int64(len(b)), o.archiveOptions())
	if err != nil {
		return nil, "peel", err
	}
	out := fromArchive(img)
	out.Kind = Sample
	return out, "built into peel", nil
}

func listSample(ctx context.Context, _ ListOptions) Answer {
	a := Answer{Where: "built into peel"}
	img, err := Open(ctx, string(Sample)+":", Options{})
	if err != nil {
		a.Err = err
		return a
	}
	defer img.Close()
	e := entryOf(img)
	e.Reference, e.Name, e.Location = "sample:", "sample:", a.Where
	a.Entries = []Entry{e}
	return a
}
