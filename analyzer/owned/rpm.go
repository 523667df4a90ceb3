package owned

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"peel/analyzer/rpmdb"
)

// rpmDirs are where RPM keeps its database: usr/lib/sysimage/rpm is the place of
// newer distributions, usr/share/rpm that of ostree.
var rpmDirs = []string{"var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"}

func isRPM(p string) bool {
	return slices.Contains(rpmDirs, path.Dir(p)) && slices.Contains(rpmdb.Names, path.Base(p))
}

// rpm reads the files of all packages with their sums. What is read of a database
// until it is found to be none counts.
func (x *Index) rpm(_, text string) {
	_ = rpmdb.Headers(text, func(h []byte) bool {
		x.rpmHeader(h)
		return true
	})
}

// rpmKinds are the sums by RPM's FILEDIGESTALGO, which are OpenPGP's numbers (RFC
// 9580, 9.5). Packages that do not tell theirs have MD5.
var rpmKinds = map[uint32]sumKind{0: md5Hex, 1: md5Hex, 2: sha1Hex, 8: sha256Hex}

func (x *Index) rpmHeader(b []byte) {
	h, ok := parseHeader(b)
	if !ok {
		return
	}
	kind, known := rpmKinds[first(h.numbers(tagDigestAlgorithm))]
	names, dirs, at, sums := h.strings(tagBaseNames), h.strings(tagDirNames), h.numbers(tagDirIndexes), h.strings(tagFileDigests)
	if !known || len(at) != len(names) || len(sums) != len(names) {
		return
	}
	pkg, version := first(h.strings(tagName)), h.version()
	for i, name := range names {
		// Directories and links have no sum.
		if sums[i] != "" && int64(at[i]) < int64(len(dirs)) {
			x.claim(dirs[at[i]]+name, claim{pkg: pkg, sum: sums[i], from: version, kind: kind})
		}
	}
}

// version is as rpm writes it, EPOCH:VERSION-RELEASE.
func (h rpmHeader) version() string {
	v := first(h.strings(tagVersion)) + "-" + first(h.strings(tagRelease))
	if epoch := first(h.numbers(tagEpoch)); epoch > 0 {
		v = fmt.Sprintf("%d:%s", epoch, v)
	}
	return strings.TrimSuffix(v, "-")
}

func first[T any](list []T) (v T) {
	if len(list) > 0 {
		v = list[0]
	}
	return v
}
