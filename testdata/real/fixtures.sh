#!/usr/bin/env bash
# Builds the images that source/realtest looks at, with real tools, and prints
# the directory that holds them. Root is needed for debootstrap; the images are
# built by an ordinary user, in user namespaces.
#
# Every step leaves a stamp, so that a second run only looks at stamps; a change
# of this file or a Containerfile starts over. PEEL_REAL_DIR holds stamps, logs and the root file
# system. What the builder makes lies in its home directory, for it cannot look
# into root's.
set -euo pipefail
umask 022
PATH=$PATH:/usr/sbin:/sbin
self=$(readlink -f "$0")
user=peeltest
dir=${PEEL_REAL_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/peel-real}

mkdir -p "$dir"
exec 9>"$dir/lock"
flock 9
version=$(cat "$self" "${self%/*}"/Containerfile.* | sha256sum | cut -c 1-16)
if [ "$(cat "$dir/version" 2>/dev/null)" != "$version" ]; then
	rm -rf "$dir/stamp"
fi
mkdir -p "$dir/stamp"
echo "$version" >"$dir/version"

# step NAME FUNCTION: runs the function unless it has succeeded before. The
# function is not called where errors would be ignored, as in a condition.
step() {
	local start=$SECONDS
	[ -e "$dir/stamp/$1" ] && return
	running=$1
	"$2" >"$dir/$1.log" 2>&1 9>&-
	running=
	touch "$dir/stamp/$1"
	echo "fixtures: $1 took $((SECONDS - start)) s" >&2
}

running=
explain() {
	[ -z "$running" ] || { echo "fixtures: $running failed; the end of $dir/$running.log:"; tail -n 20 "$dir/$running.log"; } >&2
}
trap explain EXIT

builder() {
	id "$user" || useradd -m -s /bin/bash "$user"
	local first=100000
	for f in /etc/subuid /etc/subgid; do
		[ -e "$f" ] || touch "$f"
		first=$(awk -F: -v a="$first" '$2 + $3 > a { a = $2 + $3 } END { print a }' "$f")
	done
	for f in /etc/subuid /etc/subgid; do
		grep -q "^$user:" "$f" || echo "$user:$first:65536" >>"$f"
	done
}

step builder builder
home=$(getent passwd "$user" | cut -d: -f6)/peel-real
uid=$(id -u "$user") gid=$(id -g "$user")
[ -e "$home/out" ] || rm -f "$dir"/stamp/{base,images,archives}
install -d -m 755 -o "$user" -g "$user" "$home" "$home/ctx" "$home/out"
install -d -m 700 -o "$user" -g "$user" "$home/run"

# as_builder COMMAND…: as that user, with no privilege and its own store.
as_builder() (
	cd /
	exec setpriv --reuid="$uid" --regid="$gid" --init-groups --inh-caps=-all \
		env -i HOME="${home%/*}" USER="$user" LOGNAME="$user" LANG=C.UTF-8 PATH="$PATH" \
		XDG_RUNTIME_DIR="$home/run" XDG_DATA_HOME="$home/data" CONTAINERS_STORAGE_CONF="$home/storage.conf" "$@"
)

# storage takes overlay where the kernel lets users mount it, vfs elsewhere.
storage() {
	for driver in overlay vfs; do
		printf '[storage]\ndriver = "%s"\nrootless_storage_path = "%s/store-%s"\n' "$driver" "$home" "$driver" >"$home/storage.conf"
		# shellcheck disable=SC2016
		as_builder buildah unshare sh -c 'm=$(buildah mount "$(buildah from scratch)") && touch "$m/x"' && break
	done
	as_builder buildah rm -a
}

# sound starts over with an empty store where one is damaged, as a store is whose
# writer was killed: podman refuses to list it from then on.
sound() {
	[ ! -e "$home/storage.conf" ] || as_builder podman images -a >"$dir/sound.log" 2>&1 && return
	echo "fixtures: the builder's store is damaged and made anew: $(tail -n 1 "$dir/sound.log")" >&2
	as_builder buildah unshare rm -rf "$home/store-overlay" "$home/store-vfs"
	rm -f "$dir"/stamp/{storage,base,images,archives}
}

# mirror SUITE: where this machine's apt has it from; nothing if that is no URL.
mirror() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(SITE) $(RELEASE)' | awk -v s="$1" '$2 == s && $1 ~ /^http/ { print $1; exit }'
}

# rootfs is the machine's own distribution, smallest variant. The suites of its
# updates are named only once it is there, so that there is something to upgrade.
rootfs() {
	local suite site extra=
	# shellcheck disable=SC1091
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	site=$(mirror "$suite")
	case $site in https:*) extra=--include=ca-certificates ;; esac
	rm -rf "$dir/rootfs"
	# shellcheck disable=SC2086
	debootstrap --variant=minbase $extra "$suite" "$dir/rootfs" $site
	for more in "$suite-updates" "$suite-security"; do
		site=$(mirror "$more")
		[ -z "$site" ] || echo "deb $site $more main" >>"$dir/rootfs/etc/apt/sources.list"
	done
	echo force-unsafe-io >"$dir/rootfs/etc/dpkg/dpkg.cfg.d/unsafe-io"
	tar --numeric-owner --exclude='./dev/*' --exclude='./usr/share/locale/*' --exclude='./var/cache/apt/archives/*.deb' \
		-C "$dir/rootfs" -cf "$home/ctx/rootfs.tar" .
	rm -rf "$dir/rootfs"
}

busybox_rootfs() {
	local bb="$dir/bb"
	rm -rf "$bb"
	mkdir -p "$bb/bin" "$bb/etc" "$bb/tmp" "$bb/root"
	cp "$(command -v busybox)" "$bb/bin/busybox"
	for applet in $("$bb/bin/busybox" --list); do
		[ "$applet" = busybox ] || ln -s busybox "$bb/bin/$applet"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\n' >"$bb/etc/passwd"
	chmod 1777 "$bb/tmp"
	tar --numeric-owner --owner=0 --group=0 -C "$bb" -cf "$home/ctx/bb.tar" .
}

context() {
	busybox_rootfs
	cd "$home/ctx"
	mkdir -p app/bin app/data app/lib
	head -c 400000 /dev/urandom >app/bin/server
	chmod 755 app/bin/server
	for i in $(seq 1 100); do echo "module $i" >"app/lib/m$i.js"; done
	head -c 70000 /dev/zero >app/data/z.db
	printf 'FROM scratch\nADD rootfs.tar /\n' >Containerfile.debian-base
	printf 'FROM scratch\nADD bb.tar /\nCMD ["/bin/sh"]\n' >Containerfile.bb
	{
		echo 'FROM localhost/debian-base:1'
		cat "${self%/*}/Containerfile.apt" "${self%/*}/Containerfile.problems" "${self%/*}/Containerfile.xattr"
	} >Containerfile.debian
	{
		echo 'FROM localhost/bb:1'
		cat "${self%/*}/Containerfile.problems"
	} >Containerfile.small
	for arch in amd64 arm64; do
		printf '#!/bin/sh\necho hello %s\n' "$arch" >"hello-$arch"
		chmod 755 "hello-$arch"
		printf 'FROM scratch\nCOPY hello-%s /hello\nUSER 65534:65534\nENTRYPOINT ["/hello"]\n' "$arch" >"Containerfile.$arch"
	done
	chmod -R a+rX .
}

bud() {
	local name=$1
	shift
	as_builder buildah bud --layers --isolation chroot "$@" -t "localhost/$name:1" -f "$home/ctx/Containerfile.$name" "$home/ctx"
}

base() {
	bud bb
	bud debian-base
}

images() {
	bud small
	bud debian
	# Without --no-cache old buildahs take the one for the other.
	for arch in amd64 arm64; do bud "$arch" --no-cache --arch "$arch"; done
	as_builder buildah manifest rm localhost/multi:1 || true
	as_builder buildah manifest create localhost/multi:1 localhost/amd64:1 localhost/arm64:1
}

# copy writes an image of the builder's store. skopeo remembers what it has
# compressed, and would use it again in place of the compression asked for.
copy() {
	rm -rf "$home/data/containers/cache"
	as_builder skopeo copy -q "$@"
}

archives() {
	local out="$home/out" s=containers-storage:localhost
	rm -rf "$out"
	install -d -m 755 -o "$user" -g "$user" "$out"
	copy $s/small:1 "docker-archive:$out/skopeo-docker.tar:localhost/small:1"
	copy $s/small:1 "oci-archive:$out/skopeo-oci.tar:small"
	for image in small debian; do copy -f oci $s/$image:1 "oci:$out/layout:$image"; done
	copy -f oci --dest-compress-format zstd $s/small:1 "oci:$out/layout:small-zstd"
	as_builder podman save -q -o "$out/podman-docker.tar" localhost/small:1
	as_builder podman save -q --multi-image-archive -o "$out/podman-multi.tar" localhost/amd64:1 localhost/small:1
	as_builder podman save -q --format docker-dir -o "$out/podman-dir" localhost/small:1
	gzip -1 <"$out/skopeo-docker.tar" >"$out/docker.tar.gz"
	zstd -q -1 <"$out/skopeo-docker.tar" >"$out/docker.tar.zst"
	as_builder buildah manifest push -q --all --format oci localhost/multi:1 "oci:$out/layout:multi"
	# podman leaves a process behind that holds its user namespace.
	kill "$(cat "$home/run/libpod/tmp/pause.pid")" || true
}

sound
step storage storage
step rootfs rootfs
step context context
step base base
step images images
step archives archives
echo "$home"
