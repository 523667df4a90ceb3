package source

import (
	"context"
	"errors"
	"slices"
)

// store is a place where images lie. Everything that peel does with places goes
// over the table of these: a new one is its folder below source, a file here that
// says what it is, and a line in the table.
type store struct {
	kind  Kind   // what attempts and answers are called by
	gives []Kind // the kinds of images that it opens
	// prefixes are the spellings of gives before a reference, skopeo's and dive's.
	prefixes []prefix
	// takes reports whether a reference may be one of this store's. Its Kind is ""
	// if the user has named none.
	takes func(*Reference) bool
	// names says that the store has ids and other names beside references.
	names bool
	// roots says that there may be several of it: --root, and "[root]name" before
	// the name, choose one.
	roots bool
	// open gives the image, and what was asked for it: the file, the socket, the
	// registry.
	open func(*opener) (img *Image, where string, err error)
	// list names the images that are there. Nil for stores that are not searched.
	list func(context.Context, ListOptions) Answer

	next   []error // after these answers the next store is asked
	absent []error // these say that there is nothing to ask here
	// hints say what to do about its errors; alone those that count only if no
	// other store was asked.
	hints, alone []hint
}

type prefix struct {
	text string
	kind Kind
}

// stores are in the order in which they are asked, and in which their answers are
// shown. What is recognised by its content comes before what is asked for a name,
// and what is here before what is fetched.
var stores []*store

func init() { // for listing the sample opens it, over this table
	stores = []*store{
		&sampleStore,
		&fileStore,
		&dockerStore,
		&containersStorage,
		&podmanStore,
		&containerdStore,
		&registryStore,
	}
}

// lists are in the order in which their answers are shown: the stores that can be
// searched, and what was opened before.
func lists() []*store {
	var list []*store
	for _, s := range stores {
		if s.list != nil && s != &sampleStore && s != &fileStore {
			list = append(list, s)
		}
	}
	return append(list, &fileStore, &recentList, &sampleStore)
}

// Kinds are the values that Options.Source takes.
func Kinds() []Kind {
	list := slices.Clone(registryStore.gives)
	for _, s := range slices.Concat(stores[1:], stores[:1]) {
		for _, k := range s.gives {
			if !slices.Contains(list, k) {
				list = append(list, k)
			}
		}
	}
	return list
}

// storeOf is the store that opens images of a kind; nil for no kind of source.
func storeOf(k Kind) *store {
	for _, s := range stores {
		if s.kind == k || slices.Contains(s.gives, k) {
			return s
		}
	}
	return nil
}

// isFile reports whether images of a kind have paths for names.
func isFile(k Kind) bool { return slices.Contains(fileStore.gives, k) }

// prefixes are those of all stores, longer ones first: "oci:" begins no
// "oci-archive:", but who knows what is added.
func prefixes() []prefix {
	var list []prefix
	for _, s := range stores {
		list = append(list, s.prefixes...)
	}
	slices.SortStableFunc(list, func(a, b prefix) int { return len(b.text) - len(a.text) })
	return list
}

func isAny(err error, list []error) bool {
	return slices.ContainsFunc(list, func(e error) bool { return errors.Is(err, e) })
}

// asksFor makes a takes for stores that are asked for names.
func asksFor(kinds ...Kind) func(*Reference) bool {
	return func(r *Reference) bool { return r.Name != "" && (r.Kind == "" || slices.Contains(kinds, r.Kind)) }
}
