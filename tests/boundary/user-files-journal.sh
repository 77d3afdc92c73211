# SPDX-License-Identifier: MIT
# Has a user of the host run a program as root, that has a set-user-ID bit, from where the host has its journal.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/start.sh
. ./start.sh
promise="No user of the host can reach what a container writes below its rootfs, profiles and GC roots."
given=
prepare() {
  journal=/var/log/journal/$(cat "$(root_of "$name")/etc/machine-id")
  mkdir -p /var/log/journal
  [ -d "$journal" ] || restart "$name"
}
attempt() {
  local journal
  journal=/var/log/journal/$(cat /etc/machine-id)
  chmod 0755 "$journal"
  cp /bin/true "$journal/tool"
  chmod 4755 "$journal/tool"
}
host_does() { [ -u "$journal/tool" ]; }
reached() { anybody test -u "$journal/tool"; }
without() { chmod 0755 /var/lib/nixos-containers; }
clean_up() {
  chmod 0700 /var/lib/nixos-containers
  rm -f "$journal/tool"
}
