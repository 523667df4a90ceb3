#!/usr/bin/env bash
# Runs all tests. On Debian and Ubuntu, as root, it first installs the tools
# and servers that the real-world tests use; elsewhere these tests are skipped,
# and it says so at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

if ./testdata/real/install.sh; then
	export PEEL_REAL=1
else
	echo "test: the real-server tests are skipped here: their tools could not be installed" >&2
	if [ -n "${PEEL_REAL_REQUIRED:-}" ]; then
		exit 1
	fi
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
go test -timeout 20m -json ./... >"$log" || status=$?
go run ./testdata/summary <"$log" || status=1
exit "$status"
