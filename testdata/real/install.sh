#!/usr/bin/env bash
# Installs what the tests of source/realtest use; see testdata/install.sh.
set -euo pipefail

"$(dirname "$0")/../install.sh" <<'END'
umoci umoci
skopeo skopeo
buildah buildah
podman podman
crun crun
docker-registry docker-registry
dockerd docker.io
docker docker-cli
containerd containerd
ctr containerd
debootstrap debootstrap
newuidmap uidmap
setpriv util-linux
htpasswd apache2-utils
busybox busybox-static
setcap libcap2-bin
setfattr attr
zstd zstd
strace strace
rpmbuild rpm
runc runc
catatonit catatonit
END
