# SPDX-License-Identifier: MIT
# For attempts that put something in the place of what a start is to make, or to use, in the root directory: $place. /srv/outside is the host's.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317

containers='users plain'
given=place
root_of() { echo "/var/lib/nixos-containers/$1"; }
prepare() {
  rm -rf /srv/outside
  mkdir -p /srv/outside /var/log/journal
}
attempt() {
  mv -T "/$place" "/$place.away"
  ln -s /srv/outside "/$place"
}
# Where something is mounted at $place, only who has the host's users can take that away.
below_a_mount() {
  containers=plain
  attempt() {
    unshare --mount sh -c "umount -R -l /$place && mv -T /$place /$place.away && ln -s /srv/outside /$place"
  }
}
host_does() { restart "$name"; }
reached() { [ -n "$(ls -A /srv/outside)" ]; }
without() {
  host_does() { start_as_stock "$name"; }
}
clean_up() {
  systemctl stop "container@$name"
  systemctl reset-failed "container@$name" 2>/dev/null || true
  if [ -e "$(root_of "$name")/$place.away" ]; then
    rm -rf "$(root_of "$name")/${place:?}"
    mv -T "$(root_of "$name")/$place.away" "$(root_of "$name")/$place"
  fi
  rm -rf /srv/outside
}

# What the unit of NixOS's own module does with a root directory, in short.
start_as_stock() {
  local root
  root=$(root_of "$1")
  systemctl stop "container@$1"
  mkdir -p "$root/etc" "$root/var/lib/private" "$root/root" || true
  touch "$root/etc/os-release" || true
  systemd-run --quiet --wait --collect --pipe --property=Delegate=yes systemd-nspawn --quiet --keep-unit --register=no --machine="$1" \
    --directory="$root" --link-journal=try-guest --bind-ro=/nix/store "$store-busybox/bin/sh" -c : || true
}
