package harden

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"peel/analyzer/evidence"
	"peel/source/layer"
)

// nonroot is the user that distroless images have as nonroot; no distribution
// gives the number to anybody.
const nonroot = 65532

// user decides whom the process runs as: the image's own user by its number,
// the one that its entrypoint changes to, or nobody's number.
func (p *Plan) user(img *evidence.Image) {
	u := img.User()
	if u.Known && u.UID != 0 {
		p.UID, p.UserWhy = u.UID, fmt.Sprintf("the image's own USER %q; as a number, so that runAsNonRoot can be checked", img.Run().User)
		if len(u.GIDs) > 0 {
			p.GID, p.Groups = u.GIDs[0], u.GIDs[1:]
		}
		return
	}
	if a, by := dropsTo(img); a != nil {
		p.UID, p.GID = a.UID, a.GID
		p.UserWhy = fmt.Sprintf("the image starts as root, and its entrypoint changes to %s by %s: start as it", a.Name, by)
		return
	}
	p.UID, p.GID = nonroot, nonroot
	switch {
	case u.Known:
		p.UserWhy = "the image runs as root; this user owns nothing in it"
	case u.Account == evidence.Unread:
		p.UserWhy = fmt.Sprintf("USER %q is a name, and /etc/passwd was not read: put its number here", u.Name)
	default:
		p.UserWhy = fmt.Sprintf("the image has no account %q: it does not start as it is", u.Name)
	}
}

// drops finds the commands by which entrypoint scripts give up root.
var drops = regexp.MustCompile(`\b(gosu|su-exec|setpriv\s+--reuid[= ]|runuser\s+-u|chroot\s+--userspec=?|su)\s*["']?([a-z_][a-z0-9_-]*)`)

// dropsTo is the account that the entrypoint's script changes to; nil if it
// cannot be told, or if there are several.
func dropsTo(img *evidence.Image) (found *evidence.Account, by string) {
	words := img.Command()
	if len(words) == 0 {
		return nil, ""
	}
	o, state := img.Find(words[0])
	if state != evidence.Present || o.Entry.Kind != layer.KindScript {
		return nil, ""
	}
	text, state := img.Text(o)
	if state != evidence.Present {
		return nil, ""
	}
	for _, m := range drops.FindAllSubmatch(text, -1) {
		i := slices.IndexFunc(img.Accounts, func(a evidence.Account) bool { return a.Name == string(m[2]) && a.UID != 0 })
		if i < 0 {
			continue
		}
		if found != nil && found.UID != img.Accounts[i].UID {
			return nil, ""
		}
		found, by = &img.Accounts[i], regexp.MustCompile(`\s+`).ReplaceAllString(string(m[1]), " ")
	}
	return found, by
}

// as is the user of the plan, as evidence asks about one.
func (p *Plan) as() evidence.User {
	return evidence.User{Set: true, Name: strconv.Itoa(int(p.UID)), Known: true, UID: p.UID, GIDs: append([]uint32{p.GID}, p.Groups...)}
}

// maxChown bounds the paths that are named to be handed over.
const maxChown = 20

// readable finds what keeps the user from starting the program: files and
// directories on the way that it may not read or enter.
func (p *Plan) readable(img *evidence.Image) {
	u := p.as()
	need := func(name string) {
		o, state := img.Resolve(name)
		if state != evidence.Present || len(p.Chown) == maxChown {
			return
		}
		if path := "/" + o.Path; !u.CanRead(o.Entry) && !slices.Contains(p.Chown, path) {
			p.Chown = append(p.Chown, path)
		}
	}
	for _, w := range img.Command()[:min(len(img.Command()), 2)] {
		if o, state := img.Find(w); state == evidence.Present && o.Entry.Type == layer.Regular {
			need(o.Path)
			for dir, ok := img.Parent(o); ok && dir.Path != ""; dir, ok = img.Parent(dir) {
				need(dir.Path)
			}
		}
	}
	need(img.WorkDir())
}
