#!/usr/bin/env bash
# package.sh dist/<function>_linux_<arch>.zip <version>: build one Lambda package.
# The same sources and Go version give the same bytes, wherever and whoever builds.
set -euo pipefail
cd "$(dirname "$0")/.."

zip=$1
version=$2

# It becomes one of the linker's arguments, which go reads apart at spaces and quotes.
if [[ ! $version =~ ^[0-9A-Za-z][0-9A-Za-z._/+-]*$ ]]; then
	echo "package: $version is no version: give letters, digits and . _ / + - only, like v1.2.3" >&2
	exit 1
fi

name=$(basename "$zip" .zip)
function=${name%_linux_*}
arch=${name##*_linux_}
if [[ ! -d cmd/$function || ! $arch =~ ^(arm64|amd64)$ ]]; then
	echo "package: $zip is not <function>_linux_<arm64|amd64>.zip with a cmd/<function>" >&2
	exit 1
fi

mkdir -p dist
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# What a caller's environment could change in the bytes is set here. What only waits for
# the network, or reads what comes from there, is built without inlining: a zip 9 % smaller,
# and below 5 MB.
# HTTP/2 is left out (nethttpomithttp2): none of these calls needs it.
slim=()
for room in github.com golang.org net crypto encoding log mime compress vendor text regexp; do slim+=("-gcflags=$room/...=-l"); done
env -u GOEXPERIMENT CGO_ENABLED=0 GOOS=linux GOARCH="$arch" GOARM64=v8.0 GOAMD64=v1 GOFLAGS= GOWORK=off \
	go build -trimpath -buildvcs=false -tags lambda.norpc,nethttpomithttp2 "${slim[@]}" \
	-ldflags "-s -w -X main.version=$version" -o "$tmp/bootstrap" "./cmd/$function"

GOFLAGS='' GOWORK=off go run -C tools ./lambdazip -o "$PWD/dist/$name.zip" "$tmp/bootstrap"
