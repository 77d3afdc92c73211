# SPDX-License-Identifier: MIT
# Reads a file of another container, by all ways that could lead there.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot read files or signal processes of another."
containers='users plain'
others=victim
prepare() {
  echo the-victim-s >/var/lib/nixos-containers/victim/secret
  cp /var/lib/nixos-containers/victim/secret /nix/var/nix/per-container/victim/profiles/
  rm -f /srv/shared/found
}
attempt() {
  cat /var/lib/nixos-containers/victim/secret ../victim/secret /nix/var/nix/profiles/{,../}{,per-container/}victim/{,profiles/}secret /proc/[0-9]*/root/secret \
    >/srv/shared/found 2>/dev/null || true
}
reached() { grep the-victim-s /srv/shared/found; }
without() {
  name=plain
  enter_without mount
}
clean_up() { rm -f /srv/shared/found /nix/var/nix/per-container/victim/profiles/secret; }
