package archive

import (
	"bytes"
	"context"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/layer"
	"peel/source/layout"
	"peel/source/oci"
)

// maxListed bounds the members of an archive whose images are listed: each costs
// a read somewhere in the file.
const maxListed = 5000

// List names the images of an archive without reading a layer, if it is a plain
// tar; a compressed one would have to be read to its end, and gives none. Of what
// is damaged nothing is listed: opening it tells why. Sizes are those of the
// layers as they are stored.
func List(ctx context.Context, path string) ([]oci.Listed, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return list(ctx, f, info.Size())
}

func list(ctx context.Context, r io.ReaderAt, size int64) ([]oci.Listed, error) {
	head := make([]byte, headLen)
	if _, err := r.ReadAt(head, 0); err != nil || layer.Sniff(head) != layer.KindTar {
		return nil, nil //nolint:nilerror // it has no such beginning
	}
	m, err := indexOf(r, size, maxListed)
	if err != nil {
		return nil, nil //nolint:nilerror // said above
	}
	if _, err := m.get("index.json"); err == nil {
		return layout.List(ctx, m)
	}
	saved, err := savedImages(m)
	if err != nil {
		return nil, nil //nolint:nilerror // said above
	}
	var out []oci.Listed
	for i := range saved {
		out = append(out, describeSaved(m, &saved[i]))
	}
	return out, nil
}

func describeSaved(m members, s *saved) oci.Listed {
	l := oci.Listed{Names: s.RepoTags}
	for _, name := range s.Layers {
		if f, err := m.get(name); err == nil {
			l.Size += max(f.size, 0)
		}
	}
	raw, err := m.document(s.Config, oci.MaxConfig)
	if err != nil {
		return l
	}
	cfg, _, err := oci.ParseConfig(raw)
	if err != nil {
		return l
	}
	if id, _, err := v1.SHA256(bytes.NewReader(raw)); err == nil {
		l.ID = id.String()
	}
	l.Created = cfg.Created.Time
	l.Platform = v1.Platform{OS: cfg.OS, Architecture: cfg.Architecture, Variant: cfg.Variant}
	return l
}
