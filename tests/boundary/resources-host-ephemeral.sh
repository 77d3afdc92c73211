# SPDX-License-Identifier: MIT
# Fills the file system that the host has its /run on.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot take priority over the host's processes, and an ephemeral rootfs is a file system of its own."
containers='ephemeral'
used() { df --output=used --block-size=1M "$1" | tail -n 1; }
roots() { echo /run; }
prepare() {
  directory=$(roots)
  before=$(used "$directory")
}
attempt() { head -c 32M /dev/zero >/filled; }
reached() { [ $(($(used "$directory") - before)) -ge 30 ]; }
without() {
  name=plain
  roots() { echo /var/lib/nixos-containers; }
}
clean_up() { rm -f "/var/lib/nixos-containers/plain/filled" "/run/nixos-containers/ephemeral/filled"; }
