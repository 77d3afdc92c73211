# SPDX-License-Identifier: MIT
# Has a user of the host run a program as root, that has a set-user-ID bit, from its profiles.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="No user of the host can reach what a container writes below its rootfs, profiles and GC roots."
containers='users plain'
attempt() {
  cp /bin/true /nix/var/nix/profiles/tool
  chmod 4755 /nix/var/nix/profiles/tool
}
reached() { anybody test -u "/nix/var/nix/per-container/$name/profiles/tool"; }
without() { chmod 0755 /nix/var/nix/per-container "/nix/var/nix/per-container/$name"; }
clean_up() {
  chmod 0700 /nix/var/nix/per-container "/nix/var/nix/per-container/$name"
  rm -f "/nix/var/nix/per-container/$name/profiles/tool"
}
