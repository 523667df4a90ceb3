#!/usr/bin/env bash
# Compares peel with dive on one large image, as a docker-save archive with plain
# and with gzipped layers: CPU, wall time and memory, the medians of RUNS runs.
# It asserts no time; it fails if peel cannot read the archive.
#
#   RUNS=3                 runs of each program
#   LAYERS="plain gzip"    kinds of archive
#   PEEL=FILE              a peel to measure, instead of one built here
#   BENCHIMAGE="-deletions 4000"    more flags for benchimage: another image
#
# The image has 100 deleted files, as an ordinary one may. dive's time grows with
# each by about a tenth of a second: with 4,000 it takes minutes a run, and the
# comparison would be about nothing else.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
runs=${RUNS:-3}
read -r -a layers <<<"${LAYERS:-plain gzip}"
read -r -a image <<<"${BENCHIMAGE:-}"

bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
export CGO_ENABLED=0
go build -o "$bin/benchimage" ./testdata/benchimage
if [[ -n ${PEEL:-} ]]; then
	peel=$(realpath "$PEEL")
else
	peel=$bin/peel
	go build -trimpath -ldflags='-s -w' -tags disable_grpc_modules -o "$peel" ./cmd/peel
fi
if ! dive=$(type -P dive); then
	echo 'dive is not on PATH, so peel is measured alone. To compare:' >&2
	echo '  go install github.com/wagoodman/dive@v0.13.1' >&2
fi

families=$("$peel" checks --json | grep -o '"family": "[a-z]*"' | cut -d '"' -f 4 | sort -u | paste -sd ,),packages

for kind in "${layers[@]}"; do
	archive=$("$bin/benchimage" -layers "$kind" -deletions 100 ${image[@]+"${image[@]}"})
	# Read once, so that no run waits for the disk.
	cat "$archive" >/dev/null

	# dive computes waste alone; peel finds secrets, and packages if told to, in the
	# same reading.
	commands=(+ 'peel, waste' "$peel" --ci --plain --scanners waste "$archive"
		-- + 'peel, unasked' "$peel" --ci --plain "$archive"
		-- + 'and packages' "$peel" --ci --plain --scanners "$families" "$archive")
	if [[ -n $dive ]]; then
		# Rules that every image passes: an exit code then means failure.
		commands+=(-- "$dive" --ci --lowestEfficiency 0 --highestUserWastedPercent 1
			--source docker-archive "$archive")
	fi
	echo
	echo "$kind layers, $archive"
	"$bin/benchimage" -run -n "$runs" "${commands[@]}"
done
