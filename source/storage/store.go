package storage

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"peel/source/oci"
)

const (
	// maxIndex bounds images.json and layers.json. A store of 2,000 images has
	// about 4 MB.
	maxIndex = 256 << 20
	// maxChain bounds the layers below a layer: a loop has no end.
	maxChain = 4096
	// maxList is how many names an error lists.
	maxList = 20

	manifestKey = "manifest"
)

// store is one directory of images with one driver.
type store struct {
	root   string // "/home/u/.local/share/containers/storage"
	driver string // "overlay"
}

// image is an entry of images.json, as far as it is of use.
type image struct {
	ID             string            `json:"id"` // hex of the config's digest, for most
	Digest         string            `json:"digest"`
	Names          []string          `json:"names"`
	Layer          string            `json:"layer"` // id of the top one; empty for a manifest list
	BigDataNames   []string          `json:"big-data-names"`
	BigDataDigests map[string]string `json:"big-data-digests"`
	Created        time.Time         `json:"created"`

	store *store
}

// layerRecord is an entry of layers.json, as far as it is of use.
type layerRecord struct {
	ID         string `json:"id"`
	Parent     string `json:"parent"`
	DiffDigest string `json:"diff-digest"` // the diffID
	DiffSize   int64  `json:"diff-size"`   // of the tar, in bytes

	store *store
}

// set is all stores that are read together: the configured one and additional
// ones, where images find their bases.
type set struct {
	images []*image // in the order of the stores
	layers map[string]*layerRecord
}

// load reads the documents of all stores.
func load(stores []*store) (*set, error) {
	out := &set{layers: map[string]*layerRecord{}}
	for _, s := range stores {
		var images []*image
		if err := s.read(filepath.Join(s.driver+"-images", "images.json"), &images); err != nil {
			return nil, err
		}
		for _, i := range images {
			if i == nil || !isID(i.ID) {
				return nil, fmt.Errorf("%w: %s lists an image without an id", ErrDamaged, s.root)
			}
			i.store = s
			out.images = append(out.images, i)
		}
		var layers []*layerRecord
		if err := s.read(filepath.Join(s.driver+"-layers", "layers.json"), &layers); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, l := range layers {
			if l == nil || !isID(l.ID) {
				return nil, fmt.Errorf("%w: %s lists a layer without an id", ErrDamaged, s.root)
			}
			if _, ok := out.layers[l.ID]; !ok {
				l.store = s
				out.layers[l.ID] = l
			}
		}
	}
	return out, nil
}

// isID guards what becomes a part of a path.
var isID = regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString

// tries is how often a document is read that podman is just writing. It renames
// a new one into place, so that a second look is hardly ever needed.
const tries = 3

func (s *store) read(name string, into any) error {
	path := filepath.Join(s.root, name)
	var err error
	for n := range tries {
		if n > 0 {
			time.Sleep(20 * time.Millisecond)
		}
		var b []byte
		if b, err = readLimited(path, maxIndex); err != nil {
			return fmt.Errorf("reading the store: %w", err)
		}
		if len(b) == 0 {
			return nil // as podman makes it, before the first image
		}
		if err = json.Unmarshal(b, into); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%w: reading %s: %w", ErrDamaged, path, err)
}

func readLimited(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("%w: %s has more than %d bytes", oci.ErrTooLarge, path, most)
	}
	return b, err
}

// plain are the keys of big data whose file has the same name.
var plain = regexp.MustCompile(`^[a-z0-9.]+$`).MatchString

// dataPath is the file of one of an image's documents (containers/storage,
// images.go, makeBigDataBaseName).
func (i *image) dataPath(key string) string {
	name := key
	if !plain(key) {
		name = "=" + base64.StdEncoding.EncodeToString([]byte(key))
	}
	return filepath.Join(i.store.root, i.store.driver+"-images", i.ID, name)
}

func (i *image) has(key string) bool { return slices.Contains(i.BigDataNames, key) }

func (i *image) open(key string) (io.ReadCloser, error) {
	f, err := os.Open(i.dataPath(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: the %s of image %.12s is not in the store", oci.ErrMissing, key, i.ID)
	}
	return f, err
}

func (i *image) bigData(key string, most int64) ([]byte, error) {
	rc, err := i.open(key)
	if err != nil {
		return nil, err
	}
	rc.Close()
	return readLimited(i.dataPath(key), most)
}

func (i *image) manifestDigest() string {
	if d := i.BigDataDigests[manifestKey]; d != "" {
		return d
	}
	return i.Digest
}

func (set *set) byManifest(digest string) *image {
	for _, i := range set.images {
		if i.manifestDigest() == digest {
			return i
		}
	}
	return nil
}

func (set *set) byConfig(digest string) *image {
	for _, i := range set.images {
		if i.has(digest) {
			return i
		}
	}
	return nil
}

// chain lists a layer and those below it, bottom first.
func (set *set) chain(id string) ([]*layerRecord, error) {
	var out []*layerRecord
	for ; id != ""; id = out[len(out)-1].Parent {
		l, ok := set.layers[id]
		if !ok {
			return nil, fmt.Errorf("%w: layer %.12s is in none of the stores", oci.ErrMissing, id)
		}
		if len(out) == maxChain {
			return nil, fmt.Errorf("%w: more than %d layers lie on each other", ErrDamaged, maxChain)
		}
		out = append(out, l)
	}
	slices.Reverse(out)
	return out, nil
}
