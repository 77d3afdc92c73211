# SPDX-License-Identifier: MIT
# Has a start make the mount points of a bind mount and a temporary file system in a directory of the host, by a link above it.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/start.sh
. ./start.sh
promise="A start creates, mounts and changes owners only inside the container, whatever its rootfs contains."
place=srv/made
attempt() {
  umount --recursive /srv/made/for/* 2>/dev/null || true
  mv -T /srv/made /srv/made.away
  ln -s /srv/outside /srv/made
}
without() {
  host_does() {
    systemctl stop "container@$name"
    mkdir -p "$(root_of "$name")/srv/made/for/bind"
  }
}
