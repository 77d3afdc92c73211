# SPDX-License-Identifier: MIT
# Writes to a directory that is bound into it to be read.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot change the Nix store, its database, or a read-only bind mount."
containers='users'
attempt() {
  mount -o remount,bind,rw /srv/read-only 2>/dev/null || true
  may_fail touch /srv/read-only/reached
}
reached() { [ -e /srv/read-only/reached ]; }
without() { name=plain; }
clean_up() {
  inside "$name" mount -o remount,bind,ro /srv/read-only || true
  rm -f /srv/read-only/reached
}
