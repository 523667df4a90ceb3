package rootfs

import (
	"strings"

	"golang.org/x/sys/unix"
)

// maxXattr bounds the names, and the value, of a file's extended attributes: the
// kernel's own limit (xattr(7)).
const maxXattr = 64 << 10

// xattrsOf are the extended attributes that images keep: capabilities, and those
// of users. What a machine says of its own files, as SELinux does, is none.
func xattrsOf(path string) map[string]string {
	buf := make([]byte, 1024)
	n, err := unix.Llistxattr(path, buf)
	if err == unix.ERANGE {
		buf = make([]byte, maxXattr)
		n, err = unix.Llistxattr(path, buf)
	}
	if err != nil || n == 0 {
		return nil
	}
	list := map[string]string{}
	for name := range strings.SplitSeq(strings.TrimRight(string(buf[:n]), "\x00"), "\x00") {
		if name != "security.capability" && !strings.HasPrefix(name, "user.") {
			continue
		}
		value := make([]byte, maxXattr)
		if n, err := unix.Lgetxattr(path, name, value); err == nil {
			list[name] = string(value[:n])
		}
	}
	return list
}
