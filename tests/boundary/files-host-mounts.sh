# SPDX-License-Identifier: MIT
# Mounts something where the host has the same directory.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot read or write files of the host other than its bind mounts, or mount anything there."
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
