# SPDX-License-Identifier: MIT
# Has a start remove or write a file of the host, by a link in the place of /etc/resolv.conf.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/start.sh
. ./start.sh
promise="A start creates, mounts and changes owners only inside the container, whatever its rootfs contains."
place=etc/resolv.conf
prepare() {
  rm -rf /srv/outside
  mkdir /srv/outside
  echo precious >/srv/outside/file
}
attempt() {
  rm -f "/$place"
  ln -s /srv/outside/file "/$place"
}
reached() { [ "$(cat /srv/outside/file)" != precious ]; }
without() {
  host_does() { cat /etc/resolv.conf >"$(root_of "$name")/etc/resolv.conf"; }
}
