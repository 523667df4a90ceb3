package containerd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"peel/source/containerd/bolt"
)

// The buckets of containerd's database: v1/NAMESPACE/images/NAME, with the
// descriptor in target (containerd, core/metadata/buckets.go).
const (
	schema       = "v1"
	imagesBucket = "images"
	targetBucket = "target"
)

// image is the record of a name.
type image struct {
	namespace, name string
	target          v1.Descriptor // of a manifest or an index
	created         time.Time     // when the name was first given

	store *store
}

// set is all images that are looked through.
type set struct {
	stores    []*store
	images    []*image // by store, then by namespace as searched, then by name
	namespace string   // the only one; "" for all
	closed    []string // stores that the user may not read
}

// load reads the names of all stores.
func load(opts Options) (*set, error) {
	s := here()
	out := &set{namespace: opts.Namespace}
	if out.namespace == "" {
		out.namespace = s.Getenv(namespaceEnv)
	}
	roots := []string{opts.Root}
	if opts.Root == "" {
		roots = s.roots()
	}
	var err error
	if out.stores, out.closed, err = find(roots); err != nil {
		return nil, err
	}
	for _, st := range out.stores {
		found, err := st.images()
		if err != nil {
			return nil, err
		}
		out.images = append(out.images, found...)
	}
	return out, nil
}

// images reads the names of a store, in the order of a search.
func (s *store) images() ([]*image, error) {
	f, err := s.openDatabase()
	if err != nil {
		return nil, fmt.Errorf("opening containerd's database: %w", err)
	}
	defer f.Close()
	found, err := bolt.View(f, readImages)
	if errors.Is(err, bolt.ErrDamaged) {
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, f.Name(), err)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", f.Name(), err)
	}
	for _, i := range found {
		i.store = s
	}
	slices.SortStableFunc(found, func(a, b *image) int { return rank(a.namespace) - rank(b.namespace) })
	return found, nil
}

// rank puts the namespaces of ctr and nerdctl, of Kubernetes and of Docker
// before the others.
func rank(namespace string) int {
	known := []string{"default", "k8s.io", "moby"}
	if i := slices.Index(known, namespace); i >= 0 {
		return i
	}
	return len(known)
}

func readImages(root *bolt.Bucket) ([]*image, error) {
	namespaces, err := root.Sub(schema)
	if err != nil || namespaces == nil {
		return nil, err
	}
	var out []*image
	for ns, err := range namespaces.Items() {
		if err != nil {
			return nil, err
		}
		if ns.Bucket == nil {
			continue // the version of the schema
		}
		images, err := ns.Bucket.Sub(imagesBucket)
		if err != nil {
			return nil, err
		}
		if images == nil {
			continue
		}
		for item, err := range images.Items() {
			if err != nil {
				return nil, err
			}
			if item.Bucket == nil {
				continue
			}
			i, err := readImage(item)
			if err != nil {
				return nil, err
			}
			i.namespace = ns.Key
			out = append(out, i)
		}
	}
	return out, nil
}

// readImage reads one record. What is in it that makes no sense stays zero:
// that image cannot be opened, the others can.
func readImage(item bolt.Item) (*image, error) {
	i := &image{name: item.Key}
	for field, err := range item.Bucket.Items() {
		if err != nil {
			return nil, err
		}
		switch {
		case field.Key == "createdat":
			_ = i.created.UnmarshalBinary(field.Value) // else it stays unknown
		case field.Key == targetBucket && field.Bucket != nil:
			if i.target, err = readTarget(field.Bucket); err != nil {
				return nil, err
			}
		}
	}
	return i, nil
}

func readTarget(b *bolt.Bucket) (d v1.Descriptor, err error) {
	for field, err := range b.Items() {
		if err != nil {
			return d, err
		}
		switch field.Key {
		case "digest":
			if h, err := v1.NewHash(string(field.Value)); err == nil {
				d.Digest = h
			}
		case "mediatype":
			d.MediaType = types.MediaType(field.Value)
		case "size":
			d.Size, _ = binary.Varint(field.Value)
		}
	}
	return d, nil
}
