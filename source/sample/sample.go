// Package sample is the image that peel carries within itself: acme/shop, a
// small web service of ten layers that does wrong what images do wrong. The
// demo, the lessons and tests open it without a network or a daemon.
//
// [Archive] is the image: an OCI archive of one linux/amd64 image with the
// ref name "sample" and gzip layers. [Containerfile] is what would build it.
// [Planted] lists each fault, with its layer and its bytes; the constants
// beside it give the sums. Nothing in it is real: the programs are ELF headers
// with noise, the credentials open nothing, example.com has no shop.
//
// Layers are counted from 1, the base:
//
//	 1  ADD rootfs.tar.xz /            a tiny Debian; usrmerge symlinks; two setuid files of its own
//	 2  RUN apt-get install            package lists and .deb files left behind
//	 3  COPY . /app                    secrets, .git, caches, __pycache__, its own Containerfile
//	 4  RUN cp bin/resize              the same content at a second path
//	 5  COPY static                    the same files once more, byte for byte
//	 6  ADD https://…/catalog.json     a newer version over the old one
//	 7  RUN rm                         two secrets and a directory deleted, too late
//	 8  RUN curl shop-backup           setuid, with a hard link
//	 9  RUN rm -rf, mkdir -m 777       an opaque directory that all may write
//	10  RUN chmod -R g+w               the same bytes with other modes
//
// The config has no USER and no label, a base without a pinned version, and a
// CMD in shell form.
//
// Archive and table are made by go generate; tests fail when they drift.
package sample

import _ "embed"

//go:generate go run ./generate

//go:embed sample.tar
var archive []byte

// Containerfile is what would build the image; its steps are the history's.
//
//go:embed Containerfile
var Containerfile string

// Name is the image's ref name in the archive.
const Name = "sample"

// Archive is the image as an uncompressed OCI archive. The caller must not
// change it.
func Archive() []byte { return archive }
