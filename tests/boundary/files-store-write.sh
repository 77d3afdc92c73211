# SPDX-License-Identifier: MIT
# Adds something to the store of the host.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It changes nothing in the Nix store and its database, nor in a bind mount that is read-only."
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
