#!/usr/bin/env bash
# side-by-side.sh '<name>: <command>'...: run all commands at once, print each
# one's output whole and in the order given, then how long each took. Fails if
# any failed.
set -euo pipefail
set -m # a process group per part, so that stopping a part stops what it started

names=()
pids=()
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
stop() {
	local pid
	for pid in "${pids[@]}"; do kill -- "-$pid" 2>/dev/null || true; done
	exit 130
}
trap stop INT TERM

for part in "$@"; do
	name=${part%%: *}
	(
		start=$SECONDS
		status=0
		bash -c "${part#*: }" >"$tmp/$name.out" 2>&1 </dev/null || status=$?
		echo "$status $((SECONDS - start))" >"$tmp/$name.end"
	) &
	names+=("$name")
	pids+=($!)
done

failed=0
summary=''
for i in "${!names[@]}"; do
	name=${names[i]}
	wait "${pids[i]}" || true
	read -r status seconds <"$tmp/$name.end"
	printf -- '--- %s\n' "$name"
	sed $'s/\e\\[[0-9;]*m//g' "$tmp/$name.out"
	if ((status == 0)); then
		summary+="$name: passed in $seconds s"$'\n'
	else
		failed=1
		summary+="$name: FAILED (exit $status) after $seconds s"$'\n'
	fi
done
printf -- '---\n%s' "$summary"
exit "$failed"
