#!/usr/bin/env bash
# side-by-side.sh '<name>: <command>'...: run all commands at once.
#
# While they run: each line that one says and that starts at the margin, after its
# name, and every $SIGN_OF_LIFE [20] seconds what still runs. At the end: each
# one's output whole, in the order given and what failed last, then how long each
# took. Fails if any failed.
set -euo pipefail
shopt -s extglob
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

# Indented lines are details of the line before them: they wait for the end.
say() {
	local line
	while IFS= read -r line; do
		line=${line//$'\e'[[]*([0-9;])m/}
		if [[ $line == [![:blank:]]* ]]; then printf '%s: %.200s\n' "$1" "$line"; fi
	done
}

run() {
	local name=$1 command=$2 start=$SECONDS status=0
	bash -c "$command" </dev/null 2>&1 | tee "$tmp/$name.out" | say "$name" || status=${PIPESTATUS[0]}
	echo "$status $((SECONDS - start))" >"$tmp/$name.end"
	printf '%s: ended with exit code %d after %d s\n' "$name" "$status" "$((SECONDS - start))"
}

sign_of_life() {
	local name running
	while sleep "${SIGN_OF_LIFE:-20}"; do
		running=''
		for name in "${names[@]}"; do
			if [[ ! -f $tmp/$name.end ]]; then running+=" $name"; fi
		done
		printf '... %d s, still running:%s\n' "$SECONDS" "$running"
	done
}

for part in "$@"; do
	names+=("${part%%: *}")
	run "${part%%: *}" "${part#*: }" &
	pids+=($!)
done
sign_of_life &
life=$!
pids+=("$life")
disown "$life" # its end is no news

passed='' failed='' summary=''
for i in "${!names[@]}"; do
	name=${names[i]}
	wait "${pids[i]}" || true
	read -r status seconds <"$tmp/$name.end"
	if ((status == 0)); then
		passed+=" $name"
		summary+="$name: passed in $seconds s"$'\n'
	else
		failed+=" $name"
		summary+="$name: FAILED (exit $status) after $seconds s"$'\n'
	fi
done
kill -- "-$life" 2>/dev/null || true

for name in $passed $failed; do
	printf -- '--- %s\n' "$name"
	sed $'s/\e\\[[0-9;]*m//g' "$tmp/$name.out"
done
printf -- '---\n%s' "$summary"
[[ -z $failed ]]
