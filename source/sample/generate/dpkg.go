package main

import (
	"archive/tar"
	"bytes"
	"crypto/md5"
	"fmt"
	"io"
	"slices"
	"strings"

	"peel/source/sourcetest"
)

// owners tells which package has brought a path, or all that begins with it.
var owners = map[string]string{
	"usr/bin/apt-get": "apt",

	"etc/debian_version": "base-files", "etc/os-release": "base-files", "usr/lib/os-release": "base-files",

	"usr/bin/bash": "bash", "usr/share/doc/bash/": "bash", "usr/share/man/man1/bash.1.gz": "bash",

	"usr/bin/cat": "coreutils", "usr/bin/ls": "coreutils", "usr/share/man/man1/ls.1.gz": "coreutils",

	"usr/bin/dash": "dash", "usr/bin/sh": "dash",

	"usr/bin/dpkg": "dpkg",

	"usr/lib64/": "libc6", libDir + "/ld-": "libc6", libDir + "/libc.": "libc6", "usr/share/doc/libc6/": "libc6",

	"usr/bin/su": "login", "usr/bin/passwd": "passwd",

	"usr/bin/curl": "curl", "usr/share/doc/curl/": "curl", "usr/share/man/man1/curl.1.gz": "curl",

	libDir + "/libcurl.": "libcurl4",

	"usr/bin/python3": "python3", "usr/bin/python3.11": "python3.11", "usr/lib/python3.11/": "python3.11",
}

// ownerOf is the package of a path, by the longest entry that fits; "" if none.
func ownerOf(path string) string {
	best := ""
	for prefix := range owners {
		if whole := strings.HasSuffix(prefix, "/") || strings.HasSuffix(prefix, ".") || strings.HasSuffix(prefix, "-"); len(prefix) > len(best) &&
			(path == prefix || whole && strings.HasPrefix(path, prefix)) {
			best = prefix
		}
	}
	return owners[best]
}

// recorded adds what dpkg notes of the files that packages bring: their paths
// (dpkg-query(1), "PACKAGE.list") and their digests (deb-md5sums(5)).
func recorded(files []sourcetest.File, packages []debPackage) []sourcetest.File {
	out := append(files, dir("var/lib/dpkg/info", 0o755))
	for _, p := range packages {
		var paths []string
		var sums strings.Builder
		for _, f := range files {
			h := f.Header
			if ownerOf(h.Name) != p.name || h.Typeflag == tar.TypeDir {
				continue
			}
			paths = append(paths, "/"+h.Name+"\n")
			if h.Typeflag == tar.TypeReg {
				fmt.Fprintf(&sums, "%x  %s\n", md5.Sum(contentOf(f)), h.Name) // the format knows no other
			}
		}
		slices.Sort(paths)
		base := "var/lib/dpkg/info/" + p.name
		if strings.HasPrefix(p.name, "lib") { // Multi-Arch: same
			base += ":amd64"
		}
		out = append(out, reg(base+".list", "/.\n"+strings.Join(paths, "")), reg(base+".md5sums", sums.String()))
	}
	return out
}

func contentOf(f sourcetest.File) []byte {
	b, err := sourcetest.Tar(f)
	if err != nil {
		panic(err) // the file is ours
	}
	r := tar.NewReader(bytes.NewReader(b))
	if _, err = r.Next(); err == nil {
		b, err = io.ReadAll(r)
	}
	if err != nil {
		panic(err)
	}
	return b
}
