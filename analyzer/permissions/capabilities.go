package permissions

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
	"peel/source/layer"
)

// capNames are Linux's capabilities by their bit (capabilities(7)).
var capNames = strings.Fields("chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable " +
	"net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct " +
	"sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap " +
	"mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore")

// grave are the capabilities that are as good as root.
const grave = "chown dac_override dac_read_search fowner setgid setuid setpcap sys_module sys_rawio sys_ptrace sys_admin mknod setfcap mac_admin mac_override bpf"

// slight are those that a service may well have.
const slight = "net_bind_service net_broadcast sys_nice ipc_lock wake_alarm block_suspend kill"

// capabilities are those of a file.
type capabilities struct {
	permitted, inheritable uint64
	effective              bool   // they are in force at once
	rootID                 uint32 // of the user namespace they are for; version 3
}

// Sizes and revisions of the attribute (linux/capability.h, vfs_cap_data).
const (
	capRevisionMask = 0xff000000
	capEffective    = 1
	capRevision1    = 0x01000000
	capRevision2    = 0x02000000
	capRevision3    = 0x03000000
)

// parseCapabilities decodes the attribute security.capability.
func parseCapabilities(v string) (c capabilities, ok bool) {
	if len(v) < 12 {
		return c, false
	}
	word := func(i int) uint64 { return uint64(binary.LittleEndian.Uint32([]byte(v[4*i : 4*i+4]))) }
	magic := word(0)
	c.effective = magic&capEffective != 0
	c.permitted, c.inheritable = word(1), word(2)
	size := map[uint64]int{capRevision1: 12, capRevision2: 20, capRevision3: 24}[magic&capRevisionMask]
	if size == 0 || len(v) != size {
		return c, false
	}
	if size > 12 {
		c.permitted |= word(3) << 32
		c.inheritable |= word(4) << 32
	}
	if size == 24 {
		c.rootID = uint32(word(5))
	}
	return c, true
}

// String is as getcap(8) writes it: "cap_net_raw=ep".
func (c capabilities) String() string {
	flags := "p"
	if c.effective {
		flags = "ep"
	}
	s := ""
	if c.permitted != 0 {
		s = capList(c.permitted) + "=" + flags
	}
	if c.inheritable != 0 {
		s = strings.TrimSpace(s + " " + capList(c.inheritable) + "=i")
	}
	if c.rootID != 0 {
		s += fmt.Sprintf(" [rootid=%d]", c.rootID)
	}
	return s
}

func capList(set uint64) string {
	var list []string
	for i := range 64 {
		if set&(1<<i) == 0 {
			continue
		}
		if i < len(capNames) {
			list = append(list, "cap_"+capNames[i])
		} else {
			list = append(list, fmt.Sprintf("cap_%d", i))
		}
	}
	return strings.Join(list, ",")
}

// has reports whether some of the capabilities are among the words.
func (c capabilities) has(words string) bool {
	for i, n := range capNames {
		if (c.permitted|c.inheritable)&(1<<i) != 0 && slices.Contains(strings.Fields(words), n) {
			return true
		}
	}
	return false
}

// only reports whether all of them are among the words.
func (c capabilities) only(words string) bool {
	for i := range 64 {
		if (c.permitted|c.inheritable)&(1<<i) != 0 && (i >= len(capNames) || !slices.Contains(strings.Fields(words), capNames[i])) {
			return false
		}
	}
	return true
}

// ownCaps are programs that distributions ship with capabilities.
var ownCaps = map[string]string{
	"ping": "net_raw", "arping": "net_raw", "clockdiff": "net_raw sys_nice", "mtr-packet": "net_raw",
	"newuidmap": "setuid", "newgidmap": "setgid", "gst-ptp-helper": "net_bind_service net_admin sys_nice",
	"dumpcap": "net_raw net_admin dac_override", "fping": "net_raw", "suexec": "setgid setuid",
}

func fileCapabilities(c *check.Check, img *evidence.Image) check.Answer {
	distro := distroOf(img.Distro)
	var list []finding.Finding
	img.Each(evidence.Capable, func(o evidence.Object) {
		for _, x := range o.Entry.Xattr {
			if x.Name == evidence.CapabilityXattr {
				list = append(list, capable(c, img.Path(o), x.Value, distro))
			}
		}
	})
	return check.Found(list...)
}

func capable(c *check.Check, o evidence.Object, value, distro string) finding.Finding {
	f := c.On(o)
	caps, ok := parseCapabilities(value)
	if !ok {
		f.Severity, f.Reason = finding.Low, "the attribute security.capability is malformed, and the kernel ignores it"
		return f
	}
	f.Match = caps.String()
	base := o.Path[strings.LastIndexByte(o.Path, '/')+1:]
	switch {
	case distro != "" && ownCaps[base] != "" && caps.only(ownCaps[base]) && o.Entry.UID == 0 && o.Entry.Mode&0o022 == 0:
		f.Severity, f.Reason = finding.Info, "distributions ship it so"
	case caps.has(grave):
		f.Severity = finding.High
	case caps.only(slight):
		f.Severity, f.Reason = finding.Low, "it grants little"
	}
	return f
}

// Needed are the capabilities, as NET_BIND_SERVICE, without which the kernel
// refuses to start a program: those of a file that are in force at once must be
// among what the container may have (capabilities(7), "Safety checking for
// capability-dumb binaries").
func Needed(e *layer.Entry) (names []string) {
	for _, x := range e.Xattr {
		if x.Name != evidence.CapabilityXattr {
			continue
		}
		c, ok := parseCapabilities(x.Value)
		if !ok || !c.effective {
			return nil
		}
		for i, n := range capNames {
			if c.permitted&(1<<i) != 0 {
				names = append(names, strings.ToUpper(n))
			}
		}
	}
	return names
}
