package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"peel/source/sourcetest"
)

var newPackages = []debPackage{
	{"curl", "7.88.1-10+deb12u8", "web", 500, "libc6 (>= 2.34), libcurl4", "command line tool for transferring data with URL syntax"},
	{"libcurl4", "7.88.1-10+deb12u8", "libs", 841, "libc6 (>= 2.34)", "easy-to-use client-side URL transfer library"},
	{"python3", "3.11.2-1+b1", "python", 82, "python3.11", "interactive high-level object-oriented language"},
	{"python3.11", "3.11.2-6+deb12u5", "python", 5896, "libc6 (>= 2.35)", "Interactive high-level object-oriented language"},
}

// installed is layer 2: two packages, and all that apt leaves behind.
func installed() []sourcetest.File {
	const lists = "var/lib/apt/lists/deb.debian.org_debian_dists_bookworm"
	const archives = "var/cache/apt/archives/"
	curl, python := elf(executable, 40_000, 201), elf(executable, 110_000, 202)
	return at(buildTime.Add(2*time.Minute), recorded([]sourcetest.File{
		dir("usr", 0o755), dir("usr/bin", 0o755),
		reg("usr/bin/curl", curl).Mode(0o755),
		symlink("usr/bin/python3", "python3.11"),
		reg("usr/bin/python3.11", python).Mode(0o755),
		dir("usr/lib", 0o755),
		dir("usr/lib/python3.11", 0o755),
		reg("usr/lib/python3.11/os.py", pythonModule("os", 9_000, 203)),
		reg("usr/lib/python3.11/socketserver.py", pythonModule("socketserver", 7_000, 204)),
		dir(libDir, 0o755),
		library(libDir+"/libcurl.so.4", 60_000, 205),
		dir("usr/share", 0o755), dir("usr/share/doc", 0o755),
		dir("usr/share/doc/curl", 0o755),
		reg("usr/share/doc/curl/copyright", prose(2_500, 206)),
		dir("usr/share/man", 0o755), dir("usr/share/man/man1", 0o755),
		reg("usr/share/man/man1/curl.1.gz", gzipped(prose(9_000, 207))),
		dir("var", 0o755), dir("var/cache", 0o755), dir("var/cache/apt", 0o755), dir("var/cache/apt/archives", 0o755),
		reg(archives+"curl_7.88.1-10+deb12u8_amd64.deb", deb(newPackages[0], "usr/bin/curl", curl)),
		reg(archives+"python3.11_3.11.2-6+deb12u5_amd64.deb", deb(newPackages[3], "usr/bin/python3.11", python)),
		dir("var/lib", 0o755), dir("var/lib/apt", 0o755), dir("var/lib/apt/lists", 0o755),
		reg(lists+"_InRelease", prose(8_000, 208)),
		reg(lists+"_main_binary-amd64_Packages", packageIndex(500)),
		dir("var/lib/dpkg", 0o755),
		reg("var/lib/dpkg/status", status(slices.Concat(basePackages, newPackages))),
		dir("var/log", 0o755), dir("var/log/apt", 0o755),
		reg("var/log/apt/history.log", aptHistory),
	}, newPackages)...)
}

const aptHistory = `
Start-Date: 2026-01-15  09:02:11
Commandline: apt-get install -y curl python3
Install: curl:amd64 (7.88.1-10+deb12u8), libcurl4:amd64 (7.88.1-10+deb12u8, automatic), python3:amd64 (3.11.2-1+b1), python3.11:amd64 (3.11.2-6+deb12u5, automatic)
End-Date: 2026-01-15  09:02:19
`

// packageIndex is a repository's Packages file with n made-up packages.
func packageIndex(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Package: libexample%d\nVersion: 1.%d-1\nInstalled-Size: %d\n", i, i%7, 40+i%90)
		b.WriteString("Maintainer: Debian Maintainers <debian-devel@lists.debian.org>\nArchitecture: amd64\nDepends: libc6 (>= 2.34)\n")
		fmt.Fprintf(&b, "Description: example library number %d\nSection: libs\nPriority: optional\nFilename: pool/main/libe/libexample%d/libexample%d_1.%d-1_amd64.deb\n\n", i, i, i, i%7)
	}
	return b.String()
}

// deb is a valid Debian package (deb(5)) with one file. Its members are plain
// tars, which dpkg allows, so that they compress with the layer.
func deb(p debPackage, path, content string) string {
	control := fmt.Sprintf("Package: %s\nVersion: %s\nArchitecture: amd64\nMaintainer: Debian Maintainers <debian-devel@lists.debian.org>\nDescription: %s\n",
		p.name, p.version, p.description)
	var b bytes.Buffer
	b.WriteString("!<arch>\n")
	arMember(&b, "debian-binary", "2.0\n")
	arMember(&b, "control.tar", mustTar(reg("./control", control)))
	arMember(&b, "data.tar", mustTar(reg("./"+path, content).Mode(0o755)))
	return b.String()
}

func arMember(b *bytes.Buffer, name, content string) {
	fmt.Fprintf(b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", name, baseTime.Unix(), 0, 0, "100644", len(content))
	b.WriteString(content)
	if len(content)%2 == 1 {
		b.WriteByte('\n')
	}
}

func mustTar(f sourcetest.File) string {
	b, err := sourcetest.Tar(f.MTime(baseTime))
	if err != nil {
		panic(err) // the header is ours
	}
	return string(b)
}

// pythonModule is a module that parses, filled up with comments to size bytes.
func pythonModule(name string, size int, seed uint64) string {
	head := fmt.Sprintf("\"\"\"Module %s.\"\"\"\n\n\ndef main():\n    return %q\n\n\n", name, name)
	text := strings.ReplaceAll(prose(size, seed), "\n", "\n# ")
	return (head + "# " + text)[:size-1] + "\n"
}
