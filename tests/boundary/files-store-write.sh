# SPDX-License-Identifier: MIT
# Adds something to the store of the host.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change the Nix store, its database, or a read-only bind mount."
containers='users'
attempt() {
  mount -o remount,bind,rw /nix/store 2>/dev/null || true
  may_fail mkdir /nix/store/reached
}
reached() { [ -e /nix/store/reached ]; }
without() { name=plain; }
clean_up() {
  inside "$name" mount -o remount,bind,ro /nix/store || true
  rm -rf /nix/store/reached
}
