# SPDX-License-Identifier: MIT
# Makes a device node of the host's and opens it: that of file systems in user space.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
promise="It cannot use devices of the host other than pseudo devices, terminals and allowed devices."
containers='users plain'
attempt() {
  rm -f /root/node /root/reached
  may_fail mknod /root/node c 10 229
  may_fail sh -c '[ -c /root/node ] && : <>/root/node && touch /root/reached'
}
reached() { [ -e "/var/lib/nixos-containers/$name/root/reached" ]; }
without() {
  name=plain
  systemctl set-property --runtime container@plain DevicePolicy=auto
}
clean_up() {
  systemctl revert container@plain
  systemctl daemon-reload
  rm -f "/var/lib/nixos-containers/$name"/root/{node,reached}
}
