# SPDX-License-Identifier: MIT
# Asks the host's systemd-machined for its machines, on the buses that it finds.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It reaches neither the host's D-Bus nor its service manager, which accepts only its readiness and status."
containers='users plain'
attempt() {
  local bus
  rm -f /root/machines
  for bus in /run/dbus/system_bus_socket /run/host-dbus/system_bus_socket; do
    [ ! -S $bus ] || may_fail busctl --address=unix:path=$bus call org.freedesktop.machine1 /org/freedesktop/machine1 \
      org.freedesktop.machine1.Manager ListMachines >>/root/machines
  done
}
reached() { grep "\"$name\"" "/var/lib/nixos-containers/$name/root/machines"; }
without() {
  name=plain
  machinectl bind --mkdir plain /run/dbus /run/host-dbus
}
clean_up() { inside plain umount /run/host-dbus 2>/dev/null || true; }
