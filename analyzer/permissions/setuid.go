package permissions

import (
	"fmt"
	"slices"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
	"peel/source/layer"
)

// Programs that many distributions ship setuid or setgid, from util-linux,
// shadow, sudo, openssh, dbus, polkit, fuse, cron and utempter.
const commonSpecial = "chfn chsh gpasswd mount newgrp passwd su sudo umount chage expiry wall write crontab at " +
	"fusermount fusermount3 pkexec newuidmap newgidmap unix_chkpwd ssh-keysign ssh-agent " +
	"dbus-daemon-launch-helper polkit-agent-helper-1 utempter locate plocate mount.nfs postdrop postqueue screen"

// ownSpecial are the names of what each distribution itself ships setuid or
// setgid beyond these, by the ID of os-release.
var ownSpecial = map[string]string{
	"debian": "write.ul bsd-write mlocate dotlockfile ntfs-3g ping ping6 exim4 Xorg.wrap pppd mount.cifs " +
		"dmcrypt-get-device pt_chown pam_extrausers_chkpwd mail-lock mail-unlock mail-touchlock lockfile camel-lock-helper-1.2 traceroute6.iputils snap-confine",
	"alpine": "bbsuid doas groupmems sg ping",
	"fedora": "pam_timestamp_check grub2-set-bootflag userhelper usernetctl staprun qemu-bridge-helper krb5_child ldap_child " +
		"proxy_child selinux_child sssd_pam lockdev write.ul ksu slocate chrome-sandbox",
	"suse": "unix2_chkpwd ping ksu clockdiff write.ul",
	"arch": "groupmems ksu sg suexec Xorg.wrap",
}

// kin maps the other distributions to the one whose packages they have.
var kin = map[string]string{
	"ubuntu": "debian", "raspbian": "debian", "kali": "debian", "linuxmint": "debian", "rhel": "fedora", "centos": "fedora",
	"rocky": "fedora", "almalinux": "fedora", "amzn": "fedora", "ol": "fedora", "opensuse": "suse", "opensuse-leap": "suse",
	"opensuse-tumbleweed": "suse", "sles": "suse", "bci": "suse", "archlinux": "arch", "wolfi": "alpine", "postmarketos": "alpine",
}

// distroOf is the distribution whose list applies; "" if none does.
func distroOf(d evidence.Distro) string {
	for _, id := range append([]string{d.ID}, d.Like...) {
		if k, ok := kin[id]; ok {
			id = k
		}
		if _, ok := ownSpecial[id]; ok {
			return id
		}
	}
	return ""
}

// where distributions put such programs.
var ownFolders = []string{"bin/", "sbin/", "usr/bin/", "usr/sbin/", "usr/lib/", "usr/lib64/", "usr/libexec/", "lib/"}

// isOwn reports whether the distribution itself ships a program setuid: it has
// the name and the place, belongs to root and nobody else can write to it.
func isOwn(distro, path string, e *layer.Entry) bool {
	slash := strings.LastIndexByte(path, '/')
	if distro == "" || e.UID != 0 || e.Mode&0o022 != 0 || e.Kind != layer.KindELF && e.Kind != layer.KindUnknown {
		return false
	}
	inOwn := slices.ContainsFunc(ownFolders, func(dir string) bool { return strings.HasPrefix(path, dir) })
	name := path[slash+1:]
	return inOwn && (slices.Contains(strings.Fields(commonSpecial), name) || slices.Contains(strings.Fields(ownSpecial[distro]), name))
}

func setuidFiles(c *check.Check, img *evidence.Image) check.Answer {
	distro := distroOf(img.Distro)
	var list []finding.Finding
	var own []evidence.Object
	img.Each(evidence.Elevating, func(o evidence.Object) {
		e := o.Entry
		if !elevates(e) {
			return
		}
		o = img.Path(o)
		if isOwn(distro, o.Path, e) {
			own = append(own, o)
			return
		}
		list = append(list, special(c, o, distro))
	})
	for _, f := range c.OnAll(own) {
		f.Severity, f.Title = finding.Info, "setuid or setgid program of the distribution"
		f.Reason = fmt.Sprintf("%s ships these so", name(img.Distro))
		list = append(list, f)
	}
	return check.Found(list...)
}

// elevates is true for setuid, and for setgid that has an effect: without the
// group's executable bit it stands for mandatory locking.
func elevates(e *layer.Entry) bool {
	return e.Mode&layer.Setuid != 0 && e.Mode&0o111 != 0 || e.Mode&layer.Setgid != 0 && e.Mode&0o010 != 0
}

func special(c *check.Check, o evidence.Object, distro string) finding.Finding {
	f := c.On(o)
	e := o.Entry
	f.Match = fmt.Sprintf("mode %04o, owner %d:%d", e.Mode, e.UID, e.GID)
	switch {
	case e.Mode&0o022 != 0 && e.Mode&layer.Setuid != 0:
		f.Severity, f.Reason = finding.Critical, "others can write to it"
	case e.Kind == layer.KindScript:
		f.Severity, f.Reason = finding.Low, "Linux ignores the bit on scripts"
	case e.Mode&layer.Setuid == 0 && e.GID != 0:
		f.Severity, f.Reason = finding.Medium, "setgid only"
	case distro == "":
		f.Reason = "no distribution is known that would ship it so"
	}
	return f
}

func name(d evidence.Distro) string {
	if d.Name != "" {
		return d.Name
	}
	return d.ID
}

// surface is what an intruder would look for, by kind.
var surface = []struct{ kind, programs string }{
	{"package manager", "apt-get apk dnf microdnf yum zypper pacman"},
	{"shell", "bash sh"},
	{"network client", "curl wget nc ncat socat telnet"},
}

func attackSurface(c *check.Check, img *evidence.Image) check.Answer {
	var kinds []string
	var list []evidence.Object
	for _, s := range surface {
		var here []string
		for program := range strings.FieldsSeq(s.programs) {
			for _, dir := range systemDirs {
				if o, state := img.Resolve(dir + "/" + program); state == evidence.Present && evidence.Runnable(o) {
					here = append(here, program)
					list = append(list, o)
					break
				}
			}
		}
		if len(here) > 0 {
			kinds = append(kinds, s.kind+": "+strings.Join(here, ", "))
		}
	}
	if len(kinds) == 0 {
		return check.Passed()
	}
	f := c.Finding()
	f.Match = strings.Join(kinds, "; ")
	f.Path, f.Layer = list[0].Path, &list[0].Layer
	return check.Found(f)
}
