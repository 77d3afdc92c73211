# SPDX-License-Identifier: MIT
# Runs before all else, with a priority that is for what cannot wait.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot take priority over the host's processes, and an ephemeral rootfs is a file system of its own."
containers='users'
short=yes
attempt() {
  rm -f /root/reached
  may_fail chrt --fifo 1 touch /root/reached
}
reached() { [ -e "/var/lib/nixos-containers/$name/root/reached" ]; }
without() { name=plain; }
