package sourcetest

import "io"

// PodmanArchive writes what podman save and skopeo copy to docker-archive
// write:
//
//	<diffid hex>.tar          uncompressed
//	<config hex>.json
//	<v1id>/VERSION, json
//	<v1id>/layer.tar          a symlink to ../<diffid hex>.tar
//	repositories, manifest.json
//
// A layer that occurs twice is written once; each use has its own symlink.
// With Pack.LinkedLayers the manifest names the symlinks.
func PodmanArchive(w io.Writer, imgs ...Image) error { return Pack{}.PodmanArchive(w, imgs...) }

// PodmanArchive is the function of that name with p's options.
func (p Pack) PodmanArchive(w io.Writer, imgs ...Image) error {
	var b bundle
	var manifest []dockerManifest
	repos := repositories{}
	for _, img := range imgs {
		built, config, err := img.uncompressed()
		if err != nil {
			return err
		}
		ids := v1IDs(built, config)
		m := dockerManifest{Config: sha256Of(config).Hex + ".json", RepoTags: img.Names}
		for i, l := range built {
			file, link := sha256Of(l.Tar).Hex+".tar", ids[i]+"/layer.tar"
			b.file(file, l.Tar)
			if p.LinkedLayers {
				file = link
			}
			m.Layers = append(m.Layers, file)
		}
		b.file(m.Config, config)
		if err := b.podmanLinks(built, ids); err != nil {
			return err
		}
		repos.add(img.Names, ids)
		manifest = append(manifest, m)
	}
	if err := b.dockerMetadata(manifest, repos); err != nil {
		return err
	}
	return p.write(w, &b)
}

func (b *bundle) podmanLinks(built []Built, ids []string) error {
	for i, id := range ids {
		if err := b.legacyLayer(id, ids, i); err != nil {
			return err
		}
		b.symlink(id+"/layer.tar", "../"+sha256Of(built[i].Tar).Hex+".tar")
	}
	return nil
}
