#!/usr/bin/env bash
# package-twice.sh <version> <zip>...: build each zip in two copies of the sources,
# in two places, and fail unless the bytes are the same.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$1
shift

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

copies=("$tmp/one" "$tmp/a/longer/path/to/two")
for copy in "${copies[@]}"; do
	mkdir -p "$copy"
	git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
		if [[ -f $file ]]; then printf '%s\0' "$file"; fi
	done | tar --null -T - -cf - | tar -xf - -C "$copy"
	for zip in "$@"; do
		"$copy/tools/package.sh" "$zip" "$version"
	done
done

failed=0
for zip in "$@"; do
	if cmp "${copies[0]}/$zip" "${copies[1]}/$zip"; then
		echo "$zip: two builds, same bytes"
	else
		failed=1
	fi
done
exit "$failed"
