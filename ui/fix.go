package ui

import (
	"fmt"
	"strings"

	"peel/analyzer/filetree"
	"peel/source/layer"
	"peel/ui/text"
)

// advice is why bytes are wasted, and what to do about it.
type advice struct {
	why  string
	fix  string
	code []string // lines of a Containerfile
}

// deadCopy is one version of a file whose bytes nobody sees any more.
type deadCopy struct {
	path            string
	layer, killer   int
	reason          filetree.Reason
	holder, culprit string       // instructions of the two layers
	old, now        *layer.Entry // now is nil if it is deleted
	movedTo         string
}

// caches are directories that package managers fill, and how to keep them out
// of the image.
var caches = []struct {
	dir  string
	code string
}{
	{"/var/lib/apt/lists/", "RUN apt-get update && apt-get install -y … && rm -rf /var/lib/apt/lists/*"},
	{"/var/cache/apt/", "RUN --mount=type=cache,target=/var/cache/apt apt-get install -y …"},
	{"/var/cache/apk/", "RUN apk add --no-cache …"},
	{"/var/cache/dnf/", "RUN dnf install -y … && dnf clean all"},
	{"/var/cache/yum/", "RUN yum install -y … && yum clean all"},
	{"/root/.cache/pip/", "RUN --mount=type=cache,target=/root/.cache/pip pip install …"},
	{"/root/.npm/", "RUN --mount=type=cache,target=/root/.npm npm ci"},
	{"/root/.cache/go-build/", "RUN --mount=type=cache,target=/root/.cache/go-build go build …"},
	{"/usr/local/share/.cache/yarn/", "RUN --mount=type=cache,target=/usr/local/share/.cache yarn install"},
}

// upgrades are the commands that write a distribution anew.
var upgrades = []string{"apt-get upgrade", "apt upgrade", "dist-upgrade", "apk upgrade", "yum update", "yum upgrade", "dnf upgrade", "dnf update"}

// advise explains a dead copy in plain words.
func advise(d deadCopy) advice {
	if d.reason == filetree.Deleted && d.movedTo != "" {
		to := text.Clean(d.movedTo)
		return advice{
			why:  fmt.Sprintf("Layer %d moves it to %s. A move is a copy and a deletion: layer %d still ships the first copy.", d.killer+1, to, d.layer+1),
			fix:  "Write it to its final place at once.",
			code: movedCode(d, to),
		}
	}
	switch d.reason {
	case filetree.Deleted:
		return d.deleted()
	case filetree.Metadata:
		return d.metadata()
	case filetree.Identical:
		return advice{
			why:  fmt.Sprintf("Layer %d writes the same bytes again, with the same mode, owner and time; both copies ship.", d.killer+1),
			fix:  fmt.Sprintf("Leave it out of one of the two layers: add what layer %d copies to .dockerignore, or copy less.", d.killer+1),
			code: []string{"COPY --exclude=" + base(d.path) + " …"},
		}
	}
	return d.overwritten()
}

func (d deadCopy) deleted() advice {
	a := advice{why: fmt.Sprintf("Layer %d deletes it, but deleting only hides: layer %d still ships the bytes.", d.killer+1, d.layer+1)}
	for _, c := range caches {
		if strings.HasPrefix(d.path, c.dir) {
			a.fix = "Keep this cache out of the layer that fills it."
			a.code = []string{c.code}
			return a
		}
	}
	if copied(d.holder) {
		a.fix = "Do not copy it into the image: mount it for the RUN that needs it, or build in another stage."
		a.code = []string{"RUN --mount=type=bind,source=" + base(d.path) + ",target=" + text.Clean(d.path) + " …"}
		return a
	}
	a.fix = fmt.Sprintf("Delete it in the same RUN that makes it (layer %d), or make it in another build stage.", d.layer+1)
	a.code = []string{"RUN … && rm -rf " + text.Clean(d.path)}
	return a
}

func (d deadCopy) metadata() advice {
	what := differences(d.old, d.now)
	a := advice{why: fmt.Sprintf("Layer %d changes only its %s. The content is the same, but a layer stores whole files: both copies ship.", d.killer+1, strings.Join(what, " and "))}
	var flags []string
	if d.now != nil && d.old != nil {
		if d.now.Mode != d.old.Mode {
			flags = append(flags, fmt.Sprintf("--chmod=%04o", d.now.Mode))
		}
		if d.now.UID != d.old.UID || d.now.GID != d.old.GID {
			flags = append(flags, fmt.Sprintf("--chown=%d:%d", d.now.UID, d.now.GID))
		}
	}
	switch {
	case len(flags) > 0 && copied(d.holder):
		a.fix = "Set it while copying, in place of a later chmod or chown."
		a.code = []string{keyword(d.holder) + " " + strings.Join(flags, " ") + " … " + text.Clean(d.path)}
	case len(flags) > 0:
		a.fix = fmt.Sprintf("Do the chmod or chown in the RUN that writes the file (layer %d).", d.layer+1)
		a.code = []string{"RUN … && " + chCommands(d.old, d.now, d.path)}
	default:
		a.fix = fmt.Sprintf("Do not touch the file again in layer %d, or do it in the layer that writes it.", d.killer+1)
	}
	return a
}

func chCommands(old, now *layer.Entry, path string) string {
	var cmds []string
	if now.Mode != old.Mode {
		cmds = append(cmds, fmt.Sprintf("chmod %04o %s", now.Mode, text.Clean(path)))
	}
	if now.UID != old.UID || now.GID != old.GID {
		cmds = append(cmds, fmt.Sprintf("chown %d:%d %s", now.UID, now.GID, text.Clean(path)))
	}
	return strings.Join(cmds, " && ")
}

func (d deadCopy) overwritten() advice {
	a := advice{why: fmt.Sprintf("Layer %d puts something else in its place. Layers only add: the copy of layer %d is hidden, not removed, and still ships.", d.killer+1, d.layer+1)}
	for _, u := range upgrades {
		if strings.Contains(d.culprit, u) {
			a.fix = "Use a newer base image instead of upgrading the old one."
			a.code = []string{"FROM …   # a newer tag"}
			return a
		}
	}
	switch {
	case copied(d.holder) && copied(d.culprit):
		a.fix = fmt.Sprintf("Copy only the final version: leave it out of what layer %d copies.", d.layer+1)
		a.code = []string{"COPY --exclude=" + base(d.path) + " …"}
	case d.layer == 0:
		a.fix = "Start from a base image that has the version you need, or install it in a build stage and copy the result."
	default:
		a.fix = fmt.Sprintf("Write the final version in layer %d: join the two steps into one RUN.", d.layer+1)
		a.code = []string{"RUN … && …   # both steps, one layer"}
	}
	return a
}

func movedCode(d deadCopy, to string) []string {
	if copied(d.holder) {
		return []string{keyword(d.holder) + " … " + to}
	}
	return []string{"RUN … && mv " + text.Clean(d.path) + " " + to + "   # in the RUN of layer " + fmt.Sprint(d.layer+1)}
}

func copied(instruction string) bool {
	k := keyword(instruction)
	return k == "COPY" || k == "ADD"
}

func base(path string) string {
	return text.Clean(path[strings.LastIndexByte(path, '/')+1:])
}

// differences names what differs between two versions of a path.
func differences(old, now *layer.Entry) []string {
	if old == nil || now == nil {
		return nil
	}
	if old.Type != now.Type {
		return []string{"type (" + old.Type.String() + " " + "→" + " " + now.Type.String() + ")"}
	}
	var d []string
	if old.Type == layer.Regular && (old.Digest != now.Digest || old.Size != now.Size) {
		d = append(d, "content")
	}
	if old.Type == layer.Symlink && old.Link != now.Link {
		d = append(d, "target")
	}
	if old.Mode != now.Mode {
		d = append(d, fmt.Sprintf("mode (%04o → %04o)", old.Mode, now.Mode))
	}
	if old.UID != now.UID || old.GID != now.GID {
		d = append(d, fmt.Sprintf("owner (%s → %s)", ownerText(old), ownerText(now)))
	}
	if !sameXattrs(old, now) {
		d = append(d, "extended attributes")
	}
	if old.ModTime != now.ModTime && old.Type != layer.Directory {
		d = append(d, "time")
	}
	return d
}

func sameXattrs(a, b *layer.Entry) bool {
	if len(a.Xattr) != len(b.Xattr) {
		return false
	}
	for i := range a.Xattr {
		if a.Xattr[i] != b.Xattr[i] {
			return false
		}
	}
	return true
}
