package evidence

import (
	"slices"
	"strconv"
	"strings"

	"peel/source/layer"
)

// User is whom the container's process runs as.
type User struct {
	Set    bool   // the image names one
	Name   string // the user as written, without the group
	Group  string // the group as written
	ByName bool   // Name is no number
	// Known says that UID is certain. Of a name that no account has, or of
	// accounts that were not read, it is not.
	Known bool
	UID   uint32
	GIDs  []uint32 // the main group first
	// Account and GroupFound say whether passwd and group list them.
	Account, GroupFound Presence
}

// User finds out whom the process runs as, the way runtimes do it: by name or
// number in the image's own passwd and group (runc, libcontainer/user).
func (img *Image) User() User {
	spec := img.Run().User
	u := User{Set: spec != ""}
	u.Name, u.Group, _ = strings.Cut(spec, ":")
	name := u.Name
	if name == "" {
		name = "0"
	}
	uid, err := strconv.ParseUint(name, 10, 31)
	u.ByName = err != nil
	u.Account = img.lookupState(img.PasswdState)
	i := slices.IndexFunc(img.Accounts, func(a Account) bool {
		return a.Name == name || !u.ByName && a.UID == uint32(uid)
	})
	gid := uint32(0)
	switch {
	case i >= 0:
		u.Account, u.Known, u.UID, gid = Present, true, img.Accounts[i].UID, img.Accounts[i].GID
	case !u.ByName:
		u.Known, u.UID = true, uint32(uid)
	}
	u.groups(img, i, gid)
	return u
}

// lookupState is the answer for a name that was not found in a file.
func (img *Image) lookupState(file Presence) Presence {
	if file == Unread {
		return Unread
	}
	return img.absent()
}

func (u *User) groups(img *Image, account int, gid uint32) {
	u.GroupFound = Present
	if u.Group == "" {
		u.GIDs = []uint32{gid}
		if account < 0 {
			return
		}
		for _, g := range img.Groups {
			if slices.Contains(g.Members, img.Accounts[account].Name) && !slices.Contains(u.GIDs, g.GID) {
				u.GIDs = append(u.GIDs, g.GID)
			}
		}
		return
	}
	n, err := strconv.ParseUint(u.Group, 10, 31)
	for _, g := range img.Groups {
		if g.Name == u.Group {
			u.GIDs = []uint32{g.GID}
			return
		}
	}
	if err == nil {
		u.GIDs = []uint32{uint32(n)}
		return
	}
	u.GroupFound = img.lookupState(img.GroupState)
}

// Root reports whether the process runs as UID 0.
func (u User) Root() bool { return u.Known && u.UID == 0 }

// CanWrite reports whether the user may write to an object by its mode: for
// the owner always, who can change the mode.
func (u User) CanWrite(e *layer.Entry) bool {
	switch {
	case e.Type == layer.Symlink:
		return false // its mode means nothing
	case u.UID == 0 || e.UID == u.UID:
		return true
	case slices.Contains(u.GIDs, e.GID):
		return e.Mode&0o020 != 0
	}
	return e.Mode&0o002 != 0
}

// CanRead is CanWrite for reading.
func (u User) CanRead(e *layer.Entry) bool {
	switch {
	case u.UID == 0 || e.UID == u.UID:
		return true
	case slices.Contains(u.GIDs, e.GID):
		return e.Mode&0o040 != 0
	}
	return e.Mode&0o004 != 0
}

// CanReplace reports whether the user may put another object in the place of
// one that lies in a directory: it can be written, and is not sticky for others.
func (u User) CanReplace(dir, e *layer.Entry) bool {
	return u.CanWrite(dir) && (dir.Mode&layer.Sticky == 0 || u.UID == e.UID || u.UID == dir.UID)
}
