# SPDX-License-Identifier: MIT
# Mounts something where the host has the same directory.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It reads and writes no file of the host but those that are bound into it, and mounts nothing there."
containers='users plain'
attempt() { mount -t tmpfs reached /srv/shared; }
reached() { findmnt --source reached; }
without() {
  name=plain
  enter_without mount
}
clean_up() {
  inside "$name" umount /srv/shared || true
  umount /srv/shared 2>/dev/null || true
}
