package owned

import "strings"

const dpkgDir = "var/lib/dpkg/"

// isMD5Sums is true for dpkg's lists of a package's files: of a system, and of
// the images that have packages but no dpkg (distroless).
func isMD5Sums(path string) bool {
	rest, ok := strings.CutPrefix(path, dpkgDir)
	return ok && strings.HasSuffix(rest, ".md5sums") && (strings.HasPrefix(rest, "info/") || strings.HasPrefix(rest, "status.d/"))
}

// md5sums reads "d41d8cd9…  usr/share/doc/x" lines. Configuration files are not
// among them; see status. The file is called by its package, "libc6:amd64".
func (x *Index) md5sums(path, text string) {
	if x.skips(text) {
		return
	}
	name := strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".md5sums")
	name, _, _ = strings.Cut(name, ":")
	for line := range strings.Lines(text) {
		sum, file, ok := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		if ok && len(sum) == 32 {
			x.claim(strings.TrimLeft(file, " *"), claim{pkg: name, sum: sum, kind: md5Hex})
		}
	}
}

// status reads of dpkg's list of packages the configuration files, with their
// sums as the package brought them (deb822(5), "Conffiles"):
//
//	Package: ssl-cert
//	Conffiles:
//	 /etc/x.conf d41d8cd98f00b204e9800998ecf8427e
func (x *Index) status(_, text string) {
	if x.skips(text) {
		return
	}
	name, inConf := "", false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, " ") {
			if f := strings.Fields(line); inConf && len(f) >= 2 && len(f[1]) == 32 {
				x.claim(f[0], claim{pkg: name, sum: f[1], kind: md5Hex})
			}
			continue
		}
		if n, ok := strings.CutPrefix(line, "Package: "); ok {
			name = n
		}
		inConf = strings.HasPrefix(line, "Conffiles:")
	}
}
