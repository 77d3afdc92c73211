# SPDX-License-Identifier: MIT
# Has a line of its console count as an emergency of the host.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="Its console is logged in the host's journal under its own unit, at a single level."
containers='users plain'
attempt() { echo '<0>reached' >/dev/console; }
reached() {
  sleep 1
  journalctl --sync
  journalctl --boot --quiet --since "$tried" --priority 0 --grep reached
}
prepare() { tried=$(date '+%F %T.%6N'); }
without() {
  mkdir -p "/run/systemd/system/container@$name.service.d"
  printf '[Service]\nSyslogLevelPrefix=yes\n' >"/run/systemd/system/container@$name.service.d/unguarded.conf"
  systemctl daemon-reload
  restart "$name"
}
clean_up() {
  [ -e "/run/systemd/system/container@$name.service.d" ] || return 0
  rm -r "/run/systemd/system/container@$name.service.d"
  systemctl daemon-reload
  restart "$name"
}
