#!/usr/bin/env bash
# Installs tools from the distribution's own packages. Each line of the standard
# input is a tool and the package that has it in Debian and Ubuntu. Quick when all
# is there; fails, with the reason, where it cannot.
set -euo pipefail

tools=$(cat)

PATH=$PATH:/usr/sbin:/sbin

missing() {
	while read -r tool package; do
		command -v "$tool" >/dev/null || echo "$package"
	done <<<"$tools"
}

fail() {
	echo "install: $1" >&2
	exit 1
}

packages=$(missing)
[ -n "$packages" ] || exit 0

[ "$(uname -s)" = Linux ] || fail "the packages are of Linux distributions, and these are missing: ${packages//$'\n'/ }"
[ "$(id -u)" = 0 ] || fail "not root, and these packages are missing: ${packages//$'\n'/ }"
command -v apt-get >/dev/null || fail "there is no apt-get here, and these packages are missing: ${packages//$'\n'/ }"

export DEBIAN_FRONTEND=noninteractive
apt() { apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" >&2; }

apt update || fail "apt-get update failed"
# Where docker-cli is no package of its own, docker.io has the program.
for p in $packages; do
	if apt-cache show "$p" >/dev/null 2>&1; then
		known="${known:-} $p"
	fi
done
# shellcheck disable=SC2086
apt install -y --no-install-recommends ${known:-} || fail "apt-get install failed"

packages=$(missing)
[ -z "$packages" ] || fail "still missing after the installation: ${packages//$'\n'/ }"
