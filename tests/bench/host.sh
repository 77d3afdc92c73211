# SPDX-License-Identifier: MIT
# What scripts share that measure containers on a booted host (tests/host/boot-host): they source it outside, and inside of it as
# /bench/host.sh, after /helpers.sh.
# shellcheck shell=bash disable=SC2034

store=/nix/store/00000000000000000000000000000000
tools=$store-bench
package=$store-nixos-container-generator

fail() {
  echo "$0: $*" >&2
  exit 1
}

# boot_a_bench_host BUILD_DIR ROOTFS SCRIPT…: boots a host, as boot_a_host does, with the scripts in /bench and the system of system.c in
# $tools. Standard input is added to what is done before.
boot_a_bench_host() {
  local build bench here program
  build=$(realpath -m "$1") bench=$build/bench here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
  mkdir -p "$bench"
  for program in system measure; do
    ${CC:-cc} -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -static -o "$bench/$program" "$here/$program.c"
  done
  # shellcheck source=tests/host/host.sh
  . "$here/../host/host.sh"
  boot_a_host "$build/host" "$2" <<SETUP
mkdir "\$root/bench" "\$root$tools"
cp "$bench/measure" "$here/host.sh" ${*:3} "\$root/bench/"
cp "$bench/system" "\$root/bench/ask"
cp "$bench/system" "\$root$tools/init"
cp "$bench/system" "\$root$tools/container-init"
$(cat)
SETUP
}

# declare_container NAME ADDRESS SYSTEM: its entry in the manifest.
declare_container() {
  echo "  $1:"
  echo "    system: $3"
  echo "    privateNetwork: true"
  echo "    hostAddress: 10.0.0.1"
  echo "    localAddress: $2"
  echo "    bindMounts: { /var/lib/app: { hostPath: /srv/$1, isReadOnly: false } }"
  case $1 in
    forwards) echo "    forwardPorts: [{ hostIP: 10.0.0.1, hostPort: 8080, containerPort: 80 }]" ;;
    localhost) echo "    forwardPorts: [{ hostPort: 8080, containerPort: 80 }]" ;;
    beside) echo "    forwardPorts: [{ hostPort: 9090, containerPort: 80 }]" ;;
  esac
}

# start_as_often_as_needed: no unit is refused because it has been started too often.
start_as_often_as_needed() {
  mkdir -p /run/systemd/system/service.d
  printf '[Unit]\nStartLimitIntervalSec=0\n' >/run/systemd/system/service.d/bench.conf
}

# times UNIT NAME…: properties of it, in µs of CLOCK_MONOTONIC, as variables.
times() {
  local line
  while IFS= read -r line; do
    declare -g "$line"
  done < <(systemctl show "$1" "${@/#/--property=}" | grep -v '^Id=')
}
