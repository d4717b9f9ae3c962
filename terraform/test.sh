#!/usr/bin/env bash
# Formatting, validity and tests of everything under terraform/, in a copy, so that nothing is left in the tree.
# The provider comes from where Terraform finds it, or from the folder named by TF_PLUGIN_MIRROR; then no network is needed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
  echo "terraform/test.sh: $*" >&2
  exit 1
}

command -v terraform >/dev/null || fail "terraform is not installed: get 1.11 or later from https://developer.hashicorp.com/terraform/install"

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
# Not what somebody's own init left in the tree: it may be of another provider.
(cd "$here" && tar --exclude=.terraform --exclude=.terraform.lock.hcl --exclude='*.tfstate*' -cf - .) | tar -xf - -C "$copy"

export TF_IN_AUTOMATION=1 TF_INPUT=0 CHECKPOINT_DISABLE=1 AWS_EC2_METADATA_DISABLED=true
# Nothing here may depend on who runs it.
unset AWS_PROFILE AWS_DEFAULT_PROFILE "${!TF_VAR_@}" "${!TF_CLI_ARGS@}" TF_DATA_DIR TF_WORKSPACE

# Terraform warns on each command about a configuration that is named but not there.
if [[ -n ${TF_CLI_CONFIG_FILE:-} && ! -f $TF_CLI_CONFIG_FILE ]]; then
  unset TF_CLI_CONFIG_FILE
fi

if [[ -n ${TF_PLUGIN_MIRROR:-} ]]; then
  [[ -d $TF_PLUGIN_MIRROR ]] || fail "TF_PLUGIN_MIRROR names no folder: set it to a provider mirror as \`terraform providers mirror\` makes it, or unset it."
  export TF_CLI_CONFIG_FILE="$copy/mirror.tfrc"
  cat >"$TF_CLI_CONFIG_FILE" <<EOF
provider_installation {
  filesystem_mirror {
    path = "$(cd "$TF_PLUGIN_MIRROR" && pwd)"
  }
}
disable_checkpoint = true
EOF
elif [[ -z ${TF_PLUGIN_CACHE_DIR:-} ]]; then
  # One download for all folders. The lock files are thrown away, so an incomplete one does no harm.
  export TF_PLUGIN_CACHE_DIR="$copy/plugin-cache" TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE=1
  mkdir "$TF_PLUGIN_CACHE_DIR"
fi

terraform -chdir="$copy" fmt -check -diff -recursive ||
  fail "the files above are not formatted: run terraform fmt -recursive terraform"

for module in . modules/entry modules/cluster modules/capacity examples/minimal examples/complete; do
  echo "== terraform/$module"
  if ! terraform -chdir="$copy/$module" init -backend=false -no-color >"$copy/init.log" 2>&1; then
    cat "$copy/init.log" >&2
    fail "terraform init failed in terraform/$module: see above. If it found no provider: connect to the network, or set TF_PLUGIN_MIRROR to a folder made by \`terraform providers mirror\`."
  fi
  terraform -chdir="$copy/$module" validate
  if compgen -G "$copy/$module/tests/*.tftest.hcl" >/dev/null; then
    terraform -chdir="$copy/$module" test
  fi
done
