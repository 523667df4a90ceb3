package main

import (
	"fmt"
	"strings"

	"peel/source/sourcetest"
)

var (
	dir     = sourcetest.Dir
	reg     = sourcetest.Reg
	symlink = sourcetest.Symlink
)

const libDir = "usr/lib/x86_64-linux-gnu"

// program is an executable of mode 0755.
func program(name string, size int, seed uint64) sourcetest.File {
	return reg(name, elf(executable, size, seed)).Mode(0o755)
}

// library is a shared object.
func library(name string, size int, seed uint64) sourcetest.File {
	return reg(name, elf(shared, size, seed))
}

// rootfs is layer 1: a Debian reduced to a few files of each kind.
func rootfs() []sourcetest.File {
	return at(baseTime, recorded([]sourcetest.File{
		symlink("bin", "usr/bin"), symlink("lib", "usr/lib"), symlink("lib64", "usr/lib64"), symlink("sbin", "usr/sbin"),
		dir("dev", 0o755), dir("home", 0o755), dir("proc", 0o755), dir("root", 0o700), dir("run", 0o755),
		dir("sys", 0o755), dir("tmp", 0o1777),
		dir("etc", 0o755),
		reg("etc/debian_version", "12.9\n"),
		reg("etc/group", groupFile),
		reg("etc/hostname", "debian\n"),
		symlink("etc/os-release", "../usr/lib/os-release"),
		reg("etc/passwd", passwdFile),
		reg("etc/shadow", shadowFile).Mode(0o640).Owner(0, 42),
		dir("etc/apt", 0o755),
		dir("etc/apt/sources.list.d", 0o755),
		reg("etc/apt/sources.list.d/debian.sources", debianSources),
		dir("usr", 0o755), dir("usr/bin", 0o755),
		program("usr/bin/apt-get", 12_000, 101),
		program("usr/bin/bash", 90_000, 102),
		program("usr/bin/cat", 10_000, 103),
		program("usr/bin/dash", 24_000, 104),
		program("usr/bin/dpkg", 36_000, 105),
		program("usr/bin/ls", 28_000, 106),
		program("usr/bin/passwd", 14_000, 107).Mode(0o4755),
		symlink("usr/bin/sh", "dash"),
		program("usr/bin/su", 16_000, 108).Mode(0o4755),
		dir("usr/lib", 0o755),
		reg("usr/lib/os-release", osRelease),
		dir(libDir, 0o755),
		library(libDir+"/ld-linux-x86-64.so.2", 30_000, 110).Mode(0o755),
		library(libDir+"/libc.so.6", 120_000, 111).Mode(0o755),
		dir("usr/lib64", 0o755),
		symlink("usr/lib64/ld-linux-x86-64.so.2", "../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
		dir("usr/local", 0o755), dir("usr/local/bin", 0o755),
		dir("usr/sbin", 0o755),
		dir("usr/share", 0o755), dir("usr/share/doc", 0o755),
		dir("usr/share/doc/bash", 0o755),
		reg("usr/share/doc/bash/changelog.Debian.gz", gzipped(prose(6_000, 120))),
		reg("usr/share/doc/bash/copyright", prose(3_000, 121)),
		dir("usr/share/doc/libc6", 0o755),
		reg("usr/share/doc/libc6/copyright", prose(4_000, 122)),
		dir("usr/share/man", 0o755), dir("usr/share/man/man1", 0o755),
		reg("usr/share/man/man1/bash.1.gz", gzipped(prose(8_000, 123))),
		reg("usr/share/man/man1/ls.1.gz", gzipped(prose(3_000, 124))),
		dir("var", 0o755), dir("var/cache", 0o755), dir("var/cache/apt", 0o755), dir("var/cache/apt/archives", 0o755),
		dir("var/lib", 0o755), dir("var/lib/apt", 0o755), dir("var/lib/apt/lists", 0o755),
		dir("var/lib/dpkg", 0o755),
		reg("var/lib/dpkg/status", status(basePackages)),
		dir("var/log", 0o755),
		symlink("var/run", "/run"),
	}, basePackages)...)
}

const (
	passwdFile = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
_apt:x:42:65534::/nonexistent:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`
	groupFile = `root:x:0:
daemon:x:1:
bin:x:2:
www-data:x:33:
shadow:x:42:
nogroup:x:65534:
`
	shadowFile = `root:*:20458:0:99999:7:::
daemon:*:20458:0:99999:7:::
bin:*:20458:0:99999:7:::
www-data:*:20458:0:99999:7:::
_apt:*:20458:0:99999:7:::
nobody:*:20458:0:99999:7:::
`
	osRelease = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
SUPPORT_URL="https://www.debian.org/support"
BUG_REPORT_URL="https://bugs.debian.org/"
`
	debianSources = `Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`
)

// debPackage is one entry of dpkg's status file. Size is in kB.
type debPackage struct {
	name, version, section string
	size                   int
	depends, description   string
}

var basePackages = []debPackage{
	{"apt", "2.6.1", "admin", 4232, "libc6 (>= 2.34)", "commandline package manager"},
	{"base-files", "12.4+deb12u9", "admin", 341, "", "Debian base system miscellaneous files"},
	{"bash", "5.2.15-2+b7", "shells", 7164, "libc6 (>= 2.36)", "GNU Bourne Again SHell"},
	{"coreutils", "9.1-1", "utils", 18062, "libc6 (>= 2.34)", "GNU core utilities"},
	{"dash", "0.5.12-2", "shells", 191, "libc6 (>= 2.36)", "POSIX-compliant shell"},
	{"dpkg", "1.21.22", "admin", 6402, "libc6 (>= 2.34)", "Debian package management system"},
	{"libc6", "2.36-9+deb12u9", "libs", 12985, "", "GNU C Library: Shared libraries"},
	{"login", "1:4.13+dfsg1-1+b1", "admin", 2612, "libc6 (>= 2.34)", "system login tools"},
	{"passwd", "1:4.13+dfsg1-1+b1", "admin", 2772, "libc6 (>= 2.34)", "change and administer password and group data"},
}

// status is a dpkg status file (deb822).
func status(packages []debPackage) string {
	var b strings.Builder
	for _, p := range packages {
		fmt.Fprintf(&b, "Package: %s\nStatus: install ok installed\nPriority: optional\nSection: %s\nInstalled-Size: %d\n",
			p.name, p.section, p.size)
		fmt.Fprintf(&b, "Maintainer: Debian Maintainers <debian-devel@lists.debian.org>\nArchitecture: amd64\nVersion: %s\n", p.version)
		if p.depends != "" {
			fmt.Fprintf(&b, "Depends: %s\n", p.depends)
		}
		fmt.Fprintf(&b, "Description: %s\n\n", p.description)
	}
	return b.String()
}
