# SPDX-License-Identifier: MIT
# Tells the host's service manager what its unit does, and which of the host's processes it is.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It reaches neither the host's D-Bus nor its service manager, which accepts only its readiness and status."
containers='users plain'
attempt() {
  local socket
  for socket in /run/host/notify /run/host-notify/notify; do
    [ ! -S $socket ] || may_fail sh -c "printf 'STATUS=reached\nMAINPID=1\n' | socat -u - UNIX-SENDTO:$socket"
  done
}
reached() { systemctl show -P StatusText -P MainPID "container@$name" | grep -x -e 1 -e reached; }
without() {
  name=plain
  mkdir -p "/run/systemd/system/container@$name.service.d"
  printf '[Service]\nNotifyAccess=all\n' >"/run/systemd/system/container@$name.service.d/unguarded.conf"
  systemctl daemon-reload
  machinectl bind --mkdir plain /run/systemd /run/host-notify
}
clean_up() {
  [ -e "/run/systemd/system/container@plain.service.d" ] || return 0
  rm -r "/run/systemd/system/container@plain.service.d"
  systemctl daemon-reload
  restart plain
}
