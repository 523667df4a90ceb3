package waste

import (
	"fmt"
	"slices"

	"peel/source/layer"
)

// Differences names what differs between two versions of a path.
func Differences(old, now *layer.Entry) []string {
	if old == nil || now == nil {
		return nil
	}
	if old.Type != now.Type {
		return []string{"type (" + old.Type.String() + " " + "→" + " " + now.Type.String() + ")"}
	}
	var d []string
	switch unknown := (old.Kind == layer.KindWithheld) != (now.Kind == layer.KindWithheld); {
	case old.Type != layer.Regular || old.Digest == now.Digest && old.Size == now.Size:
	case unknown && old.Size == now.Size:
		d = append(d, "content (perhaps: one of the two could not be read)")
	default:
		d = append(d, "content")
	}
	if old.Type == layer.Symlink && old.Link != now.Link {
		d = append(d, "target")
	}
	if old.Mode != now.Mode {
		d = append(d, fmt.Sprintf("mode (%04o → %04o)", old.Mode, now.Mode))
	}
	if old.UID != now.UID || old.GID != now.GID {
		d = append(d, fmt.Sprintf("owner (%s → %s)", owner(old), owner(now)))
	}
	if !slices.Equal(old.Xattr, now.Xattr) {
		d = append(d, "extended attributes")
	}
	if old.ModTime != now.ModTime && old.Type != layer.Directory {
		d = append(d, "time")
	}
	return d
}

func owner(e *layer.Entry) string { return fmt.Sprintf("%d:%d", e.UID, e.GID) }
