package waste

import (
	"fmt"
	"strings"

	"peel/analyzer/filetree"
	"peel/analyzer/text"
	"peel/source/layer"
)

// Advice tells why one copy of a file is wasted, and what to do about it. It
// knows the file and the instructions, where a Hint knows only the reason.
type Advice struct {
	Why  string
	Fix  string
	Code []string // lines of a Containerfile
}

// DeadCopy is one version of a file whose bytes nobody sees any more.
type DeadCopy struct {
	Path            string
	Layer, KilledBy int // indexes
	Reason          filetree.Reason
	Holder, Culprit string       // instructions of the two layers; text.Instruction
	Old, Now        *layer.Entry // Now is nil if it is deleted
	MovedTo         string       // where the same content is visible, if it was moved
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

// Advise explains the copy in plain words, which are safe to print.
func (d DeadCopy) Advise() Advice {
	if d.Reason == filetree.Deleted && d.MovedTo != "" {
		to := text.Clean(d.MovedTo)
		return Advice{
			Why:  fmt.Sprintf("Layer %d moves it to %s. A move is a copy and a deletion: layer %d still ships the first copy.", d.KilledBy+1, to, d.Layer+1),
			Fix:  "Write it to its final place at once.",
			Code: movedCode(d, to),
		}
	}
	switch d.Reason {
	case filetree.Deleted:
		return d.deleted()
	case filetree.Metadata:
		return d.metadata()
	case filetree.Identical:
		return Advice{
			Why:  fmt.Sprintf("Layer %d writes the same bytes again, with the same mode, owner and time; both copies ship.", d.KilledBy+1),
			Fix:  fmt.Sprintf("Leave it out of one of the two layers: add what layer %d copies to .dockerignore, or copy less.", d.KilledBy+1),
			Code: []string{"COPY --exclude=" + base(d.Path) + " …"},
		}
	}
	return d.overwritten()
}

func (d DeadCopy) deleted() Advice {
	a := Advice{Why: fmt.Sprintf("Layer %d deletes it, but deleting only hides: layer %d still ships the bytes.", d.KilledBy+1, d.Layer+1)}
	for _, c := range caches {
		if strings.HasPrefix(d.Path, c.dir) {
			a.Fix = "Keep this cache out of the layer that fills it."
			a.Code = []string{c.code}
			return a
		}
	}
	if copied(d.Holder) {
		a.Fix = "Do not copy it into the image: mount it for the RUN that needs it, or build in another stage."
		a.Code = []string{"RUN --mount=type=bind,source=" + base(d.Path) + ",target=" + text.Clean(d.Path) + " …"}
		return a
	}
	a.Fix = fmt.Sprintf("Delete it in the same RUN that makes it (layer %d), or make it in another build stage.", d.Layer+1)
	a.Code = []string{"RUN … && rm -rf " + text.Clean(d.Path)}
	return a
}

func (d DeadCopy) metadata() Advice {
	what := Differences(d.Old, d.Now)
	a := Advice{Why: fmt.Sprintf("Layer %d changes only its %s. The content is the same, but a layer stores whole files: both copies ship.", d.KilledBy+1, strings.Join(what, " and "))}
	var flags []string
	if d.Now != nil && d.Old != nil {
		if d.Now.Mode != d.Old.Mode {
			flags = append(flags, fmt.Sprintf("--chmod=%04o", d.Now.Mode))
		}
		if d.Now.UID != d.Old.UID || d.Now.GID != d.Old.GID {
			flags = append(flags, fmt.Sprintf("--chown=%d:%d", d.Now.UID, d.Now.GID))
		}
	}
	switch {
	case len(flags) > 0 && copied(d.Holder):
		a.Fix = "Set it while copying, in place of a later chmod or chown."
		a.Code = []string{text.Keyword(d.Holder) + " " + strings.Join(flags, " ") + " … " + text.Clean(d.Path)}
	case len(flags) > 0:
		a.Fix = fmt.Sprintf("Do the chmod or chown in the RUN that writes the file (layer %d).", d.Layer+1)
		a.Code = []string{"RUN … && " + chCommands(d.Old, d.Now, d.Path)}
	default:
		a.Fix = fmt.Sprintf("Do not touch the file again in layer %d, or do it in the layer that writes it.", d.KilledBy+1)
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

func (d DeadCopy) overwritten() Advice {
	a := Advice{Why: fmt.Sprintf("Layer %d puts something else in its place. Layers only add: the copy of layer %d is hidden, not removed, and still ships.", d.KilledBy+1, d.Layer+1)}
	for _, u := range upgrades {
		if strings.Contains(d.Culprit, u) {
			a.Fix = "Use a newer base image instead of upgrading the old one."
			a.Code = []string{"FROM …   # a newer tag"}
			return a
		}
	}
	switch {
	case copied(d.Holder) && copied(d.Culprit):
		a.Fix = fmt.Sprintf("Copy only the final version: leave it out of what layer %d copies.", d.Layer+1)
		a.Code = []string{"COPY --exclude=" + base(d.Path) + " …"}
	case d.Layer == 0:
		a.Fix = "Start from a base image that has the version you need, or install it in a build stage and copy the result."
	default:
		a.Fix = fmt.Sprintf("Write the final version in layer %d: join the two steps into one RUN.", d.Layer+1)
		a.Code = []string{"RUN … && …   # both steps, one layer"}
	}
	return a
}

func movedCode(d DeadCopy, to string) []string {
	if copied(d.Holder) {
		return []string{text.Keyword(d.Holder) + " … " + to}
	}
	return []string{"RUN … && mv " + text.Clean(d.Path) + " " + to + "   # in the RUN of layer " + fmt.Sprint(d.Layer+1)}
}

func copied(instruction string) bool {
	k := text.Keyword(instruction)
	return k == "COPY" || k == "ADD"
}

func base(path string) string {
	return text.Clean(path[strings.LastIndexByte(path, '/')+1:])
}
