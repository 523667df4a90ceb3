package harden

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"peel/analyzer/evidence"
	"peel/source/layer"
)

// scratchDirs are where programs of all kinds write what nobody keeps (FHS 3.0).
var scratchDirs = []struct{ path, why string }{
	{"tmp", "temporary files"},
	{"var/tmp", "temporary files"},
	{"run", "pid files and sockets"},
}

// stateDirs are those below which services have a directory of their own.
var stateDirs = []string{"var/cache", "var/log", "var/lib", "var/spool", "run", "var/run", "home", "srv", "opt", "app", "data"}

// packageDirs below them are the package managers', which do not run here.
var packageDirs = []string{
	"var/cache/apt", "var/cache/debconf", "var/cache/ldconfig", "var/cache/apk", "var/cache/dnf", "var/cache/yum", "var/cache/misc",
	"var/cache/libdnf5", "var/cache/man", "var/cache/pacman", "var/cache/fontconfig", "var/cache/private", "var/cache/adduser",
	"var/lib/apk", "var/lib/apt", "var/lib/dpkg", "var/lib/rpm", "var/lib/dnf", "var/lib/pacman", "var/log/apt", "var/lib/misc", "var/lib/pam",
	"var/lib/systemd", "var/lib/private", "var/log/private", "var/log/journal", "var/lib/shells.state", "var/lib/git",
}

// Bounds of the mounts that are suggested.
const (
	maxScratch = 20
	maxCovered = 10
)

func (p *Plan) mounts(img *evidence.Image) {
	taken := map[string]bool{}
	for _, v := range slices.Sorted(maps.Keys(img.Run().Volumes)) {
		full := path.Clean("/" + v)
		if full == "/" || taken[full] {
			continue
		}
		taken[full] = true
		p.Volumes = append(p.Volumes, Mount{Path: full, Why: "VOLUME of the image: what is written there shall outlive the container"})
		o, state := img.Resolve(v)
		if state == evidence.Present && o.Entry.Type == layer.Directory && !p.as().CanWrite(o.Entry) {
			p.Chown = append(p.Chown, full)
		}
	}
	for _, s := range scratchDirs {
		o, state := img.Resolve(s.path)
		if s.path != "tmp" && (state != evidence.Present || o.Entry.Type != layer.Directory) {
			continue
		}
		name := s.path
		if state == evidence.Present {
			name = o.Path
		}
		p.scratch(taken, "/"+name, s.why)
	}
	w := walker{plan: p, img: img, user: p.as(), taken: taken}
	w.walk()
}

// scratch suggests one, unless it is below another mount.
func (p *Plan) scratch(taken map[string]bool, full, why string) {
	for dir := full; dir != "/"; dir = path.Dir(dir) {
		if taken[dir] && (dir == full || !refilled(dir)) {
			return
		}
	}
	if len(p.Scratch) == maxScratch {
		p.note("More directories are writable than these.")
		return
	}
	taken[full] = true
	p.Scratch = append(p.Scratch, Mount{full, why})
}

// refilled tells the directories in which services count on one of their own,
// which the mount above hides.
func refilled(full string) bool { return full == "/run" || full == "/var/run" }

func (p *Plan) note(s string) {
	if !slices.Contains(p.Notes, s) {
		p.Notes = append(p.Notes, s)
	}
}

// walker looks for directories that the program will want to write to.
type walker struct {
	plan  *Plan
	img   *evidence.Image
	user  evidence.User
	taken map[string]bool
}

// walk goes from the root down. A directory that holds files is not mounted
// over, which would hide them; those in it are looked at.
func (w *walker) walk() {
	if len(w.img.Tree.Nodes) == 0 {
		return
	}
	filled := w.filled()
	nodes := w.img.Tree.Nodes
	for i := 1; i < len(nodes); i++ {
		o, ok := w.at(i)
		if !ok || o.Entry.Type != layer.Directory {
			i = int(nodes[i].End) - 1
			continue
		}
		o = w.img.Path(o)
		why := w.why(o)
		switch {
		case w.taken["/"+o.Path] && refilled("/"+o.Path):
		case w.taken["/"+o.Path] || slices.Contains([]string{"proc", "sys", "dev"}, o.Path) || slices.Contains(packageDirs, o.Path):
			i = int(nodes[i].End) - 1
		case why == "":
		case filled[i]:
			if len(w.plan.Covered) < maxCovered && !w.streams(o) && !w.servicesOf(o) {
				w.plan.Covered = append(w.plan.Covered, "/"+o.Path)
			}
		default:
			w.plan.scratch(w.taken, "/"+o.Path, why)
			i = int(nodes[i].End) - 1
		}
	}
}

// streams reports whether a directory holds nothing but links to the process's own
// output, as images of nginx have in place of logs: it need not be written to.
func (w *walker) streams(dir evidence.Object) bool {
	all := true
	w.img.Children(dir, func(o evidence.Object) {
		all = all && o.Entry.Type == layer.Symlink && (strings.HasPrefix(o.Entry.Link, "/dev/std") || strings.HasPrefix(o.Entry.Link, "/proc/self/fd/"))
	})
	return all
}

// servicesOf reports whether a directory with files in it is a guess alone: root
// may write to all that lies in var/lib, and most of it nobody writes to.
func (w *walker) servicesOf(dir evidence.Object) bool {
	return dir.Entry.UID == 0 && dir.Entry.Mode&0o022 == 0 && (path.Dir(dir.Path) == "var/lib" || path.Dir(dir.Path) == "var/spool")
}

func (w *walker) at(node int) (evidence.Object, bool) {
	v := w.img.Tree.At(node, len(w.img.Tree.Layers)-1)
	if v == nil || v.Entry == nil {
		return evidence.Object{}, false
	}
	return evidence.Object{Node: node, Entry: v.Entry, Layer: int(v.Layer)}, true
}

// filled tells of each node whether it is, or has below it, anything but
// directories.
func (w *walker) filled() []bool {
	nodes := w.img.Tree.Nodes
	list := make([]bool, len(nodes))
	for i := len(nodes) - 1; i > 0; i-- {
		if o, ok := w.at(i); ok && (o.Entry.Type != layer.Directory || list[i]) {
			list[i], list[nodes[i].Parent] = true, true
		}
	}
	return list
}

// why is the reason to think that the program writes to a directory; "" for none.
func (w *walker) why(o evidence.Object) string {
	e := o.Entry
	switch {
	case e.UID == w.user.UID:
		return "it is the user's own"
	case slices.Contains(w.user.GIDs, e.GID) && e.Mode&0o020 != 0 && e.GID != 0:
		return "the user's group may write to it"
	case e.Mode&0o002 != 0:
		return "everybody may write to it"
	}
	dir := path.Dir(o.Path)
	if !slices.Contains(stateDirs, dir) {
		return ""
	}
	if i := slices.IndexFunc(w.img.Accounts, func(a evidence.Account) bool { return a.UID == e.UID && a.UID != 0 }); i >= 0 {
		return fmt.Sprintf("the account %s owns it", w.img.Accounts[i].Name)
	}
	if w.plan.UID == nonroot && w.img.User().Root() && (strings.HasPrefix(dir, "var/cache") || strings.HasPrefix(dir, "var/log") || dir == "var/lib" || dir == "var/spool") {
		return "root, whom the image runs as, may write to it"
	}
	return ""
}
