package evidence

import "peel/source/layer"

// Trait is a property of objects that checks look for. One pass over the merged
// file system finds the objects of every trait, so that a check costs what it
// finds and not what the image holds.
type Trait uint8

// The traits.
const (
	Kept          Trait = iota // a Collector kept something of the file: see Fact
	Elevating                  // a regular file with setuid or setgid
	Capable                    // a regular file with capabilities (xattr security.capability)
	WorldWritable              // the mode lets others write; never a symbolic link
	Unprivileged               // a regular file that root does not own
	SymbolicLink
	Special // a device or a named pipe
	traits
)

// CapabilityXattr is the extended attribute of file capabilities (capabilities(7)).
const CapabilityXattr = "security.capability"

// Each visits the objects of a trait in the order of All. Their Path is not set.
func (img *Image) Each(t Trait, visit func(Object)) {
	for _, n := range img.byTrait()[t] {
		if o, ok := img.object(int(n)); ok {
			visit(o)
		}
	}
}

type traitsKey struct{}

// byTrait lists the nodes of each trait.
func (img *Image) byTrait() *[traits][]int32 {
	return Once(img, traitsKey{}, func(img *Image) *[traits][]int32 {
		var lists [traits][]int32
		img.All(func(o Object) {
			for t, has := range img.traitsOf(o.Entry) {
				if has {
					lists[t] = append(lists[t], int32(o.Node))
				}
			}
		})
		return &lists
	})
}

func (img *Image) traitsOf(e *layer.Entry) (has [traits]bool) {
	switch e.Type {
	case layer.Symlink:
		has[SymbolicLink] = true
		return has // whose mode means nothing
	case layer.BlockDevice, layer.CharDevice, layer.FIFO:
		has[Special] = true
	case layer.Regular:
		has[Kept] = img.facts[e] != nil
		has[Elevating] = e.Mode&(layer.Setuid|layer.Setgid) != 0
		has[Unprivileged] = e.UID != 0
		for i := range e.Xattr {
			has[Capable] = has[Capable] || e.Xattr[i].Name == CapabilityXattr
		}
	}
	has[WorldWritable] = e.Mode&0o002 != 0
	return has
}
