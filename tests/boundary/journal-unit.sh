# SPDX-License-Identifier: MIT
# Writes to the journal in the name of a unit of the host, by the sockets that it finds.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="Its console is logged in the host's journal under its own unit, at a single level."
containers='users plain'
attempt() {
  local socket
  for socket in /run/systemd/journal/socket /run/host-journal/socket; do
    [ ! -S $socket ] || may_fail sh -c "printf 'MESSAGE=reached\nUNIT=dbus.service\nPRIORITY=0\n' | socat -u - UNIX-SENDTO:$socket"
  done
  logger reached-by-syslog
}
prepare() { tried=$(date '+%F %T.%6N'); }
reached() {
  journalctl --sync
  journalctl --boot --quiet --since "$tried" UNIT=dbus.service MESSAGE=reached | grep reached
}
without() {
  name=plain
  machinectl bind --mkdir plain /run/systemd/journal /run/host-journal
}
clean_up() { inside plain umount /run/host-journal 2>/dev/null || true; }
