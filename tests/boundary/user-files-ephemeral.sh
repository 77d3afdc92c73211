# SPDX-License-Identifier: MIT
# Has a user of the host run a program as root, that has a set-user-ID bit, from the root directory that it has for a while.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="No user of the host can reach what a container writes below its rootfs, profiles and GC roots."
containers='ephemeral'
attempt() {
  cp /bin/true /tool
  chmod 4755 /tool
}
reached() { anybody test -u "/run/nixos-containers/$name/tool"; }
without() { chmod 0755 /run/nixos-containers; }
clean_up() { chmod 0700 /run/nixos-containers; }
