package sourcetest

import (
	"fmt"
	"io"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// DockerArchive20 writes what docker save wrote up to version 24:
//
//	<v1id>/{VERSION,json,layer.tar}  one a layer; a second equal layer is a symlink to the first
//	<config hex>.json
//	manifest.json
//	repositories
//
// Layers are uncompressed, whatever their Compression says.
func DockerArchive20(w io.Writer, imgs ...Image) error { return Pack{}.DockerArchive20(w, imgs...) }

// DockerArchive25 writes what docker save writes since version 25: an OCI
// layout that also has Docker's manifest.json and repositories.
//
//	blobs/sha256/<hex>  layers, configs, manifests, and one v1 config a layer
//	index.json
//	manifest.json       with LayerSources
//	oci-layout
//	repositories
//
// Layers keep their Compression: with classic storage docker writes None, with
// the containerd image store whatever was pulled.
func DockerArchive25(w io.Writer, imgs ...Image) error { return Pack{}.DockerArchive25(w, imgs...) }

// DockerArchive20 is the function of that name with p's options.
func (p Pack) DockerArchive20(w io.Writer, imgs ...Image) error {
	var b bundle
	var manifest []dockerManifest
	repos := repositories{}
	homes := layerHomes{}
	for _, img := range imgs {
		built, config, err := img.uncompressed()
		if err != nil {
			return err
		}
		m := dockerManifest{Config: sha256Of(config).Hex + ".json", RepoTags: img.Names}
		ids := v1IDs(built, config)
		for i, id := range ids {
			b.dir(id)
			if err := b.legacyLayer(id, ids, i); err != nil {
				return err
			}
			m.Layers = append(m.Layers, b.layerTar(homes, id, built[i].Tar))
		}
		b.file(m.Config, config)
		repos.add(img.Names, ids)
		manifest = append(manifest, m)
	}
	if err := b.dockerMetadata(manifest, repos); err != nil {
		return err
	}
	// docker tars a directory, so the names are in order.
	b.sort()
	return p.write(w, &b)
}

// layerHomes is the directory whose layer.tar is a file, by diffID.
type layerHomes map[v1.Hash]string

// layerTar adds <id>/layer.tar and gives its name.
func (b *bundle) layerTar(homes layerHomes, id string, content []byte) string {
	name := id + "/layer.tar"
	diffID := sha256Of(content)
	if home, ok := homes[diffID]; ok && home != id {
		b.symlink(name, "../"+home+"/layer.tar")
		return name
	}
	homes[diffID] = id
	b.file(name, content)
	return name
}

// DockerArchive25 is the function of that name with p's options.
func (p Pack) DockerArchive25(w io.Writer, imgs ...Image) error {
	var manifest []dockerManifest
	var s store
	repos := repositories{}
	for _, img := range imgs {
		built, err := img.build(nil)
		if err != nil {
			return err
		}
		if _, err := img.put(&s); err != nil {
			return err
		}
		config, err := img.config(built)
		if err != nil {
			return err
		}
		ids := v1IDs(built, config)
		if err := s.putLegacy(ids); err != nil {
			return err
		}
		manifest = append(manifest, img.manifest25(built, config))
		repos.add(img.Names, ids)
	}
	b, err := layoutBundle(&s, asEntries(imgs), byContainerdName)
	if err != nil {
		return err
	}
	if err := b.dockerMetadata(manifest, repos); err != nil {
		return err
	}
	b.sort()
	return p.write(w, b)
}

// byContainerdName has the tag alone as ref.name and the full reference beside
// it, as containerd's exporter does.
func byContainerdName(name string) map[string]string {
	repo, tag := splitTag(name)
	first, _, hasSlash := strings.Cut(repo, "/")
	switch {
	case !hasSlash:
		repo = "docker.io/library/" + repo
	case !strings.ContainsAny(first, ".:") && first != "localhost":
		repo = "docker.io/" + repo
	}
	return map[string]string{
		"io.containerd.image.name": repo + ":" + tag,
		refName:                    tag,
	}
}

func (img Image) manifest25(built []Built, config []byte) dockerManifest {
	m := dockerManifest{
		Config:       blobName(sha256Of(config)),
		RepoTags:     img.Names,
		LayerSources: map[v1.Hash]v1.Descriptor{},
	}
	for i, l := range img.filled() {
		m.Layers = append(m.Layers, blobName(built[i].Digest))
		m.LayerSources[built[i].DiffID] = l.descriptor(built[i], img.Docker)
	}
	return m
}

func (s *store) putLegacy(ids []string) error {
	for i := range ids {
		legacy, err := marshal(legacyConfig(ids, i))
		if err != nil {
			return err
		}
		s.put(legacy)
	}
	return nil
}

// dockerManifest is one image of a manifest.json.
type dockerManifest struct {
	Config       string
	RepoTags     []string // null for an image without a name
	Layers       []string
	LayerSources map[v1.Hash]v1.Descriptor `json:",omitempty"` // by diffID
}

// repositories is the file of that name: repository → tag → v1 id of the top layer.
type repositories map[string]map[string]string

func (r repositories) add(names, ids []string) {
	if len(ids) == 0 {
		return
	}
	for _, name := range names {
		repo, tag := splitTag(name)
		if r[repo] == nil {
			r[repo] = map[string]string{}
		}
		r[repo][tag] = ids[len(ids)-1]
	}
}

// splitTag splits at the last colon that is not a registry's port.
func splitTag(name string) (repo, tag string) {
	i := strings.LastIndexByte(name, ':')
	if i < 0 || strings.Contains(name[i:], "/") {
		return name, "latest"
	}
	return name[:i], name[i+1:]
}

func (b *bundle) dockerMetadata(manifest []dockerManifest, repos repositories) error {
	if err := b.json("manifest.json", manifest); err != nil {
		return err
	}
	if len(repos) == 0 {
		return nil
	}
	return b.json("repositories", repos)
}

// uncompressed gives the image as the old docker shapes store it.
func (img Image) uncompressed() ([]Built, []byte, error) {
	c := None
	built, err := img.build(&c)
	if err != nil {
		return nil, nil, err
	}
	config, err := img.config(built)
	return built, config, err
}

// v1IDs names each layer by itself and all below it, the top one by the config
// too, as the v1 image format did. The hash is not docker's own, which no
// reader checks.
func v1IDs(built []Built, config []byte) []string {
	ids := make([]string, len(built))
	parent := ""
	for i, b := range built {
		text := fmt.Sprintf("v1 %s %s", parent, sha256Of(b.Tar))
		if i == len(built)-1 {
			text += " " + string(config)
		}
		parent = sha256Of([]byte(text)).Hex
		ids[i] = parent
	}
	return ids
}

// legacyLayer writes the two small files beside a layer.tar.
func (b *bundle) legacyLayer(dir string, ids []string, i int) error {
	b.file(dir+"/VERSION", []byte("1.0"))
	return b.json(dir+"/json", legacyConfig(ids, i))
}

// legacyConfig is the v1 config of layer i.
func legacyConfig(ids []string, i int) any {
	c := struct {
		ID      string   `json:"id"`
		Parent  string   `json:"parent,omitempty"`
		Created string   `json:"created"`
		Config  struct{} `json:"container_config"`
		OS      string   `json:"os"`
	}{ID: ids[i], Created: "1970-01-01T00:00:00Z", OS: "linux"}
	if i > 0 {
		c.Parent = ids[i-1]
	}
	return c
}
