# SPDX-License-Identifier: MIT
# For scripts that have something done on a host of their own (boot-host): how it is booted and entered.
# shellcheck shell=bash

host_tools=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

# boot_a_host BUILD_DIR ROOTFS: boots a host that has the programs, which are built into BUILD_DIR (install), and helpers.sh as /helpers.sh.
# Standard input is a bash script that puts more in place before, below $root. The host is $run, and ends with this shell; $run/state has
# what boot-host prints.
boot_a_host() {
  # The programs first: that a host boots is not waited for as long as they may take.
  "$host_tools/install" "$1"
  run=$(mktemp -d /tmp/nixos-containers-host.XXXXXX)
  trap '"$host_tools/halt" "$run" 2>/dev/null || true; rm -rf "$run"' EXIT
  {
    cat <<SETUP
#!/bin/bash
set -eu -o pipefail
root=\$1
"$host_tools/install" "$1" "\$root"
SETUP
    cat
  } >"$run/setup"
  chmod +x "$run/setup"
  "$host_tools/boot-host" "$2" "$run" >"$run/state"
}

# enter_host COMMAND…: runs it in the host, for at most $T seconds.
enter_host() { "$host_tools/enter" "$run" "$@"; }
