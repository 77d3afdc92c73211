# SPDX-License-Identifier: MIT
# Leaves users of the host a link where the host keeps its own.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="No user of the host can reach what a container writes below its rootfs, profiles and GC roots."
containers='users plain'
attempt() { ln -sfn /etc/passwd /nix/var/nix/gcroots/link; }
reached() { anybody readlink "/nix/var/nix/per-container/$name/gcroots/link"; }
without() { chmod 0755 /nix/var/nix/per-container "/nix/var/nix/per-container/$name"; }
clean_up() {
  chmod 0700 /nix/var/nix/per-container "/nix/var/nix/per-container/$name"
  rm -f "/nix/var/nix/per-container/$name/gcroots/link"
}
