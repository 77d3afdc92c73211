# SPDX-License-Identifier: MIT
# Has a start give a file of the host to its root, by a link in the place of /etc/localtime.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/start.sh
. ./start.sh
promise="A start creates, mounts and changes owners only inside the container, whatever its rootfs contains."
# With users of its own it cannot uncover it.
containers=plain
place=etc/localtime
prepare() {
  rm -rf /srv/outside
  mkdir /srv/outside
  touch /srv/outside/file
  # As systemd-nspawn makes them, which are given back.
  chown 2147483646:2147483646 /srv/outside/file
}
attempt() {
  umount "/$place" || true
  rm -f "/$place"
  ln -s /srv/outside/file "/$place"
}
reached() { [ "$(stat -c %u /srv/outside/file)" = 0 ]; }
without() {
  host_does() { chown 0:0 "$(root_of "$name")/etc/localtime"; }
}
