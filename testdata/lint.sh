#!/usr/bin/env bash
# Formatting, go vet on every platform that peel is built for, golangci-lint and
# then shellcheck, which is installed first where that can be done. Long and branched
# functions are listed at the end; they are no fault.
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
"$lint" run --config .golangci.size.yml --issues-exit-code 0
if ./testdata/install.sh <<<'shellcheck shellcheck'; then
	git ls-files '*.sh' .ci/run | xargs shellcheck
else
	echo "lint: the scripts are not checked: shellcheck could not be installed" >&2
	if [ -n "${PEEL_REAL_REQUIRED:-}" ]; then
		exit 1
	fi
fi
