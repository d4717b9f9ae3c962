#!/usr/bin/env bash
# build-aloud.sh <go build arguments>: go build that says every ten seconds that it still compiles.
set -euo pipefail
since=$SECONDS
(
	while sleep 10 >/dev/null 2>&1; do
		echo "compiling, $((SECONDS - since)) s so far; a minute or two the first time" >&2
	done
) &
saying=$!
trap 'kill $saying 2>/dev/null || true' EXIT
go build "$@"
