#!/usr/bin/env bash
# lint-paths.sh: fail if a committed file names a directory of somebody's machine.
set -euo pipefail
cd "$(dirname "$0")/.."

# At the start of a path, and followed by a name. Directories that exist on every
# Amazon Linux host, and may so be named, are left out.
begin='(^|[^[:alnum:]_.~$}/-])'
named="$begin/(home|Users|root|work|workspace|opt|mnt)/[[:alnum:]_.-]"
allowed="$begin/(home/ec2-user|opt/(aws|amazon))/"

if found=$(git grep -InE "$named" | grep -vE "$allowed"); then
	printf '%s\nlint-paths: name these relative to the repository, or by a variable\n' "$found" >&2
	exit 1
fi
