# SPDX-License-Identifier: MIT
# Has a start make the mount points of a bind mount and a temporary file system in a directory of the host, by a link above it.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/start.sh
. ./start.sh
promise="What a start makes, mounts or gives away is inside of the container, whatever stands in its root directory."
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
