# SPDX-License-Identifier: MIT
# Has a start remove or write a file of the host, by a link in the place of /etc/resolv.conf.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# shellcheck source=tests/boundary/start.sh
. ./start.sh
promise="What a start makes, mounts or gives away is inside of the container, whatever stands in its root directory."
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
