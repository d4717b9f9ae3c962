#!/usr/bin/env bash
# lint-changed.sh <golangci-lint> <revision>: lint the packages whose Go files differ from where this branch left the
# revision, files that git does not know yet included.
set -euo pipefail
cd "$(dirname "$0")/.."

since=$(git merge-base "$2" HEAD) || { echo "lint-changed: git knows no $2; name another: make quick SINCE=HEAD" >&2; exit 1; }
packages=$({
	git diff --name-only --diff-filter=d "$since" -- '*.go'
	git ls-files --others --exclude-standard -- '*.go'
} | { grep -v '^tools/\|/testdata/' || true; } | sed 's#[^/]*$##; s#^#./#' | sort -u)
if [[ -z $packages ]]; then
	echo "lint-changed: no Go file differs from $2"
	exit 0
fi
# shellcheck disable=SC2086 # one argument each
exec "$1" run --allow-parallel-runners $packages
