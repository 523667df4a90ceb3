#!/usr/bin/env bash
# Prints how well secrets are found: on the samples of gitleaks' rule
# generators, on samples drawn anew, in formats of configuration, and on trees that
# hold none, beside gitleaks itself. The trees are Go's own, the modules of go.mod,
# a debootstrap root (as root, on Debian or Ubuntu) and node_modules (where npm is);
# what is missing is said. All is kept in the user's cache.
set -euo pipefail
cd "$(dirname "$0")/../.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/peel-eval
mkdir -p "$cache"
trees=("$(go env GOROOT)")

gitleaks() {
	local version
	version=$(go list -m -f '{{.Version}}' github.com/zricethezav/gitleaks/v8)
	if [ ! -x "$cache/gitleaks-$version" ]; then
		echo "secrets-eval: building gitleaks $version, once" >&2
		GOFLAGS=-buildvcs=false GOBIN=$cache go install "github.com/zricethezav/gitleaks/v8@$version"
		mv "$cache/gitleaks" "$cache/gitleaks-$version"
	fi
	echo "$cache/gitleaks-$version"
}

rootfs() {
	[ ! -d "$cache/rootfs" ] || return 0
	command -v debootstrap >/dev/null && [ "$(id -u)" = 0 ] || return 1
	local suite site
	# shellcheck disable=SC1091
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	# shellcheck disable=SC2016
	site=$(apt-get indextargets --format '$(SITE) $(RELEASE)' | awk -v s="$suite" '$2 == s && $1 ~ /^http/ { print $1; exit }')
	rm -rf "$cache/making"
	# shellcheck disable=SC2086
	debootstrap --variant=minbase --include=ca-certificates "$suite" "$cache/making" $site >"$cache/rootfs.log" 2>&1 || return 1
	mv "$cache/making" "$cache/rootfs"
}

# packages bring a few hundred others, as a web project does. Directories get
# another name, for gitleaks skips what is called node_modules.
packages=(express@4 webpack@5 jest@29 eslint@8 typescript@5 react-dom@18 next@14 @aws-sdk/client-s3@3)

node() {
	[ ! -d "$cache/node/modules" ] || return 0
	command -v npm >/dev/null || return 1
	rm -rf "$cache/node"
	npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$cache/node.making" "${packages[@]}" >"$cache/node.log" 2>&1 || return 1
	find "$cache/node.making" -depth -type d -name node_modules -execdir mv {} modules \;
	mv "$cache/node.making" "$cache/node"
}

if rootfs; then
	trees+=("$cache/rootfs")
else
	echo "secrets-eval: no debootstrap root: it needs root and debootstrap; see $cache/rootfs.log" >&2
fi
if node; then
	trees+=("$cache/node/modules")
else
	echo "secrets-eval: no node_modules: they need npm; see $cache/node.log" >&2
fi
exec go run ./testdata/secretseval -modules -gitleaks "$(gitleaks)" "$@" "${trees[@]}"
