# SPDX-License-Identifier: MIT
# Writes to the database of the host's store.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change the Nix store, its database, or a read-only bind mount."
containers='users'
short=yes
attempt() {
  mount -o remount,bind,rw /nix/var/nix/db 2>/dev/null || true
  may_fail touch /nix/var/nix/db/reached
}
reached() { [ -e /nix/var/nix/db/reached ]; }
without() { name=plain; }
clean_up() {
  inside "$name" mount -o remount,bind,ro /nix/var/nix/db || true
  rm -f /nix/var/nix/db/reached
}
