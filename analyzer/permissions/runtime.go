package permissions

import (
	"fmt"
	"path"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
	"peel/source/layer"
)

const whereUser = "config.User"

func runsAsRoot(c *check.Check, img *evidence.Image) check.Answer {
	u := img.User()
	switch {
	case u.Root() && !u.Set:
		f := c.At(whereUser, "no USER: the process is root")
		return check.Found(f)
	case u.Root() && u.ByName && u.Name != "root":
		f := c.At(whereUser, img.Run().User)
		f.Reason = fmt.Sprintf("/etc/passwd gives %s the user ID 0", u.Name)
		return check.Found(f)
	case u.Root():
		return check.Found(c.At(whereUser, img.Run().User))
	case u.Known:
		return check.Passed()
	case u.Account == evidence.Unread:
		return check.Unsure("the user is a name, and /etc/passwd was not read")
	}
	return check.Moot("/etc/passwd has no such user: see P003")
}

func userByName(c *check.Check, img *evidence.Image) check.Answer {
	u := img.User()
	switch {
	case !u.Set || u.Name == "":
		return check.Moot("no user is named")
	case u.ByName && !u.Root():
		f := c.At(whereUser, img.Run().User)
		if u.Known {
			f.Reason = fmt.Sprintf("its user ID is %d", u.UID)
		}
		return check.Found(f)
	}
	return check.Passed()
}

func userUnknown(c *check.Check, img *evidence.Image) check.Answer {
	u := img.User()
	var list []finding.Finding
	switch {
	case !u.Set || u.Name == "":
	case u.Account == evidence.Unread || u.GroupFound == evidence.Unread:
		return check.Unsure("/etc/passwd or /etc/group was not read")
	case u.Account == evidence.Missing && u.ByName:
		f := c.At(whereUser, img.Run().User)
		f.Severity, f.Reason = finding.High, "a runtime cannot start the container: it finds no user ID for the name"
		list = append(list, f)
	case u.Account == evidence.Missing && img.PasswdState == evidence.Present && u.UID != 0:
		f := c.At(whereUser, img.Run().User)
		f.Severity, f.Reason = finding.Low, "the number works, but has no name, home or shell"
		list = append(list, f)
	}
	if u.GroupFound == evidence.Missing {
		f := c.At(whereUser, img.Run().User)
		f.Severity, f.Reason = finding.High, "a runtime cannot start the container: /etc/group has no such group"
		list = append(list, f)
	}
	return check.Found(list...)
}

// systemFiles decide who may do what, or what is loaded, for all users.
var systemFiles = []string{
	"etc/passwd", "etc/group", "etc/shadow", "etc/gshadow", "etc/sudoers", "etc/sudoers.d", "etc/doas.conf", "etc/ld.so.conf", "etc/ld.so.conf.d",
	"etc/ld.so.preload", "etc/ld.so.cache", "etc/crontab", "etc/cron.d", "etc/crontabs", "etc/pam.d", "etc/profile", "etc/profile.d",
}

// systemDirs are those of the PATH that root's programs lie in.
var systemDirs = []string{"usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin"}

// powerless answers checks of what the user may do, where the process is root or
// its user is not known.
func powerless(u evidence.User) (a check.Answer, settled bool) {
	switch {
	case u.Root():
		return check.Moot("the process is root: see P001"), true
	case !u.Known:
		return check.Unsure("the user ID of %q is not known", u.Name), true
	}
	return check.Answer{}, false
}

func writableSystem(c *check.Check, img *evidence.Image) check.Answer {
	u := img.User()
	if a, settled := powerless(u); settled {
		return a
	}
	w := &writable{img: img, user: u, seen: map[int]bool{}}
	for _, name := range systemFiles {
		w.look(name)
	}
	for _, name := range systemDirs {
		if dir, state := img.Resolve(name); state == evidence.Present && !w.seen[dir.Node] {
			w.look(name)
			img.Children(dir, func(o evidence.Object) { w.file(o) })
		}
	}
	w.command()
	return check.Found(c.OnAll(w.found)...)
}

// writable gathers what a user can change.
type writable struct {
	img   *evidence.Image
	user  evidence.User
	seen  map[int]bool
	found []evidence.Object
}

func (w *writable) look(name string) {
	if o, state := w.img.Resolve(name); state == evidence.Present {
		w.file(o)
	}
}

func (w *writable) file(o evidence.Object) {
	if w.seen[o.Node] || o.Entry.Type == layer.Symlink {
		return
	}
	w.seen[o.Node] = true
	if o.Entry.Type != layer.Directory && o.Entry.Type != layer.Regular {
		return
	}
	if w.user.CanWrite(o.Entry) {
		w.found = append(w.found, o)
		return
	}
	// Who may write to the directory may put another file in the place of one.
	if dir, ok := w.img.Parent(o); ok && dir.Entry != nil && !w.seen[dir.Node] && w.user.CanReplace(dir.Entry, o.Entry) {
		w.found = append(w.found, o)
	}
}

// command is the program that is started, unless the user owns it: see P015.
func (w *writable) command() {
	words := w.img.Command()
	if len(words) == 0 {
		return
	}
	o, state := w.img.Find(words[0])
	if state == evidence.Present && o.Entry.UID != w.user.UID {
		w.file(o)
	}
}

func unwritableVolume(c *check.Check, img *evidence.Image) check.Answer {
	u := img.User()
	switch {
	case len(img.Run().Volumes) == 0:
		return check.Moot("no volume is declared")
	case u.Root():
		return check.Passed()
	case !u.Known:
		return check.Unsure("the user ID of %q is not known", u.Name)
	}
	var list []finding.Finding
	for v := range img.Run().Volumes {
		o, state := img.Resolve(v)
		if state == evidence.Present && o.Entry.Type == layer.Directory && !u.CanWrite(o.Entry) {
			f := c.On(o)
			f.Bytes, f.Where = nil, fmt.Sprintf("config.Volumes[%q]", v)
			f.Match = fmt.Sprintf("owner %d:%d, mode %04o, user %d", o.Entry.UID, o.Entry.GID, o.Entry.Mode, u.UID)
			list = append(list, f)
		}
	}
	finding.Sort(list)
	return check.Found(list...)
}

// codeNames are the endings of files that are run without an executable bit.
var codeNames = map[string]bool{
	".py": true, ".js": true, ".mjs": true, ".cjs": true, ".rb": true, ".php": true, ".jar": true, ".war": true,
	".so": true, ".dll": true, ".pl": true, ".lua": true, ".sh": true, ".class": true,
}

func ownCode(c *check.Check, img *evidence.Image) check.Answer {
	u := img.User()
	if a, settled := powerless(u); settled {
		return a
	}
	var list []evidence.Object
	img.Each(evidence.Unprivileged, func(o evidence.Object) {
		if e := o.Entry; e.UID == u.UID && e.Size > 0 &&
			(e.Mode&0o111 != 0 && (e.Kind == layer.KindELF || e.Kind == layer.KindScript) || codeNames[path.Ext(e.Path)]) {
			list = append(list, img.Path(o))
		}
	})
	return check.Found(c.OnAll(list)...)
}

// sockets are those of container engines: who reaches one is root on the host.
var sockets = []string{"docker.sock", "containerd.sock", "podman.sock", "crio.sock", "dockershim.sock", "cri-dockerd.sock"}

func engineSocket(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	for v := range img.Run().Volumes {
		if isSocket(v) {
			list = append(list, c.At(fmt.Sprintf("config.Volumes[%q]", v), v))
		}
	}
	for i, kv := range img.Run().Env {
		k, v, _ := strings.Cut(kv, "=")
		if (k == "DOCKER_HOST" || k == "CONTAINER_HOST") && (isSocket(v) || strings.HasPrefix(v, "tcp://")) {
			f := c.At(fmt.Sprintf("config.Env[%d]", i), k+"="+withoutUser(v))
			f.Severity = finding.Medium
			f.Reason = "the container is meant to command an engine"
			list = append(list, f)
		}
	}
	for _, dir := range []string{"run", "var/run", "run/containerd", "run/podman", "run/crio"} {
		for _, s := range sockets {
			if o, state := img.Lookup(dir + "/" + s); state == evidence.Present {
				list = append(list, c.On(o))
			}
		}
	}
	return check.Found(unique(list)...)
}

func isSocket(v string) bool {
	for _, s := range sockets {
		if path.Base(v) == s {
			return true
		}
	}
	return false
}

// withoutUser leaves a password out of a URL.
func withoutUser(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = "…@" + rest[at+1:]
	}
	return scheme + "://" + rest
}

// unique drops findings on a path or at a place that was reported before.
func unique(list []finding.Finding) (out []finding.Finding) {
	seen := map[string]bool{}
	for _, f := range list {
		if at := f.Path + "\x00" + f.Where; !seen[at] {
			seen[at] = true
			out = append(out, f)
		}
	}
	return out
}
