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

const (
	passwdFile = "etc/passwd"
	shadowFile = "etc/shadow"
)

// in is a finding on a line of a file.
func in(c *check.Check, img *evidence.Image, file string, line int, match string) finding.Finding {
	f := c.Finding()
	if o, state := img.Resolve(file); state == evidence.Present {
		f = c.On(o)
	}
	f.Line, f.Match = line, match
	return f
}

// noLogin reports whether an account's shell lets nobody in.
func noLogin(shell string) bool {
	switch path.Base(shell) {
	case "nologin", "false", "sync", "shutdown", "halt":
		return true
	}
	return false
}

func emptyPassword(c *check.Check, img *evidence.Image) check.Answer {
	if img.PasswdState == evidence.Unread || img.ShadowState == evidence.Unread {
		return check.Unsure("/etc/passwd or /etc/shadow was not read")
	}
	if img.PasswdState == evidence.Missing {
		return check.Moot("the image has no /etc/passwd")
	}
	var list []finding.Finding
	for _, a := range img.Accounts {
		if a.Password == "" {
			list = append(list, unlocked(c, img, passwdFile, a.Line, a))
		}
	}
	for _, p := range img.Passwords {
		if p.Scheme != "" {
			continue
		}
		a := evidence.Account{Name: p.Name, UID: ^uint32(0), Shell: "/bin/false"}
		for _, have := range img.Accounts {
			if have.Name == p.Name && have.Password == "x" {
				a = have
			}
		}
		list = append(list, unlocked(c, img, shadowFile, p.Line, a))
	}
	return check.Found(list...)
}

func unlocked(c *check.Check, img *evidence.Image, file string, line int, a evidence.Account) finding.Finding {
	f := in(c, img, file, line, a.Name)
	if noLogin(a.Shell) && a.UID != 0 {
		f.Severity, f.Reason = finding.High, "its shell lets nobody in"
	}
	return f
}

// weak are hashes that are guessed at billions a second.
var weak = map[string]bool{"des": true, "bsdi": true, "md5": true, "sha1": true}

func passwordHash(c *check.Check, img *evidence.Image) check.Answer {
	if img.PasswdState == evidence.Unread || img.ShadowState == evidence.Unread {
		return check.Unsure("/etc/passwd or /etc/shadow was not read")
	}
	var list []finding.Finding
	hashed := func(file string, line int, name, scheme string) {
		if scheme == "" || scheme == "x" || scheme == "locked" {
			return
		}
		f := in(c, img, file, line, fmt.Sprintf("%s, %s", name, scheme))
		if weak[scheme] {
			f.Severity, f.Reason = finding.High, "such hashes are guessed at billions a second"
		}
		list = append(list, f)
	}
	for _, a := range img.Accounts {
		hashed(passwdFile, a.Line, a.Name, a.Password)
	}
	for _, p := range img.Passwords {
		hashed(shadowFile, p.Line, p.Name, p.Scheme)
	}
	return check.Found(list...)
}

func secondRoot(c *check.Check, img *evidence.Image) check.Answer {
	if img.PasswdState != evidence.Present {
		return noPasswd(img)
	}
	var list []finding.Finding
	for _, a := range img.Accounts {
		if a.UID == 0 && a.Name != "root" {
			f := in(c, img, passwdFile, a.Line, a.Name)
			if noLogin(a.Shell) {
				f.Severity, f.Reason = finding.Medium, "its shell lets nobody in"
			}
			list = append(list, f)
		}
	}
	return check.Found(list...)
}

func noPasswd(img *evidence.Image) check.Answer {
	if img.PasswdState == evidence.Unread {
		return check.Unsure("/etc/passwd was not read")
	}
	return check.Moot("the image has no /etc/passwd")
}

func duplicateAccounts(c *check.Check, img *evidence.Image) check.Answer {
	if img.PasswdState != evidence.Present {
		return noPasswd(img)
	}
	var list []finding.Finding
	names, ids := map[string]int{}, map[uint32]string{}
	for _, a := range img.Accounts {
		if first, ok := names[a.Name]; ok {
			list = append(list, in(c, img, passwdFile, a.Line, fmt.Sprintf("%s is also in line %d", a.Name, first)))
			continue
		}
		names[a.Name] = a.Line
		if other, ok := ids[a.UID]; ok && a.UID != 0 { // of 0, see P022
			list = append(list, in(c, img, passwdFile, a.Line, fmt.Sprintf("%s and %s both have the user ID %d", other, a.Name, a.UID)))
			continue
		}
		ids[a.UID] = a.Name
	}
	groups, gids := map[string]int{}, map[uint32]string{}
	for _, g := range img.Groups {
		if first, ok := groups[g.Name]; ok {
			list = append(list, in(c, img, "etc/group", g.Line, fmt.Sprintf("group %s is also in line %d", g.Name, first)))
			continue
		}
		groups[g.Name] = g.Line
		if other, ok := gids[g.GID]; ok {
			list = append(list, in(c, img, "etc/group", g.Line, fmt.Sprintf("groups %s and %s both have the ID %d", other, g.Name, g.GID)))
			continue
		}
		gids[g.GID] = g.Name
	}
	return check.Found(list...)
}

func sudoRules(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	unread := ""
	for _, dir := range []string{"etc/sudoers", "usr/etc/sudoers", "etc/sudoers.d", "etc/doas.conf", "etc/doas.d"} {
		eachFile(img, dir, func(o evidence.Object) {
			text, state := img.Text(o)
			if state != evidence.Present {
				unread = "/" + o.Path
				return
			}
			for n, line := range lines(text) {
				if free(line) {
					f := c.On(o)
					f.Line, f.Match = n, line
					list = append(list, f)
				}
			}
		})
	}
	for _, p := range []string{"usr/bin/sudo", "usr/bin/doas", "bin/doas"} {
		if o, state := img.Resolve(p); state == evidence.Present && o.Entry.Mode&layer.Setuid != 0 {
			f := c.On(o)
			f.Title, f.Severity = path.Base(p)+" is installed", finding.Low
			list = append(list, f)
		}
	}
	if len(list) == 0 && unread != "" {
		return check.Unsure("%s was not read", unread)
	}
	return check.Found(unique(list)...)
}

// free reports whether a line of sudoers or doas.conf lets somebody but root
// become another without a password.
func free(line string) bool {
	words := strings.Fields(line)
	if len(words) < 2 || strings.HasPrefix(words[0], "Defaults") || words[0] == "root" {
		return false
	}
	if words[0] == "permit" {
		return strings.Contains(" "+strings.Join(words[1:], " ")+" ", " nopass ") && words[len(words)-1] != "root"
	}
	return strings.Contains(line, "NOPASSWD:")
}

// eachFile visits a file, or the files directly in a directory.
func eachFile(img *evidence.Image, name string, visit func(evidence.Object)) {
	o, state := img.Resolve(name)
	if state != evidence.Present {
		return
	}
	if o.Entry.Type == layer.Regular {
		visit(o)
	}
	if o.Entry.Type == layer.Directory {
		img.Children(o, func(o evidence.Object) {
			if o.Entry.Type == layer.Regular {
				visit(o)
			}
		})
	}
}

// lines gives the lines of a configuration file that say something, by their
// number.
func lines(text []byte) map[int]string {
	m := map[int]string{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			m[n] = line
		}
	}
	return m
}

// hostKeys are those that sshd makes.
var hostKeys = []string{"rsa", "dsa", "ecdsa", "ed25519"}

func ssh(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	var keys []evidence.Object
	for _, k := range hostKeys {
		if o, state := img.Resolve("etc/ssh/ssh_host_" + k + "_key"); state == evidence.Present && o.Entry.Size > 0 {
			keys = append(keys, o)
		}
	}
	for _, f := range c.OnAll(keys) {
		f.Title = "ssh host key baked into the image"
		list = append(list, f)
	}
	homes := []string{"root"}
	for _, a := range img.Accounts {
		homes = append(homes, a.Home)
	}
	for _, home := range homes {
		for _, name := range []string{"authorized_keys", "authorized_keys2"} {
			o, state := img.Resolve(home + "/.ssh/" + name)
			if state == evidence.Present && o.Entry.Type == layer.Regular && o.Entry.Size > 0 {
				f := c.On(o)
				f.Title = "ssh key that may log in"
				list = append(list, f)
			}
		}
	}
	if o, state := img.Resolve("usr/sbin/sshd"); state == evidence.Present && evidence.Runnable(o) {
		f := c.On(o)
		f.Title, f.Severity = "ssh server", finding.Medium
		list = append(list, f)
	}
	return check.Found(unique(list)...)
}
