# SPDX-License-Identifier: MIT
# Opens what says which program the host runs when a process crashes. It writes nothing there.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change the host's kernel settings, name or clock, or load modules."
containers=users
attempt() {
  rm -f /root/reached
  mount -o remount,bind,rw /proc/sys 2>/dev/null || true
  may_fail sh -c ': >>/proc/sys/kernel/core_pattern && touch /root/reached'
}
reached() { [ -e "/var/lib/nixos-containers/$name/root/reached" ]; }
without() { name=plain; }
clean_up() { inside "$name" mount -o remount,bind,ro /proc/sys || true; }
