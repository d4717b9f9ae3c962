#!/usr/bin/env bash
# lab.sh: make sure that the Python which internal/lab finds ($LAB_PYTHON, then
# .venv/bin/python, then python3) has the pinned moto; put it into .venv if not.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=internal/lab/moto/requirements.txt
pin=$(sed -n 's/^moto.*==\([^ ;#]*\).*/\1/p' "$requirements")

has_moto() {
	"$1" -c "import sys, moto, moto.server; sys.exit(moto.__version__ != '$pin')" >/dev/null 2>&1
}

missing() {
	echo "lab: moto $pin is missing: $*" >&2
	exit 1
}

if [[ -n ${LAB_PYTHON:-} ]]; then
	has_moto "$LAB_PYTHON" || missing "LAB_PYTHON=$LAB_PYTHON has none; pip install -r $requirements there, or unset it"
	exit 0
fi

if [[ -x .venv/bin/python ]]; then
	if has_moto .venv/bin/python; then exit 0; fi
	rm -rf .venv # of another pin, or half made
fi
command -v python3 >/dev/null || missing 'python3 is not on the PATH'
if has_moto python3; then exit 0; fi

echo "lab: installing moto $pin into .venv (once)"
trap 'rm -rf .venv' EXIT
python3 -m venv .venv >/dev/null 2>&1 || missing 'python3 -m venv failed; install the venv module (Debian: python3-venv)'
log=$(.venv/bin/python -m pip install --quiet -r "$requirements" 2>&1) || missing "pip: $(tail -n 1 <<<"$log")"
has_moto .venv/bin/python || missing 'installed into .venv, but it cannot be imported'
trap - EXIT
