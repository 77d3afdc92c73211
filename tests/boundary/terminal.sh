# SPDX-License-Identifier: MIT
# For attempts that an administrator runs in a container, at a terminal of his: without what holds them, by entering its namespaces, as the
# command of NixOS's own module does.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317

containers='users plain'
# What stands in front of a command that is run there; what comes after it, at the same terminal.
entering="nixos-container run %s --"
afterwards=:
run_inside() {
  local root=/var/lib/nixos-containers/$1
  cat >"$root/root/attempt"
  # Nobody types anything there, nor hangs up.
  [ -p /tmp/keyboard ] || mkfifo /tmp/keyboard
  # shellcheck disable=SC2059
  timeout 60 script --quiet --return --command "$(printf "$entering" "$1") bash /root/attempt; $afterwards" /dev/null <>/tmp/keyboard
}
without() { entering="nsenter --all --target $(machinectl show -P Leader "$name") --"; }
