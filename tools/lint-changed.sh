#!/usr/bin/env bash
# lint-changed.sh <golangci-lint> <revision>: lint the packages whose Go files differ from where this branch left the
# revision, files that git does not know yet included.
set -euo pipefail
cd "$(dirname "$0")/.."

since=$(git merge-base "$2" HEAD)
mapfile -t packages < <({
	git diff --name-only --diff-filter=d "$since" -- '*.go'
	git ls-files --others --exclude-standard -- '*.go'
} | grep -v '^tools/\|/testdata/' | xargs -r -n 1 dirname | sort -u | sed 's#^#./#')
if ((${#packages[@]} == 0)); then
	echo "lint-changed: no Go file differs from $2"
	exit 0
fi
exec "$1" run --allow-parallel-runners "${packages[@]}"
