#!/usr/bin/env bash
# Formatting, go vet on every platform that peel is built for, golangci-lint,
# and shellcheck where it is installed.
set -euo pipefail
cd "$(dirname "$0")/.."

version=v2.15.0
tools=$(go env GOCACHE)/peel-tools
lint=$tools/golangci-lint-$version

unformatted=$(git ls-files -z '*.go' | xargs -0 gofmt -l)
if [ -n "$unformatted" ]; then
	printf 'lint: not formatted (gofmt -w):\n%s\n' "$unformatted" >&2
	exit 1
fi
# Programs in testdata are no packages to "./...".
mapfile -t programs < <(git ls-files 'testdata/*/*.go' | xargs -n 1 dirname | sort -u | sed 's|^|./|')
for os in linux darwin windows; do
	GOOS=$os go vet ./... "${programs[@]}"
done
if [ ! -x "$lint" ]; then
	echo "lint: building golangci-lint $version, once" >&2
	GOFLAGS=-buildvcs=false GOBIN=$tools go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
	mv "$tools/golangci-lint" "$lint"
fi
"$lint" run
if command -v shellcheck >/dev/null; then
	git ls-files '*.sh' .ci/run | xargs shellcheck
else
	echo "lint: shellcheck is not installed, the scripts are not checked" >&2
fi
