#!/usr/bin/env bash
# lint-proof.sh <golangci-lint>: a rule that never fires guards nothing. Unpack the
# tree of planted violations in lint-proof.txtar, lint it with the real
# configuration, and fail unless exactly the planted lines are named.
set -euo pipefail
cd "$(dirname "$0")/.."

golangci=$(realpath "$1")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
tree=$tmp/tree

awk -v tree="$tree" '
	/^-- .* --$/ {
		file = tree "/" $2
		dir = file
		sub("/[^/]*$", "", dir)
		system("mkdir -p \"" dir "\"")
		next
	}
	file { print > file }
' tools/lint-proof.txtar
cp .golangci.yml "$tree/"
module=$(go list -m)
cd "$tree"
# Whoever renames the module renames it in go.mod and .golangci.yml.
find . -name '*.go' -exec sed -i.bak "s#\"ecs-cluster-scaler/#\"$module/#" {} +
sed -i.bak "s#^module ecs-cluster-scaler#module $module#" go.mod

find . -name '*.go' -exec awk '
	sub(".*// want ", "") { print substr(FILENAME, 3) ":" FNR ": " $0 }
' {} + | sort >"$tmp/planted"

GOFLAGS=-mod=mod GOWORK=off "$golangci" run --allow-parallel-runners --enable-only depguard,forbidigo >"$tmp/out" 2>&1 || true
sed -nE 's/^([^:]+:[0-9]+):[0-9]+: .* \(([a-z]+)\)$/\1: \2/p' "$tmp/out" | sort >"$tmp/named"

if ! diff=$(diff "$tmp/planted" "$tmp/named"); then
	echo 'lint-proof: the rules do not name exactly what is planted in tools/lint-proof.txtar' >&2
	sed -n 's/^< /  planted, not named: /p; s/^> /  named, not planted: /p' <<<"$diff" >&2
	sed 's/^/  | /' "$tmp/out" >&2
	exit 1
fi
echo "lint-proof: $(wc -l <"$tmp/planted") planted violations, all named, and nothing else"
